"""What pages show changes with the content and at the moments of posts, and at no other time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from blogapp.extensions import db
from blogapp.posts.models import Series, Tag
from blogapp.site.models import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADDRESSES = (
    *("/", "/?view=log", "/?view=minimal", "/?q=leases", "/?fragment=results", "/?sort=oldest"),
    *("/archive", "/archive/2026", "/archive/2026/1", "/tags", "/tags/leases", "/series/locks"),
    *("/domains/storage", "/authors/ada-lovelace", "/posts/one", "/posts/one.md", "/about"),
    *("/search", "/search?q=le&fragment=suggestions", "/feed.xml", "/rss.xml", "/feed.json"),
    *("/sitemap.xml", "/robots.txt", "/llms.txt", "/opensearch.xml", "/site.webmanifest"),
)


@pytest.fixture
def blog(make_post, make_author):
    names = {
        "tags": ["Leases"],
        "series": "Locks",
        "domain": "Storage",
        "authors": [make_author()],
    }
    make_post("One", body="## Part\n\nLeases end.", **names)
    make_post("Two", published_at=NOW - timedelta(days=2), **names)
    make_post("About", is_page=True)
    db.session.add(Site(title="A blog"))
    db.session.commit()


def read(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.data, [pair for pair in answer.headers if pair[0] not in {"Date"}]


def test_no_page_changes_with_the_day(browser, blog, clock, unkept):
    clock.set(NOW)
    before = {address: read(browser, address) for address in ADDRESSES}

    clock.advance(days=400, hours=13)

    changed = [address for address in ADDRESSES if read(browser, address) != before[address]]
    assert changed == []


def test_what_is_kept_is_what_would_be_made_now(app, browser, blog, clock):
    clock.set(NOW)
    before = {address: read(browser, address) for address in ADDRESSES}
    assert {address: read(browser, address) for address in ADDRESSES} == before

    db.session.execute(text("UPDATE posts SET title = 'Zwei' WHERE slug = 'two'"))
    db.session.scalar(db.select(Tag)).name = "Pachten"
    db.session.scalar(db.select(Series)).description = "Read in order."
    db.session.scalar(db.select(Site)).title = "Another blog"
    db.session.commit()
    kept = {address: read(browser, address) for address in ADDRESSES}
    app.extensions["keeper"].stop()
    app.extensions["memory"].clear()

    assert kept == {address: read(browser, address) for address in ADDRESSES}
    unchanged = [address for address in ADDRESSES if kept[address] == before[address]]
    assert unchanged == ["/sitemap.xml", "/robots.txt"]
