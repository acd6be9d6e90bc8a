from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


@pytest.fixture
def blog(make_post):
    """Posts of two years, of which three are about dns."""
    for title, month, tags in [
        ("One", (2024, 3), ["dns"]),
        ("Two", (2024, 3), []),
        ("Three", (2024, 9), ["dns"]),
        ("Four", (2026, 4), ["dns", "wal"]),
    ]:
        make_post(title, published_at=datetime(*month, 5, tzinfo=UTC), tags=tags)


def links(page, name):
    """Where each year or month leads, and how many posts it says it shows."""
    found = page.select(f".timeline__years[aria-label='{name}'] a")
    return {a["aria-label"]: a["href"] for a in found}


def status(page):
    return " ".join(page.select_one("[role=status]").get_text().split())


def test_the_timeline_marks_what_shows(browser, blog):
    picture = browser.page("/?tag=dns").select_one(".timeline svg")

    assert picture["aria-label"] == "4 posts from 2024 to 2026; 3 match"
    assert picture.select_one(".timeline__shown")["d"].count("M") == 3


def test_its_years_keep_the_rest_of_what_is_chosen(browser, blog):
    page = browser.page("/?tag=dns&page=1", follow_redirects=True)

    assert links(page, "Years") == {
        "2024: 2 posts": "/?tag=dns&year=2024",
        "2026: 1 post": "/?tag=dns&year=2026",
    }
    assert page.select_one(".timeline__years span").get_text() == "2025"
    assert page.select(".timeline__years--months") == []


def test_under_a_chosen_year_stand_its_months(browser, blog):
    page = browser.page("/tags/dns?year=2024")

    assert links(page, "Months") == {
        "March 2024: 1 post": "/tags/dns?year=2024&month=3",
        "September 2024: 1 post": "/tags/dns?year=2024&month=9",
    }
    assert len(page.select(".timeline__years--months > *")) == 12


def test_pressed_again_a_time_is_let_go(browser, blog):
    page = browser.page("/?year=2024&month=3")

    assert links(page, "Months")["March 2024: 2 posts"] == "/?year=2024"
    assert links(page, "Years")["2024: 3 posts"] == "/?year=2024"
    chosen = [a["aria-label"] for a in page.select(".timeline [aria-current]")]
    assert chosen == ["March 2024: 2 posts"]
    assert links(browser.page("/?year=2024"), "Years")["2024: 3 posts"] == "/"


def test_the_page_of_a_year_has_its_months_and_that_of_a_month_no_timeline(browser, blog):
    page = browser.page("/archive/2024?tag=dns")

    assert links(page, "Years") == {}
    assert links(page, "Months") == {
        "March 2024: 1 post": "/archive/2024?tag=dns&month=3",
        "September 2024: 1 post": "/archive/2024?tag=dns&month=9",
    }
    assert browser.page("/archive/2024/3").select(".timeline") == []


@pytest.mark.parametrize(
    "address",
    ["/", "/?tag=dns", "/?tag=dns&year=2026", "/?year=2024&month=9", "/tags/dns", "/archive/2024"],
)
def test_each_number_is_what_the_link_shows(browser, blog, address):
    page = browser.page(address)

    for name in ("Years", "Months"):
        for words, href in links(page, name).items():
            if not page.select(f".timeline [aria-current][href='{href}']"):
                promised = words.split(": ")[1]
                assert status(browser.page(href)).startswith(promised), (words, href)


def test_the_script_is_told_of_every_month(browser, blog):
    line = browser.page("/?tag=dns&year=2026").select_one("time-line")

    numbers = [int(number or 0) for number in line["data-numbers"].split(",")]
    assert line["data-first"] == "2024"
    assert (len(numbers), sum(numbers)) == (36, 3)
    assert (numbers[2], numbers[8], numbers[24 + 3]) == (1, 1, 1)
    assert line["data-anytime"] == "/?tag=dns"


def test_a_long_timeline_has_eight_labels_at_most(browser, make_post):
    for year in (1999, 2005, 2011, 2026):
        make_post(f"Post {year}", published_at=datetime(year, 1, 1, tzinfo=UTC))

    page = browser.page("/")

    labels = page.select(".timeline__years > *")
    assert len(labels) <= 8
    assert {a.get_text(): a["href"] for a in page.select(".timeline__years a")}.items() >= {
        ("2011", "/?year=2011"),
        ("2003", "/archive#from-2005"),
    }
    assert len(page.select_one("time-line")["data-numbers"].split(",")) == 28 * 12


def test_months_are_named_in_the_language_of_the_site(browser, blog):
    db.session.add(Site(id=1, title="Blog", language="de"))
    db.session.commit()

    page = browser.page("/?year=2024")

    assert "März 2024: 2 Beiträge" in links(page, "Monate")
    assert page.select_one(".timeline__short").get_text() == "Jan"
