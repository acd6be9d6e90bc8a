"""Static pages: written like posts, at addresses of their own, in no list."""

import pytest

from blogapp.extensions import db
from tests.conftest import JANUARY


def make_page(make_post, slug="colophon", **fields):
    return make_post(
        slug=slug, title=slug.title(), body="How it is *made*.", is_page=True, **fields
    )


def test_a_page_lives_at_its_slug(make_post, browser):
    make_page(make_post)

    page = browser.page("/pages/colophon")

    assert page.select_one("h1").text == "Colophon"
    assert page.select_one(".prose em").text == "made"
    assert page.select_one("link[rel=canonical]")["href"].endswith("/pages/colophon")


def test_the_page_named_about_lives_at_about(make_post, browser):
    make_page(make_post, "about")

    assert browser.get("/about").status_code == 200
    moved = browser.get("/pages/about")
    assert (moved.status_code, moved.location) == (301, "/about")


def test_without_a_page_about_there_is_none(browser):
    assert browser.get("/about").status_code == 404
    assert browser.get("/pages/nowhere").status_code == 404


@pytest.mark.parametrize("address", ["/pages/Colophon", "/pages/colophon/", "/pages/colophon?a=b"])
def test_another_spelling_leads_to_the_page(make_post, browser, address):
    make_page(make_post)

    moved = browser.get(address, follow_redirects=False)

    assert moved.status_code == 301
    assert moved.location.endswith("/pages/colophon")


def test_a_page_stands_in_no_list_feed_or_search(make_post, browser):
    make_page(make_post)
    make_post(slug="a-post", title="A post about a colophon")

    for address in ("/", "/feed.xml", "/archive", "/?q=colophon"):
        assert "/pages/colophon" not in browser.get(address).text
    assert "1 post" in browser.get("/").text
    assert browser.get("/posts/colophon").status_code == 404


def test_a_post_and_a_page_may_share_a_slug(make_post, browser):
    make_page(make_post, "about")
    make_post(slug="about", title="A post called about")

    assert "A post called about" in browser.get("/posts/about").text
    assert "How it is" in browser.get("/about").text


def test_a_draft_page_is_nowhere_and_a_withdrawn_one_is_gone(make_post, browser):
    make_page(make_post, "draft", published_at=None)
    make_page(make_post, "gone", withdrawn_at=JANUARY)

    assert browser.get("/pages/draft").status_code == 404
    assert browser.get("/pages/gone").status_code == 410


def test_a_page_is_to_be_had_as_markdown(make_post, browser):
    make_page(make_post)

    answer = browser.get("/pages/colophon.md")

    assert answer.mimetype == "text/markdown"
    assert answer.text.endswith("---\n\nHow it is *made*.")
    assert "title: Colophon" in answer.text


def test_a_page_costs_four_statements(make_post, browser, queries):
    make_page(make_post)

    queries.clear()
    browser.get("/pages/colophon")

    # The page, its comments, the version of what is remembered, and the settings while those
    # are not.
    assert len(queries) == 4


def test_a_page_has_what_its_text_needs_and_nothing_else(make_post, browser):
    make_post("Plain", is_page=True, body="Words.")
    full = make_post("Full", is_page=True, body="Words.[^1]\n\n[^1]: More.\n\n```py\n1\n```")
    full.html += (
        '<a class="prose__image" href="/media/map.png"><img src="/media/map.png" alt=""></a>'
    )
    db.session.commit()

    plain, full = browser.page("/pages/plain"), browser.page("/pages/full")

    assert (scripts_of(plain), plain.select("dialog")) == (["plain"], [])
    assert scripts_of(full) == ["post"]
    assert len(full.select("dialog.image-zoom")) == 1


def scripts_of(page):
    """The scripts of a page, by the names of their entries."""
    sources = [script["src"] for script in page.find_all("script", src=True)]
    return [source.rpartition("/")[2].partition(".")[0] for source in sources]
