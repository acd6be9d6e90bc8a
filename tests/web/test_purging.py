"""Caches in front of the blog are told what changed, once it is safe to ask anew."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import delete, text

from blogapp.extensions import db
from blogapp.jobs.models import JobState
from blogapp.jobs.queueing import find_jobs
from blogapp.jobs.running import run_due_jobs
from blogapp.media.storing import store_image
from blogapp.outgoing.purging import EVERYTHING, BadHook, Hook, NotPurged, purge
from blogapp.posts.models import RelatedPost, Tag
from blogapp.posts.purging import MOST_POSTS
from blogapp.site.cache_models import CacheChange
from blogapp.web.purging import CACHES, look, start_telling, stop_telling, tell


def hook(**settings):
    given = {"BLOG_PURGE_URL": "http://127.0.0.1:1/", **settings}
    return Hook.read(lambda name: given.get(name, ""))


@pytest.fixture
def settings():
    return {"PURGE": hook()}


@pytest.fixture
def told(app, clock, monkeypatch):
    """Which keys caches were told, set by set; `told.problem` is what is in the way."""

    class Told(list):
        problem = None

        def all(self):
            """Do what is due in the next seconds; return what is told then."""
            self.clear()
            look()
            clock.advance(seconds=2)
            run_due_jobs({CACHES: lambda _key: tell(app.config["PURGE"])}, clock.moment)
            return set().union(*self)

    told = Told()

    def send(_hook, keys):
        if told.problem:
            raise told.problem
        told.append(set(keys))

    monkeypatch.setattr("blogapp.web.purging.purge", send)
    start_telling(app)
    assert told.all() == {EVERYTHING}
    return told


# What is told.


def test_a_change_tells_the_page_its_lists_and_its_neighbours(told, make_post):
    old, middle, new = (make_post(f"Post {n}") for n in range(3))
    db.session.execute(delete(RelatedPost))
    db.session.commit()
    told.all()

    middle.title = "Another"
    db.session.commit()

    around = {f"post-{post.id}" for post in (old, middle, new)}
    assert told.all() == {*around, "listing", "feeds"}
    assert told.all() == set()


def test_what_nobody_sees_is_not_told(told, make_post, author):
    make_post("Draft", published_at=None, authors=[author.author])

    assert told.all() == set()


def test_a_change_by_hand_is_told(told, make_post):
    make_post(tags=["sqlite"])
    told.all()

    db.session.execute(text("UPDATE tags SET name = 'SQLite'"))
    db.session.commit()

    tag = db.session.query(Tag).one()
    assert told.all() == {f"tag-{tag.id}", "listing", "feeds"}


def test_what_is_rolled_back_is_not_told(told, make_post):
    post = make_post()
    told.all()

    post.title = "Other"
    db.session.flush()
    db.session.rollback()

    assert told.all() == set()


def test_a_scheduled_post_is_told_at_its_moment(told, make_post, clock):
    post = make_post("Soon", published_at=clock.moment + timedelta(minutes=5))
    told.all()
    assert told.all() == set()

    clock.advance(minutes=5)

    assert told.all() == {f"post-{post.id}", "listing", "feeds"}


def test_much_at_once_is_everything(told, make_posts):
    make_posts(MOST_POSTS + 1)

    assert told.all() == {EVERYTHING}


def test_another_version_of_the_software_makes_every_page_anew(app, told, monkeypatch):
    start_telling(app)
    assert told.all() == set()

    monkeypatch.setattr("blogapp.web.purging.build_of", lambda app: "another")
    start_telling(app)

    assert told.all() == {EVERYTHING}


def test_nothing_is_noted_where_there_is_no_cache(told, make_post):
    stop_telling()

    make_post()

    assert db.session.query(CacheChange).count() == 0


# When, and what happens where it fails.


def test_who_still_shows_what_was_is_waited_for(told, make_post, app, clock):
    make_post()
    told.clear()

    look()
    run_due_jobs({CACHES: lambda _key: tell(app.config["PURGE"])}, clock.moment)

    assert list(told) == []
    assert told.all()


def test_a_machine_whose_clock_is_wrong_has_nothing_told_too_early(
    told, make_post, app, clock, monkeypatch, database_url
):
    if database_url.startswith("sqlite"):
        pytest.skip("one machine has one clock")
    make_post()
    told.clear()

    def set_clock(minutes):
        clock.advance(minutes=minutes)
        monkeypatch.setattr(
            "blogapp.web.purging.wall", lambda: datetime.now(UTC) + timedelta(minutes=minutes)
        )

    set_clock(10)
    look()
    tell(app.config["PURGE"])
    clock.advance(minutes=-10)
    set_clock(0)
    tell(app.config["PURGE"])
    assert list(told) == []

    clock.advance(seconds=2)
    tell(app.config["PURGE"])
    assert len(told) == 1


def test_what_changes_meanwhile_is_told_next(told, make_post, monkeypatch):
    post = make_post("One")
    told.all()

    def send(_hook, keys):
        told.append(set(keys))
        if len(told) == 1:
            post.title = "Three"
            db.session.commit()

    monkeypatch.setattr("blogapp.web.purging.purge", send)
    post.title = "Two"
    db.session.commit()

    assert f"post-{post.id}" in told.all()
    assert f"post-{post.id}" in told.all()


def test_what_failed_shows_and_is_told_with_the_next_change(told, make_post):
    post = make_post("One")
    told.problem = NotPurged("cache.example.com answers 503")
    assert told.all() == set()
    failed = find_jobs(CACHES, [""])[""]
    assert (failed.state, failed.error) == (JobState.TRIED, "cache.example.com answers 503")

    told.problem = None
    other = make_post("Two")

    assert {f"post-{post.id}", f"post-{other.id}"} <= told.all()
    assert find_jobs(CACHES, [""]) == {}


def test_what_is_refused_waits_for_somebody(told, make_post):
    make_post()
    told.problem = NotPurged("cache.example.com answers 403", is_final=True)

    told.all()

    assert find_jobs(CACHES, [""])[""].state == JobState.GIVEN_UP


# In whose words.


class Asked:
    """Stands for the network: remembers what was sent, and answers ``status``."""

    def __init__(self, status=200):
        self.status, self.sent = status, []

    def send(self, method, address, content, *, headers):
        self.sent.append((method, address, dict(headers), content.decode()))
        from blogapp.outgoing.asking import Reply

        return Reply(self.status, None, b"")


KEYS = ["post-7", "listing"]


@pytest.mark.parametrize(
    ("preset", "method", "headers", "body"),
    [
        ("", "POST", {"Cache-Tag": "post-7,listing"}, {"tags": KEYS}),
        ("varnish", "PURGE", {"X-Cache-Tags": "post-7|listing"}, None),
        ("cloudflare", "POST", {"Authorization": "Bearer t0ken"}, {"tags": KEYS}),
        ("fastly", "POST", {"Fastly-Key": "t0ken", "Surrogate-Key": "post-7 listing"}, None),
        ("bunny", "POST", {"AccessKey": "t0ken"}, {"CacheTag": "post-7"}),
    ],
)
def test_each_cache_is_told_in_its_own_words(preset, method, headers, body):
    asked = Asked()

    purge(hook(BLOG_PURGE_PRESET=preset, BLOG_PURGE_TOKEN="t0ken"), KEYS, asked)

    sent = asked.sent[0]
    assert (sent[0], sent[1]) == (method, "http://127.0.0.1:1/")
    assert headers.items() <= sent[2].items()
    assert (json.loads(sent[3]) if sent[3] else None) == body
    assert len(asked.sent) == (2 if preset == "bunny" else 1)


def test_any_cache_is_told_in_words_that_settings_give():
    asked = Asked()
    own = hook(
        BLOG_PURGE_URL="https://a.example/x?key={key} https://b.example/{key}",
        BLOG_PURGE_METHOD="delete",
        BLOG_PURGE_HEADERS="X-One: {token} | X-Two: 2",
        BLOG_PURGE_BODY="<{key}>",
        BLOG_PURGE_MOST="1",
        BLOG_PURGE_TOKEN="t0ken",
    )

    assert purge(own, KEYS, asked) == 4

    method, address, headers, body = asked.sent[0]
    assert (method, address, body) == ("DELETE", "https://a.example/x?key=post-7", "<post-7>")
    assert headers["X-One"] == "t0ken"
    assert "t0ken" not in repr(own)
    assert asked.sent[1][1] == "https://b.example/post-7"


def test_too_many_keys_are_everything():
    asked = Asked()

    purge(hook(BLOG_PURGE_MOST="2"), [f"post-{n}" for n in range(41)], asked)

    assert [json.loads(body) for *_rest, body in asked.sent] == [{"tags": ["site"]}]


def test_a_cache_that_is_down_keeps_no_other_one_from_being_told():
    class OneIsDown(Asked):
        def send(self, method, address, content, *, headers):
            self.status = 503 if ":1/" in address else 200
            return super().send(method, address, content, headers=headers)

    asked = OneIsDown()
    two = hook(BLOG_PURGE_URL="https://b.example:1/ https://b.example/", BLOG_PURGE_MOST="1")

    with pytest.raises(NotPurged, match=r"b\.example answers 503"):
        purge(two, KEYS, asked)

    # Nobody waits twice for the one that is down.
    places = [address for _method, address, *_rest in asked.sent]
    assert places == ["https://b.example:1/", "https://b.example/", "https://b.example/"]


@pytest.mark.parametrize(
    ("status", "is_final"), [(301, True), (403, True), (404, True), (429, False), (503, False)]
)
def test_what_a_cache_answers_says_whether_to_try_again(status, is_final):
    with pytest.raises(NotPurged, match=f"127.0.0.1 answers {status}") as caught:
        purge(hook(), KEYS, Asked(status))

    assert caught.value.is_final is is_final


@pytest.mark.parametrize(
    ("setting", "value", "blamed"),
    [
        ("BLOG_PURGE_URL", "ftp://cache", "BLOG_PURGE_URL"),
        ("BLOG_PURGE_PRESET", "akamai", "BLOG_PURGE_PRESET"),
        ("BLOG_PURGE_METHOD", "PURGE /", "BLOG_PURGE_METHOD"),
        ("BLOG_PURGE_HEADERS", "no header", "BLOG_PURGE_HEADERS"),
        ("BLOG_PURGE_HEADERS", "X-Key: {token}", "BLOG_PURGE_TOKEN"),
        ("BLOG_PURGE_BODY", "{key}", "BLOG_PURGE_MOST"),
        ("BLOG_PURGE_MOST", "0", "BLOG_PURGE_MOST"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(setting, value, blamed):
    with pytest.raises(BadHook) as caught:
        hook(**{setting: value})

    assert caught.value.setting == blamed


# What answers say.


@pytest.mark.parametrize("path", ["/", "/feed.xml", "/posts/hello", "/tags", "/sitemap.xml"])
def test_public_answers_say_what_caches_may_do(browser, make_post, path):
    make_post(tags=["sqlite"])

    said = browser.get(path).headers

    assert said["Cache-Control"] == "public, no-cache"
    assert said["CDN-Cache-Control"].startswith("max-age=600, stale-while-revalidate=60")
    assert said["Cache-Tag"].split(",")[0] == "site"


def test_a_page_says_what_it_shows(browser, make_post, make_author):
    ada = make_author()
    post = make_post(tags=["sqlite"], domain="Storage", series="Deep", authors=[ada])

    said = set(browser.get("/posts/hello").headers["Cache-Tag"].split(","))

    ids = {
        "tag": db.session.query(Tag).one().id,
        "domain": post.domain_id,
        "series": post.series_id,
    }
    expected = {f"{word}-{id}" for word, id in ids.items()}
    assert said == {"site", f"post-{post.id}", f"author-{ada.id}", *expected}
    assert f"tag-{ids['tag']}" in browser.get("/tags/sqlite").headers["Cache-Tag"].split(",")


def test_a_file_goes_when_it_is_taken_away(app, browser, told, clock):
    drawn = BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    store = app.extensions["media"]
    media = store_image(drawn.getvalue(), "a.png", store=store, now=clock.moment)
    db.session.commit()
    told.all()

    said = browser.get(f"/media/{media.key}").headers
    key = f"media-{media.id}"
    db.session.delete(media)
    db.session.commit()

    assert said["Cache-Tag"] == f"site,{key}"
    assert told.all() == {key}


@pytest.mark.parametrize(
    "path", ["/posts/none", "/login", "/posts/HELLO", "/?page=99", "/write", "/?tag=a&x=1"]
)
def test_nothing_else_is_for_caches(browser, make_post, path):
    make_post()

    said = browser.get(path).headers

    assert not {"CDN-Cache-Control", "Cache-Tag"} & {*said.keys()}


def test_nothing_that_somebody_signed_in_gets_is_for_caches(owner, make_post):
    make_post()

    said = owner.get("/posts/hello").headers

    assert not {"CDN-Cache-Control", "Cache-Tag"} & {*said.keys()}


def test_nothing_is_kept_past_the_next_moment(browser, make_post, clock):
    make_post("Now")
    make_post("Soon", published_at=clock.moment + timedelta(seconds=90))

    def said():
        return browser.get("/").headers.get("CDN-Cache-Control")

    first = said()
    clock.advance(seconds=60)
    later = said()
    clock.advance(seconds=29)

    assert [first, later, said()] == [
        "max-age=89, stale-if-error=86400",
        "max-age=29, stale-if-error=86400",
        None,
    ]


class TestWithoutTheSetting:
    @pytest.fixture
    def settings(self):
        return {}

    def test_answers_are_as_they_were(self, browser, make_post):
        make_post()

        said = browser.get("/posts/hello").headers

        assert not {"CDN-Cache-Control", "Cache-Tag"} & {*said.keys()}
        assert db.session.query(CacheChange).count() == 0
