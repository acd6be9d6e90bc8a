"""Redis and object storage that fail in every way, seen through the front door: nothing is lost."""

import os
from dataclasses import replace
from io import BytesIO
from time import monotonic
from urllib.parse import urlsplit

import pytest

from blogapp.extensions import db, sharing
from blogapp.media.models import Media
from blogapp.posts.models import Post
from tests.authoring.conftest import picture
from tests.conftest import parse
from tests.faulty import Faulty

# What it holds is the same whichever database stands behind it.
IS_LONG = bool(os.environ.get("PROVE"))
WAYS = ["refuse", "reset", "hang", "half", "rubbish", "slow"] if IS_LONG else ["hang", "refuse"]
TEXT = "A lease is a promise that ends by itself."


def acts(reader, author, word):
    """What people do, and what they are answered where nothing is wrong."""
    burst = {"client": f"client-{word}", "sequence": 1, "base": 0, "fields": {"title": word}}
    typed = {"title": f"About {word}", "body": TEXT}
    login = {"email": "ada-lovelace@example.com", "password": "not this one at all"}
    return {
        "kept page": (lambda: reader.get("/posts/kept"), {200}),
        "uncached page": (lambda: reader.get(f"/?q={word}"), {200}),
        "sign-in": (lambda: reader.post("/login", data=login), {422, 429}),
        "desk": (lambda: author.get("/write"), {200}),
        "save": (lambda: author.post("/write/posts/new", data=typed), {303}),
        "publish": (
            lambda: author.post("/write/posts/new/publication", data=typed | {"when": "now"}),
            {303},
        ),
        "journal": (
            lambda: author.post("/write/posts/new/journal", json=burst | {"body": {"text": word}}),
            {200},
        ),
    }


class TestRedis:
    @pytest.fixture
    def faulty(self, redis_server):
        redis_server.say("FLUSHALL")
        with Faulty("127.0.0.1", redis_server.port) as faulty:
            yield faulty

    @pytest.fixture
    def settings(self, faulty):
        return {"REDIS_URL": f"redis://127.0.0.1:{faulty.port}/0"}

    def test_without_redis_everything_goes_on_without_waiting(
        self, browser, owner, make_post, faulty, in_vain
    ):
        make_post("Kept", slug="kept")

        took = {}
        for number, way in enumerate(WAYS):
            sharing.shared._pause = 0
            took |= went_on(browser, owner, faulty, ways=[way], rounds=2 if IS_LONG else 1)
            # One of all waits a moment, and nobody after it.
            assert len(in_vain) <= number + 1

        assert in_vain
        assert titles() == sorted(2 * list({f"About {way}{n}" for way, _, n in took}))
        # What a page takes by itself, on a machine that does nothing else.
        slowest = max(took, key=took.get)
        assert not IS_LONG or took[slowest] < 3, (slowest, took[slowest])


class TestObjectStorage:
    @pytest.fixture
    def faulty(self, s3_server):
        with Faulty(urlsplit(s3_server).hostname, urlsplit(s3_server).port) as faulty:
            yield faulty

    @pytest.fixture
    def settings(self, bucket, faulty):
        from blogapp.media.stores.addresses import Keys
        from tests import s3_server as s3

        through = replace(bucket, endpoint=f"http://127.0.0.1:{faulty.port}")
        return {"BUCKET": through, "BUCKET_KEYS": Keys(s3.ACCESS, s3.SECRET)}

    def test_without_storage_texts_go_on_and_files_wait(self, browser, owner, make_post, faulty):
        make_post("Kept", slug="kept")
        data = picture(width=300)[0].read()

        went_on(browser, owner, faulty, ways=["refuse"])
        faulty.mode = "refuse"
        files = {"files": (BytesIO(data), "map.png")}
        refused = owner.post("/write/media", data=files, follow_redirects=True)

        assert "does not answer" in parse(refused.text).select_one(".notices").get_text()
        assert db.session.scalars(db.select(Media)).all() == []


def went_on(reader, owner, faulty, *, ways=WAYS, rounds=1):
    """Do everything in each way to fail; return what each took. Fails where one was refused."""
    took = {}
    for way in ways:
        faulty.mode = way
        for number in range(rounds):
            for name, (act, expected) in acts(reader, owner, f"{way}{number}").items():
                begun = monotonic()
                answer = act()
                took[way, name, number] = monotonic() - begun
                assert answer.status_code in expected, (way, name, answer.status)
    faulty.mode = "pass"
    return took


def titles():
    db.session.rollback()
    found = db.session.scalars(db.select(Post.title))
    return sorted(title for title in found if title.startswith("About"))
