"""A fragment is a slice of its page, cut from the same template."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

# Wording and markup, out of rows that other tests read on either database.


@pytest.fixture
def blog(make_posts, make_post, make_author):
    make_posts(40, tags=["SQLite", "CI/CD"], domain="Data", series="Leases", kind="note")
    make_post("Other", tags=["Backup"], authors=[make_author()])


def without_fragment(address):
    parts = urlsplit(address)
    pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "fragment"]
    return f"{parts.path}?{urlencode(pairs)}" if pairs else parts.path


def fragments_of(page):
    """The addresses from which htmx fetches parts of this page."""
    return list(dict.fromkeys(element["hx-get"] for element in page.select("[hx-get]")))


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/?tag=sqlite", "/?tag=backup&tag=sqlite&match=any", "/?not=backup&sort=oldest"),
        *("/?through=3", "/?page=2", "/?tag=nobody", "/?q=post", "/?tag=backup&tag=sqlite"),
        *("/tags/sqlite", "/tags/ci-cd?tag=sqlite", "/domains/data", "/series/leases"),
        *("/authors/ada-lovelace", "/archive/2026", "/archive/2026/1?through=2"),
    ],
)
def test_every_fragment_is_a_slice_of_its_page(blog, browser, address):
    page = browser.page(address)
    asked = fragments_of(page)
    assert any("fragment=results" in fragment for fragment in asked)

    for fragment in asked:
        slice_, whole = browser.get(fragment), browser.get(without_fragment(fragment))
        assert slice_.status_code == whole.status_code == 200, fragment
        assert slice_.text.strip() in whole.text, fragment
        assert "<html" not in slice_.text


def test_a_scroll_to_the_end_is_made_of_slices(blog, browser):
    address, pages = "/?match=any&tag=sqlite", 0
    page = browser.page(address, follow_redirects=True)
    while more := page.select_one("#load-more"):
        slice_ = browser.get(more["hx-get"])
        assert slice_.text.strip() in browser.get(without_fragment(more["hx-get"])).text
        page = browser.page(more["hx-get"])
        pages += 1
    assert pages == 3


def test_what_htmx_asks_for_is_also_a_link_or_a_form(blog, browser):
    page = browser.page("/?tag=sqlite")

    for element in page.select("[hx-get]"):
        assert element.name == "form" or element["href"]
        if element.name == "form":
            assert element["method"] == "get"


@pytest.mark.parametrize("address", ["/", "/tags/sqlite", "/archive/2026", "/tags", "/archive"])
def test_a_fragment_that_is_none_is_not_found(blog, browser, address):
    assert browser.get(f"{address}?fragment=everything").status_code == 404


@pytest.mark.parametrize("name", ["results", "posts"])
def test_a_fragment_is_nothing_for_search_engines(blog, browser, name):
    assert browser.get(f"/?fragment={name}").headers["X-Robots-Tag"] == "noindex"
