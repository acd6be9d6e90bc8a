import json
from datetime import timedelta

import pytest

from blogapp.extensions import db
from blogapp.posts.content import content_of
from blogapp.posts.managing import find_for_writing
from blogapp.posts.revising import keep_revision
from blogapp.site.models import Site
from tests.conftest import JANUARY


@pytest.fixture
def change(app):
    """Let a post be changed so many days after it came out, and readers be told of it."""

    def change(post, kind, note, *, days):
        post = find_for_writing(post.id)
        at = JANUARY + timedelta(days=days)
        keep_revision(
            post,
            content_of(post).changed(body=f"{post.body} {days}"),
            kind="updated",
            change_type=kind,
            note=note,
            author_id=None,
            now=at,
        )
        if kind in ("correction", "update"):
            post.updated_at = at
        db.session.commit()

    return change


def log_of(page):
    return [
        (entry.time["datetime"][:10], entry.b.text, entry.span.text)
        for entry in page.select(".change-log li")
    ]


def test_readers_see_what_was_corrected_and_updated_newest_first(browser, make_post, change):
    post = make_post("Leases")
    change(post, "correction", "The price was wrong.", days=2)
    change(post, "typo", "Spelling.", days=3)
    change(post, "update", "New figures <b>&</b> a chart.", days=4)
    change(post, "clarification", "Clearer.", days=5)

    page = browser.page("/posts/leases")

    assert log_of(page) == [
        ("2026-01-05", "Update", "New figures <b>&</b> a chart."),
        ("2026-01-03", "Correction", "The price was wrong."),
    ]
    assert page.select_one(".change-log h2").text == "Changes"


def test_there_is_no_log_where_there_is_nothing_to_tell(browser, make_post, change):
    change(make_post("Leases"), "typo", "", days=1)
    make_post("Imported", updated_at=JANUARY + timedelta(days=9))

    for address in ("/posts/leases", "/posts/imported"):
        assert not browser.page(address).select(".change-log")


def test_a_static_page_tells_its_changes_too(browser, make_post, change):
    change(make_post("Imprint", is_page=True), "correction", "We have moved.", days=1)

    assert log_of(browser.page("/pages/imprint")) == [
        ("2026-01-02", "Correction", "We have moved.")
    ]


def test_the_log_speaks_the_language_of_the_blog_and_its_notes_that_of_the_post(
    browser, make_post, change
):
    db.session.add(Site(id=1, title="Blog", language="de"))
    change(make_post("Leases", language="en"), "correction", "The price was wrong.", days=1)

    page = browser.page("/posts/leases")

    assert page.select_one(".change-log h2").text == "Änderungen"
    assert page.select_one(".change-log b").text == "Korrektur"
    assert page.select_one(".change-log__note")["lang"] == "en"


def test_machines_are_told_the_same_moment_everywhere(browser, make_post, change):
    change(make_post("Leases"), "correction", "The price was wrong.", days=2)
    moment = "2026-01-03T12:00:00+00:00"

    atom = browser.get("/feed.xml").text
    item = browser.get("/feed.json").json["items"][0]
    linked = browser.page("/posts/leases").select_one("script[type='application/ld+json']")
    sitemap = browser.get("/sitemap.xml").text

    assert atom.count(f"<updated>{moment}</updated>") == 2
    assert item["date_modified"] == moment
    posting = json.loads(linked.string)["@graph"][0]
    assert posting["dateModified"] == moment
    assert [each["text"] for each in posting["correction"]] == ["The price was wrong."]
    assert f"/posts/leases</loc><lastmod>{moment}</lastmod>" in sitemap


def test_a_post_that_came_out_after_its_last_change_is_as_new_as_its_coming_out(browser, make_post):
    make_post("Leases", updated_at=JANUARY - timedelta(days=9))
    moment = "2026-01-01T12:00:00+00:00"

    assert browser.get("/feed.json").json["items"][0]["date_modified"] == moment
    assert browser.get("/feed.xml").text.count(f"<updated>{moment}</updated>") == 2
    assert f"<lastmod>{moment}</lastmod>" in browser.get("/sitemap.xml").text


def test_a_log_costs_one_statement_however_long_it_is(browser, make_post, change, queries):
    make_post("Plain")
    change(make_post("Short"), "update", "Once.", days=1)
    long = make_post("Long")
    for days in range(1, 9):
        change(long, "update", "Again.", days=days)
    browser.get("/")

    def cost(slug):
        queries.clear()
        assert browser.get(f"/posts/{slug}").status_code == 200
        return len(queries)

    assert cost("short") == cost("long") == cost("plain") + 1
