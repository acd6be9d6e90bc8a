from datetime import UTC, datetime

import pytest

from blogapp.extensions import db
from blogapp.site.models import Site


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


def links(part):
    return {a.get_text(" ", strip=True): a["href"] for a in part.select("a")}


def test_a_year_is_a_calendar_of_its_months(browser, make_post):
    make_post("One", published_at=datetime(2024, 5, 1, tzinfo=UTC))
    make_post("Two", published_at=datetime(2024, 5, 9, tzinfo=UTC))
    make_post("Three", published_at=datetime(2026, 1, 1, tzinfo=UTC))

    page = browser.page("/archive")

    assert [section["id"] for section in page.select(".index")] == ["from-2026", "from-2024"]
    months = page.select("#from-2024 li")
    assert [month.get_text(" ", strip=True) for month in months[:6]] == [
        *("January", "February", "March", "April", "May 2 posts", "June"),
    ]
    assert len(months) == 12
    assert links(page.select_one("#from-2024")) == {
        "2024": "/archive/2024",
        "May": "/archive/2024/5",
    }


def test_every_domain_series_and_author_has_its_way_in(browser, make_post, make_author):
    ada = make_author()
    make_post("One", domain="Web", series="On leases", authors=[ada])
    make_post("Two", domain="Data", series="On leases", authors=[ada])
    make_post("Draft", domain="Hidden", published_at=None)

    page = browser.page("/archive")

    assert links(page.select_one("#domains")) == {"Data": "/domains/data", "Web": "/domains/web"}
    assert page.select_one("#series li").get_text(" ", strip=True) == "On leases 2 posts"
    assert links(page.select_one("#authors")) == {"Ada Lovelace": "/authors/ada-lovelace"}
    assert [a["href"] for a in page.select(".index__jumps a")] == [
        *("#years", "#domains", "#series", "#authors"),
    ]


def test_what_no_post_has_is_no_section(browser, make_post):
    make_post("Bare")

    page = browser.page("/archive")

    assert [section["id"] for section in page.select(".index")] == ["from-2026"]
    assert page.select(".index__jumps") == []


def test_months_are_named_in_the_language_of_the_site(browser, make_post):
    db.session.add(Site(id=1, title="Blog", language="de"))
    make_post("Eins", published_at=datetime(2026, 3, 1, tzinfo=UTC), domain="Daten")

    page = browser.page("/archive")

    assert links(page.select_one("#from-2026"))["März"] == "/archive/2026/3"
    assert page.select_one("#domains h2").get_text() == "Bereiche"


@pytest.mark.parametrize(
    ("address", "overview"),
    [
        *(("/tags/dns", "/tags"), ("/domains/data", "/archive#domains")),
        *(("/series/leases", "/archive#series"), ("/authors/ada-lovelace", "/archive#authors")),
        *(("/archive/2026", "/archive"), ("/archive/2026/1", "/archive")),
    ],
)
def test_each_place_leads_to_all_of_its_kind(browser, make_post, make_author, address, overview):
    make_post(tags=["dns"], domain="Data", series="Leases", authors=[make_author()])

    assert browser.page(address).select_one(".masthead__eyebrow a")["href"] == overview
