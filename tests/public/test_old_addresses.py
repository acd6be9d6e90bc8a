"""Addresses that another system had lead on, and are counted without a reader noticing."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from blogapp.extensions import db
from blogapp.posts.models import Redirect
from blogapp.posts.redirect_counting import Missed, add_missing
from blogapp.posts.redirect_models import MissingPath, RedirectHits
from blogapp.posts.redirecting import target_of
from tests.conftest import JANUARY


@pytest.fixture(autouse=True)
def _stopped_clock(clock):
    """Nothing here depends on the day the tests run."""


@pytest.fixture
def rule():
    """Makes a rule as it would be stored."""

    def make(path, target=None, **more):
        made = Redirect(path=path, target=target, created_at=JANUARY, **more)
        db.session.add(made)
        db.session.commit()
        return made

    return make


@pytest.fixture
def tally(app):
    return app.extensions["tally"]


def led(browser, address, **more):
    answer = browser.get(address, **more)
    return answer.status_code, answer.headers.get("Location")


def missing(tally):
    tally.flush()
    db.session.rollback()
    rows = db.session.scalars(db.select(MissingPath).order_by(MissingPath.path))
    return {row.path: (row.hits, row.referrer, row.is_probe) for row in rows}


SPELLINGS = [
    ("/?p=7", "/?p=7"),
    ("/?p=7&utm_source=letter", "/?p=7"),
    ("/?cat=2&p=7", "/?p=7"),
    ("/?page_id=2&p=7", "/?p=7&page_id=2"),
    ("/index.php?p=7", "/?p=7"),
    ("/blog/?p=7", "/?p=7"),
    ("/blog/?p=7", "/blog?p=7"),
    ("/?feed=rss2", "/?feed=rss2"),
    ("/?author=3", "/?author=3"),
    ("/?tag=old-name", "/?tag=old-name"),
    ("/2019/05/Old", "/2019/05/old"),
    ("/2019/05/old/", "/2019/05/old"),
    ("/2019/05/old/index.html", "/2019/05/old"),
    ("/2019//05/old", "/2019/05/old"),
    ("/%C3%9Cber-uns", "/über-uns"),
    ("/U%CC%88ber-uns", "/über-uns"),
    ("/old%20page", "/old page"),
    ("/docs/a/B", "/docs/*"),
    ("/docs", "/docs/*"),
]


def test_an_old_address_leads_on_in_any_spelling(browser, rule, make_post, subtests):
    make_post("New")
    for asked, stored in SPELLINGS:
        made = rule(stored, "/posts/new")
        with subtests.test(asked):
            assert led(browser, asked) == (301, "/posts/new")
        db.session.delete(made)
        db.session.commit()


def test_what_a_list_shows_comes_before_a_rule(browser, rule, make_post):
    make_post("New", tags=["Raft"])
    rule("/?tag=raft", "/archive")

    assert browser.get("/?tag=raft").status_code == 200
    assert led(browser, "/?tag=raft&unknown=1") == (301, "/?tag=raft")


def test_a_kept_front_page_is_left_alone_and_a_new_rule_is_seen_at_once(browser, rule):
    assert led(browser, "/?p=7") == (301, "/")

    rule("/?p=7", "/archive", status=302)

    assert led(browser, "/?p=7") == (302, "/archive")
    assert browser.get("/").status_code == 200


def test_a_front_page_with_an_old_query_costs_one_statement_and_others_none(browser, rule, queries):
    rule("/?p=7", "/archive")
    browser.get("/?view=log")
    queries.clear()
    browser.get("/?view=log&unknown=1")
    plain = sum("redirects" in each for each in map(str, queries))
    queries.clear()
    browser.get("/?p=8")

    assert plain == 0
    assert sum("redirects" in each for each in map(str, queries)) == 1


FOLDERS = [
    ("/old/*", "/tags/*", "/old/a/b", "/tags/a/b"),
    ("/old/*", "/tags/*", "/OLD/A%20b", "/tags/A%20b"),
    ("/old/*", "/*", "/old//evil.example", "/evil.example"),
    ("/old/*", "/*", "/old/%5Cevil.example", "/evil.example"),
    ("/old/*", "/*", "/old/%09/evil.example", "/%09/evil.example"),
    ("/old/*", "/archive", "/old/anything", "/archive"),
]


def test_a_folder_moves_with_what_is_in_it(browser, rule, subtests):
    for stored, target, asked, location in FOLDERS:
        made = rule(stored, target)
        with subtests.test(asked):
            assert led(browser, asked) == (301, location)
        db.session.delete(made)
        db.session.commit()


def test_another_host_is_led_to_only_where_an_editor_said_so(browser, rule):
    rule("/there", "https://elsewhere.example/a", leads_out=True, status=302)
    rule("/below/*", "https://elsewhere.example/*", leads_out=True)
    rule("/not", "https://elsewhere.example/a")
    rule("/odd", "https://a@elsewhere.example/", leads_out=True)

    assert led(browser, "/there") == (302, "https://elsewhere.example/a")
    assert led(browser, "/below/@evil.example") == (301, "https://elsewhere.example/@evil.example")
    assert [led(browser, path)[0] for path in ("/not", "/odd")] == [404, 404]


def test_no_request_chooses_the_host(browser, rule, shared):
    folder = rule("/out/*", "/*")
    values = (shared / "kits/http/open_redirect.txt").read_text().splitlines()

    asked = [f"/out{slash}{unquote(value)}" for value in values for slash in ("/", "")]
    locations = [target_of(folder, path) for path in asked]
    for value in values[::12]:
        for address in (f"/out/{value}", f"/?p={value}"):
            locations.append(browser.get(address).headers.get("Location"))

    for location in filter(None, locations):
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))


def test_what_was_said_to_be_gone_is_gone(browser, rule):
    rule("/taken-down")

    assert led(browser, "/taken-down/") == (410, None)


def test_each_answer_is_counted_once_and_no_page_is_made_anew(browser, rule, tally, make_post):
    make_post("New")
    rules = [rule("/old", "/posts/new"), rule("/gone"), rule("/?p=7", "/posts/new")]
    versions = "SELECT page_token FROM content_version"
    before = db.session.execute(text(versions)).all()

    for address in ("/old", "/OLD/", "/gone", "/?p=7", "/posts/new", "/nowhere"):
        browser.get(address)
    tally.flush()
    browser.get("/old")
    tally.flush()

    db.session.rollback()
    hits = {row.redirect_id: row.hits for row in db.session.scalars(db.select(RedirectHits))}
    assert [hits[each.id] for each in rules] == [3, 1, 1]
    assert db.session.execute(text(versions)).all() == before


def test_what_nobody_knows_is_noted_without_a_trace_of_who_asked(browser, tally):
    referrer = {"Referer": "https://news.example/item?id=secret"}

    browser.get("/2019/Raft.html", headers=referrer)
    browser.get("/2019/raft.html?utm_source=letter")
    browser.get("/index.php?p=12")
    browser.get("/?p=13&utm_source=letter")
    browser.get("/?p=13&draft=1")
    browser.get("/?id=5")
    browser.get("/writers-guide")
    for unnoted in ("/?page=99", "/reset/token", "/nowhere?fragment=results", "/media/x/y.png"):
        browser.get(unnoted)
    for probe in ("/wp-login.php", "/.env", "/blog/.git/config"):
        browser.get(probe)

    assert missing(tally) == {
        "/2019/raft.html": (2, "news.example", False),
        "/?p=12": (1, "", False),
        "/?p=13": (2, "", False),
        "/writers-guide": (1, "", False),
        "/.env": (1, "", True),
        "/blog/.git/config": (1, "", True),
        "/wp-login.php": (1, "", True),
    }


def test_a_flood_of_names_drowns_nothing_that_matters(app, clock, monkeypatch):
    monkeypatch.setattr("blogapp.posts.redirect_counting.MOST_MISSING", 60)
    add_missing([Missed("/asked-for", 3), Missed("/linked", 1, "news.example")], now=clock.moment)

    flood = [Missed(f"/{number:x}", 1) for number in range(100)]
    add_missing(flood, now=clock.moment)
    db.session.commit()

    paths = set(db.session.scalars(db.select(MissingPath.path)))
    assert len(paths) == 60
    assert {"/asked-for", "/linked"} <= paths


def test_a_process_counts_no_more_than_it_can_hold(browser, tally):
    for number in range(400):
        tally.count("missing", {"PATH_INFO": f"/made-up-{number}"})
        tally.count("missing", {"PATH_INFO": f"/made-up-{number}.php"})

    found = missing(tally)

    assert sum(not is_probe for _, _, is_probe in found.values()) == 300
    assert sum(is_probe for _, _, is_probe in found.values()) == 50


def test_a_database_that_takes_nothing_costs_no_reader_an_answer(
    app, browser, rule, tally, monkeypatch
):
    old = rule("/old", "/archive")

    def refuse(*_rows, **_more):
        raise OperationalError("", {}, Exception("attempt to write a readonly database"))

    with monkeypatch.context() as patched:
        patched.setattr("blogapp.web.tallying.add_hits", refuse)
        assert led(browser, "/old") == (301, "/archive")
        with pytest.raises(OperationalError):
            tally.flush()
        assert led(browser, "/old") == (301, "/archive")

    tally.flush()
    db.session.rollback()
    assert db.session.get(RedirectHits, old.id).hits == 2
    assert Path(app.instance_path).exists()


def test_a_renamed_post_takes_its_rules_along_in_one_hop(author, browser, rule, make_post):
    post = make_post("First", slug="first", authors=[author.author])
    rule("/older", "/posts/first")
    rule("/older-place", "/posts/first#part")

    for slug in ("second", "third"):
        version = db.session.get_one(type(post), post.id, populate_existing=True).version
        typed = {"title": "First", "body": "Text.", "slug": slug, "version": str(version)}
        told = {"update": "1", "change_type": "typo", "when": "now"}
        author.post(f"/write/posts/{post.id}/publication", data=typed | told)

    answers = {address: led(browser, address) for address in
               ("/posts/first", "/posts/second", "/older", "/older-place")}  # fmt: skip
    assert answers == {
        "/posts/first": (301, "/posts/third"),
        "/posts/second": (301, "/posts/third"),
        "/older": (301, "/posts/third"),
        "/older-place": (301, "/posts/third#part"),
    }
