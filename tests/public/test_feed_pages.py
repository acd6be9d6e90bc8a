"""Feeds of many pages (RFC 5005, 3), and what a long one costs."""

import json
import tracemalloc
from datetime import timedelta

import feedparser
import pytest
from lxml import etree
from werkzeug.test import EnvironBuilder

from blogapp.posts import reading
from blogapp.public import feeds
from tests.conftest import JANUARY

# What it holds is the same whichever database stands behind it.

HOME = "http://127.0.0.1:8000"
RELATIONS = {"first", "previous", "next", "last"}
NAMES = ["feed.xml", "rss.xml", "feed.json"]


@pytest.fixture
def links(browser):
    """Return the pages around a page of a feed: their addresses by relation."""

    def read(address):
        response = browser.get(address)
        assert response.status_code == 200, address
        found = etree.fromstring(response.data).iter("{http://www.w3.org/2005/Atom}link")
        addresses = {link.get("rel"): link.get("href").removeprefix(HOME) for link in found}
        return {relation: addresses[relation] for relation in addresses.keys() & RELATIONS}

    return read


@pytest.fixture
def titles(browser):
    """Return the titles of a feed's entries, whatever its format."""

    def read(address):
        response = browser.get(address)
        assert response.status_code == 200, address
        if response.mimetype == "application/feed+json":
            return [item["title"] for item in response.json["items"]]
        return [entry.title for entry in feedparser.parse(response.data).entries]

    return read


def test_a_feed_of_one_page_leads_nowhere(browser, links, make_posts):
    make_posts(20)

    assert links("/feed.xml") == links("/rss.xml") == {}
    assert "next_url" not in browser.get("/feed.json").json


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml"])
def test_pages_lead_to_each_other(links, make_posts, name):
    make_posts(5, tags=["a"])

    first = links(f"/{name}?tag=a&limit=2")
    second = links(first["next"])
    last = links(second["next"])

    assert first.keys() == {"first", "next", "last"}
    assert second.keys() == {"first", "previous", "next", "last"}
    assert last.keys() == {"first", "previous", "last"}
    assert first["first"] == second["previous"] == f"/{name}?tag=a&limit=2"
    assert first["last"] == f"/{name}?tag=a&page=3&limit=2"
    assert last["previous"] == f"/{name}?tag=a&page=2&limit=2"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_a_number(titles, make_posts, name):
    make_posts(5)

    assert titles(f"/{name}?page=2&limit=2") == ["Post 3", "Post 2"]
    assert titles(f"/{name}?page=3&limit=2") == ["Post 1"]


def test_json_feeds_say_what_follows(browser, titles, make_posts):
    make_posts(3)

    following = browser.get("/feed.json?limit=2").json["next_url"].removeprefix(HOME)

    assert titles(following) == ["Post 1"]
    assert "next_url" not in browser.get(following).json


def test_all_pages_are_of_one_feed(browser, make_posts):
    make_posts(3)

    pages = [browser.get(f"/feed.xml?{more}limit=1") for more in ("", "page=2&", "page=3&")]

    ids = {etree.fromstring(page.data)[0].text for page in pages}
    assert ids == {f"{HOME}/feed.xml"}


def test_who_walks_along_misses_none_and_meets_none_twice(links, titles, make_posts, make_post):
    make_posts(7)
    address, met = "/feed.xml?limit=2", []

    while address:
        met += titles(address)
        following = links(address).get("next")
        make_post(f"Newer {len(met)}", published_at=JANUARY + timedelta(days=90))
        address = following

    assert met == [f"Post {number}" for number in range(7, 0, -1)]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_is_not_there_is_refused(browser, make_posts, name):
    make_posts(3)

    assert browser.get(f"/{name}?page=2").status_code == 404
    for query in ("page=0", "page=x", "after=x", f"page={'9' * 30}"):
        assert browser.get(f"/{name}?{query}").status_code == 400, query


def test_a_feed_without_posts_has_its_first_page(browser):
    assert browser.get("/feed.xml").status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_that_has_a_page_is_told_so(browser, make_posts, name):
    make_posts(3)
    first = browser.get(f"/{name}?limit=2")

    again = browser.get(f"/{name}?limit=2", headers={"If-None-Match": first.headers["ETag"]})
    head = browser.head(f"/{name}?limit=2")
    other = browser.get(f"/{name}?page=2&limit=2")

    assert (again.status_code, again.data) == (304, b"")
    assert head.headers["ETag"] == again.headers["ETag"] == first.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(first.data))
    assert other.headers["ETag"] != first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("name", NAMES)
def test_posts_are_read_a_few_at_a_time_and_stay_in_order(
    monkeypatch, browser, titles, make_posts, name
):
    make_posts(7, tags=["a"])
    whole = titles(f"/{name}?limit=7")
    at_once = browser.get(f"/{name}?limit=7").data

    monkeypatch.setattr(reading, "WHOLE_AT_ONCE", 3)
    monkeypatch.setattr(feeds, "MOST_IN_MEMORY", 100)

    assert whole == [f"Post {number}" for number in range(7, 0, -1)]
    assert browser.get(f"/{name}?limit=7").data == at_once
    if name == "feed.json":
        json.loads(at_once)


def test_a_long_feed_is_never_in_memory_whole(monkeypatch, browser, app, make_posts):
    monkeypatch.setattr(reading, "WHOLE_AT_ONCE", 2)
    monkeypatch.setattr(feeds, "MOST_IN_MEMORY", 100_000)
    make_posts(30, body="A long text. " * 8000)
    browser.get("/feed.xml?limit=1")
    environ = EnvironBuilder(base_url=HOME, path="/feed.xml", query_string="limit=30").get_environ()
    tracemalloc.start()

    answer = app.wsgi_app(environ, lambda status, headers: None)
    size = sum(len(part) for part in answer)
    answer.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 3_000_000
    assert peak < size / 2
