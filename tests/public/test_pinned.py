from datetime import timedelta

import pytest

from tests.conftest import JANUARY


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


def pins(page):
    return [title.get_text() for title in page.select(".pinned__title")]


def titles(page):
    return [title.get_text() for title in page.select(".post-card__title")]


def test_pinned_posts_stand_over_the_list_and_in_it(browser, make_post, make_posts):
    make_posts(3)
    make_post("Start here", published_at=JANUARY - timedelta(days=9), pinned=True, domain="About")

    page = browser.page("/")

    assert pins(page) == ["Start here"]
    assert page.select_one(".pinned__facts").get_text(" ", strip=True) == "About 23 Dec 2025"
    assert titles(page) == ["Post 3", "Post 2", "Post 1", "Start here"]
    assert page.select_one("[role=status]").get_text(strip=True) == "4 posts"


def test_the_newest_five_show(browser, make_posts):
    make_posts(7, pinned=True)

    assert pins(browser.page("/")) == [f"Post {number}" for number in (7, 6, 5, 4, 3)]


@pytest.mark.parametrize(
    "columns",
    [
        {"unlisted": True},
        {"withdrawn_at": JANUARY},
        {"deleted_at": JANUARY},
        {"published_at": None},
        {"is_page": True},
    ],
)
def test_what_is_not_listed_is_not_pinned(browser, make_post, columns):
    make_post("Hidden", pinned=True, **columns)

    assert pins(browser.page("/")) == []


def test_a_scheduled_pin_appears_at_its_second(browser, make_post, clock):
    make_post("Later", pinned=True, published_at=clock.moment + timedelta(seconds=1))
    assert pins(browser.page("/")) == []

    clock.advance(seconds=1)

    assert pins(browser.page("/")) == ["Later"]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        *(("/", True), ("/?through=2", True), ("/?fragment=results", True)),
        *(("/?page=2", False), ("/?sort=oldest", False), ("/?tag=dns", False)),
        *(("/?not=wal", False), ("/?q=post", False), ("/tags/dns", False)),
        *(("/archive/2026", False), ("/archive", False)),
    ],
)
def test_pins_stand_only_where_nothing_is_chosen(browser, make_posts, address, shown):
    make_posts(13, tags=["dns"], pinned=True)

    assert bool(browser.page(address).select(".pinned")) is shown
