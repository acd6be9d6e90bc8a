from datetime import timedelta

import pytest

from tests.conftest import JANUARY


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


@pytest.fixture
def blog(make_post):
    """A series whose last part came out first, and one part without a number."""
    for day, (title, position) in enumerate([("Three", 3), ("One", 1), ("Two", 2), ("More", None)]):
        moment = JANUARY + timedelta(days=day)
        make_post(title, series="On leases", series_position=position, published_at=moment)
    make_post("Apart", tags=["dns"])


def said(page):
    """The parts that the list shows, in its own order."""
    return [
        (item.select_one("article :is(h2, h3)").get_text(), part and part.get_text())
        for item in page.select(".post-list__posts > li")
        for part in [item.select_one(".post-list__part")]
    ]


@pytest.mark.parametrize("view", ["", "?view=log", "?view=minimal"])
def test_the_list_of_a_series_numbers_its_parts(browser, blog, view):
    page = browser.page(f"/series/on-leases{view}")

    assert said(page) == [
        *(("More", "Part 4 of 4"), ("Two", "Part 2 of 4"), ("One", "Part 1 of 4")),
        ("Three", "Part 3 of 4"),
    ]


def test_a_series_begins_with_its_parts_in_reading_order(browser, blog):
    page = browser.page("/series/on-leases")

    order = page.select_one(".reading-order")
    assert [a.get_text() for a in order.select("a")] == ["One", "Two", "Three", "More"]
    assert order.summary.get_text() == "The 4 parts in reading order"
    assert order.has_attr("open")


@pytest.mark.parametrize("address", ["/", "/?tag=dns", "/series/on-leases?q=text", "/tags/dns"])
def test_the_order_stands_over_the_whole_series_alone(browser, blog, address):
    assert browser.page(address).select(".reading-order") == []


def test_elsewhere_no_post_is_a_part(browser, blog):
    assert {part for _title, part in said(browser.page("/"))} == {None}
    assert said(browser.page("/?series=on-leases&q=one")) == [("One", "Part 1 of 4")]


def test_what_is_not_listed_is_no_part(browser, make_post, clock):
    make_post("One", series="Time", series_position=1)
    make_post("Two", series="Time", series_position=2, unlisted=True)
    make_post(
        "Three", series="Time", series_position=3, published_at=clock.moment + timedelta(seconds=1)
    )
    assert said(browser.page("/series/time")) == [("One", None)]
    assert browser.page("/series/time").select(".reading-order") == []

    clock.advance(seconds=1)

    assert said(browser.page("/series/time"))[0] == ("Three", "Part 2 of 2")


def test_a_long_series_waits_behind_a_press_and_numbers_later_batches(browser, make_posts):
    make_posts(14, series="Letters")

    page = browser.page("/series/letters")
    batch = browser.page(page.select_one("#load-more")["hx-get"])

    assert not page.select_one(".reading-order").has_attr("open")
    assert said(page)[0] == ("Post 14", "Part 14 of 14")
    assert said(batch) == [("Post 2", "Part 2 of 14"), ("Post 1", "Part 1 of 14")]


def test_a_series_costs_one_statement_more_however_long(browser, make_posts, queries):
    make_posts(3, series="Short")
    make_posts(14, series="Long")

    prices = []
    for address in ("/series/short", "/series/long"):
        browser.page(address)
        queries.clear()
        browser.page(address)
        prices.append(len(queries))

    assert prices[0] == prices[1]
