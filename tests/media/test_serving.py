from datetime import UTC, datetime
from io import BytesIO

import brotli
import pytest
from PIL import Image

from blogapp.caching.watching import watch_of
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.storing import store_drawing, store_file, store_image
from blogapp.web.packing import Packed

# What it holds is the same whichever database stands behind it.

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def stored(app, picture):
    """The address of a stored PNG."""
    media = store_image(
        picture("PNG"), "cat.png", store=app.extensions["media"], now=NOW, alt="A cat"
    )
    db.session.commit()
    return f"/media/{media.key}"


def test_an_image_is_sent_as_what_it_is_and_kept_for_ever(browser, stored):
    answer = browser.get(stored)

    assert answer.status_code == 200
    assert answer.content_type == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert set(answer.headers["Cache-Control"].split(", ")) >= {"public", "immutable"}
    assert answer.cache_control.max_age == 365 * 24 * 3600
    assert (
        "Content-Disposition" not in answer.headers
        or "inline" in answer.headers["Content-Disposition"]
    )
    assert "Set-Cookie" not in answer.headers


def test_only_what_changed_or_was_asked_for_is_sent(browser, stored):
    answer = browser.get(stored)

    unchanged = browser.get(stored, headers={"If-None-Match": answer.headers["ETag"]})
    part = browser.get(stored, headers={"Range": "bytes=0-7"})

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert (part.status_code, part.data) == (206, b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    "address",
    [
        "/media/",
        "/media/0000000000000000/cat.png",
        "/media/../blog.sqlite",
        "/media/%2e%2e/blog.sqlite",
        "/media/..%2fsecret_key",
        "/media/0000000000000000/../../secret_key",
        "/media/etc/passwd",
    ],
)
def test_any_other_address_is_not_found(browser, stored, address):
    assert browser.get(address).status_code == 404


def test_a_stored_file_that_is_lost_is_not_found(app, browser, stored):
    (app.config["MEDIA_FOLDER"] / stored.removeprefix("/media/")).unlink()

    assert browser.get(stored).status_code == 404


def test_a_drawing_may_draw_and_nothing_else(app, browser):
    data = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    media = store_drawing(data, "plan.svg", store=app.extensions["media"], now=NOW)
    db.session.commit()

    answer = browser.get(f"/media/{media.key}")

    assert answer.content_type.startswith("image/svg+xml")
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )


def test_other_files_are_saved_not_shown(app, browser):
    media = store_file(b"hello", "Größe.txt", store=app.extensions["media"], now=NOW)
    db.session.commit()

    answer = browser.get(f"/media/{media.key}")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == b"hello"


# Again, without asking the database.


class TestAskedForAgain:
    @pytest.fixture
    def again(self, app, browser, queries):
        """Call it with an address: asks a second time, for which no statement may be sent."""

        def ask(address, **headers):
            browser.get(address)
            queries.clear()
            answer = browser.get(address, headers=headers)
            assert queries == []
            return answer

        return ask

    @pytest.fixture
    def media(self, stored):
        return db.session.scalars(db.select(Media)).one()

    def test_it_is_the_same_answer(self, browser, stored, again):
        first = browser.get(stored)

        second, head = again(stored), browser.head(stored)

        assert second.data == first.data
        assert dict(second.headers) == dict(first.headers) == dict(head.headers)
        assert head.data == b""

    @pytest.mark.parametrize(
        ("header", "status", "part"),
        [
            ("bytes=0-7", 206, "0-7"),
            ("bytes=1-1", 206, "1-1"),
            ("bytes=99999-", 416, "*"),
            ("bytes=0-1,5-6", 200, ""),
            ("nonsense", 200, ""),
        ],
    )
    def test_a_part_is_sent_by_itself(self, stored, again, header, status, part):
        whole = again(stored).data

        answer = again(stored, Range=header)

        expected = part and f"bytes {part}/{len(whole)}"
        assert (answer.status_code, answer.headers.get("Content-Range", "")) == (status, expected)
        if status == 206:
            first, last = map(int, part.split("-"))
            assert answer.data == whole[first : last + 1]

    def test_what_has_not_changed_is_not_sent(self, stored, again):
        first = again(stored)
        etag, changed = first.headers["ETag"], first.headers["Last-Modified"]

        for conditions in (
            {"If-None-Match": etag},
            {"If-None-Match": f'"x", W/{etag}'},
            {"If-Modified-Since": changed},
        ):
            answer = again(stored, **conditions)
            assert (answer.status_code, answer.data) == (304, b"")
            assert answer.headers["ETag"] == etag

    def test_one_that_is_deleted_is_gone_at_once_and_comes_back(self, browser, stored, media):
        browser.get(stored)
        media.deleted_at = NOW
        db.session.commit()
        gone = browser.get(stored)
        media.deleted_at = None
        db.session.commit()

        assert gone.status_code == 404
        assert browser.get(stored).status_code == 200

    def test_one_that_is_replaced_leads_on_at_once(self, app, browser, stored, media, picture):
        browser.get(stored)
        other = store_image(
            picture(colour="blue"), "dog.png", store=app.extensions["media"], now=NOW
        )
        media.replaced_by_id = other.id
        db.session.commit()

        answer = browser.get(stored)

        assert (answer.status_code, answer.location) == (302, f"/media/{other.key}")

    def test_one_that_is_lost_is_not_found(self, app, browser, stored):
        browser.get(stored)
        (app.config["MEDIA_FOLDER"] / stored.removeprefix("/media/")).unlink()

        assert browser.get(stored).status_code == 404

    def test_what_is_not_made_yet_is_looked_for_each_time(self, app, browser, queries):
        out = BytesIO()
        Image.effect_noise((900, 300), 60).save(out, "PNG")
        media = store_image(out.getvalue(), "a.png", store=app.extensions["media"], now=NOW)
        db.session.commit()
        early = f"/media/{media.key.partition('/')[0]}/w480/a.webp"
        browser.get(early)
        queries.clear()

        answer = browser.get(early)

        assert len(queries) == 1
        assert answer.cache_control.max_age == 60

    def test_a_drawing_and_a_text_are_sent_compressed(self, app, again):
        store = app.extensions["media"]
        circles = b"<circle r='1'/>" * 200
        data = b'<svg xmlns="http://www.w3.org/2000/svg">' + circles + b"</svg>"
        drawing = store_drawing(data, "plan.svg", store=store, now=NOW)
        text = store_file(b"a,b\n" * 500, "a.csv", store=store, now=NOW)
        db.session.commit()

        for media, body in ((drawing, data), (text, b"a,b\n" * 500)):
            answer = again(f"/media/{media.key}", **{"Accept-Encoding": "gzip, br"})
            assert brotli.decompress(answer.data) == body
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert again(f"/media/{media.key}").data == body

    def test_little_is_kept_in_memory(self, app, browser):
        files = app.extensions["media_files"]
        token = watch_of(app).look().token
        for number in range(300):
            packed = Packed(b"x" * 100_000, "0", [], shrinks=True)
            files.remember(f"/media/{number}", token, packed)

        assert len(files.kept) * 200_000 < 10_000_000
        assert "/media/299" in files.kept
