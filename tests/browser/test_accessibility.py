"""What axe finds: nothing, on any kind of page, in either theme, on a phone or a desk."""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.pages import PRIVATE, PUBLIC, fill, visit


@pytest.fixture
def blog(prepare, make_author, make_post):
    prepare(fill, make_author, make_post)


def check_looks(page, check_accessibility, kind):
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        visit(page, kind)
        check_accessibility(page)
        page.emulate_media(color_scheme="dark")
        check_accessibility(page, colours=True)


@pytest.mark.parametrize("kind", PUBLIC)
def test_axe_finds_nothing_on_public_pages(blog, page, check_accessibility, kind):
    check_looks(page, check_accessibility, kind)


@pytest.mark.parametrize("kind", PRIVATE)
def test_axe_finds_nothing_on_authoring_pages(blog, new_page, owner, check_accessibility, kind):
    check_looks(new_page(as_author=owner), check_accessibility, kind)


# Whether each link is the current one, and whether its lower edge differs from the paper.
UNDERLINED = """(all) => all.map((a) => [
  a.hasAttribute("aria-current"),
  getComputedStyle(a).borderBottomColor !== getComputedStyle(document.body).backgroundColor,
])"""


@pytest.mark.parametrize(
    ("address", "row"),
    [("./", ".post-list__views"), ("./", ".pager__pages"), ("tags", ".index__orders")],
)
def test_in_forced_colours_only_what_is_current_is_underlined(make_posts, new_page, address, row):
    make_posts(14, tags=["dns"])
    page = new_page(forced_colors="active")

    page.goto(address)

    links = page.locator(f"{row} a").evaluate_all(UNDERLINED)
    assert len(links) > 1
    assert all(is_current == is_underlined for is_current, is_underlined in links)


def test_axe_finds_nothing_on_an_empty_blog(page, check_accessibility):
    for address in ("./", "tags", "archive"):
        page.goto(address)
        check_accessibility(page)


def test_axe_finds_what_is_wrong(page, check_accessibility):
    page.goto("./")
    page.evaluate("document.querySelector('main').innerHTML = '<img src=data:,><a href=#></a>'")

    with pytest.raises(AssertionError, match="image-alt"):
        check_accessibility(page)
