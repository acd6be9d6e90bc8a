"""Cards, log and plain list: the same posts at the same addresses, laid out three ways."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from blogapp.extensions import db
from blogapp.site.models import CARD_FIELDS, LAYOUTS, LIST_PARTS
from blogapp.site.reading import get_site
from tests.conftest import JANUARY

# Wording and markup, out of rows that other tests read on either database.

ROW = {"cards": ".post-card", "log": ".post-log", "minimal": ".post-minimal"}


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


@pytest.fixture
def settle(app):
    """Set what the owner chose: ``settle(layout="log", page_size=3)``."""

    def put(**columns):
        site = get_site()
        for name, value in columns.items():
            setattr(site, name, value)
        db.session.add(site)
        db.session.commit()

    return put


@pytest.fixture
def log(settle):
    settle(layout="log", page_size=3)


def titles(page):
    return [heading.get_text(strip=True) for heading in page.select("article :is(h2, h3)")]


def years(page):
    return [int(heading.text) for heading in page.select(".post-log__year")]


def robots(page):
    tag = page.select_one("meta[name=robots]")
    return tag and tag["content"]


def canonical(page):
    return page.select_one("link[rel=canonical]")["href"].removeprefix("http://127.0.0.1:8000")


def switch(page):
    return {link.text: link["href"] for link in page.select(".post-list__views a")}


def dated(make_post, *days, **kwargs):
    for number, day in enumerate(days):
        moment = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(hours=number)
        make_post(f"Post {number} of {day}", published_at=moment, **kwargs)


# Which layout, and where it is said.


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_blog_is_laid_out_as_its_owner_chose(browser, make_post, settle, layout):
    make_post("Leases")
    settle(layout=layout)

    page = browser.page("/")

    assert [name for name, row in ROW.items() if page.select(row)] == [layout]
    assert robots(page) is None


@pytest.mark.parametrize(
    "place", ["/", "/tags/dns", "/domains/web", "/archive/2026", "/archive/2026/1", "/?q=leases"]
)
@pytest.mark.parametrize("layout", ["log", "minimal"])
def test_every_list_can_be_read_in_another_layout(browser, make_post, place, layout):
    make_post("Leases", tags=["dns"], domain="Web")
    there = f"{place}{'&' if '?' in place else '?'}view={layout}"

    page = browser.page(there)

    assert page.select_one(ROW[layout]).select_one("h2, h3").text == "Leases"
    assert robots(page) == "noindex, follow"
    assert canonical(page) == place


def test_the_blogs_own_layout_is_left_out_of_addresses(browser, make_post, settle):
    make_post(tags=["dns"])
    settle(layout="log")

    moved = browser.get("/tags/dns?view=log")

    assert (moved.status_code, moved.location) == (301, "/tags/dns")
    assert browser.get("/tags/dns?view=cards").status_code == 200


def test_readers_go_from_layout_to_layout_with_what_they_chose(browser, make_post):
    make_post(tags=["dns"], domain="Web")

    shown = switch(browser.page("/?tag=dns&domain=web&view=log"))

    assert shown == {
        "Cards": "/?tag=dns&domain=web",
        "Log": "/?tag=dns&domain=web&view=log",
        "Minimal": "/?tag=dns&domain=web&view=minimal",
    }
    assert switch(browser.page("/archive/2026"))["Log"] == "/archive/2026?view=log"


def test_a_filter_keeps_the_layout(browser, make_posts):
    make_posts(13, tags=["dns"], domain="Web")

    page = browser.page("/?tag=dns&view=log")

    assert page.select_one("article a[href^='/tags/']")["href"] == "/tags/dns?view=log"
    assert "view=log" in page.select_one(".post-log__domain")["href"]
    for form in page.select("#filter, #tag-form"):
        assert form.select_one("input[type=hidden][name=view]")["value"] == "log"
    for link in page.select("#load-more, .pager__pages a, .post-list__landmark a, .chosen a"):
        assert "view=log" in link["href"]
    assert "view=log" in page.select_one("#load-more")["hx-get"]


def test_feeds_know_nothing_of_layouts(browser, make_post):
    make_post(tags=["dns"])

    page = browser.page("/?tag=dns&view=log")

    feeds = [link["href"] for link in page.select("link[rel=alternate][href*='?']")]
    assert feeds
    assert not [address for address in feeds if "view" in address]


@pytest.mark.parametrize("address", ["/?view=table", "/?view=CARDS", "/tags/dns?view=%00"])
def test_a_layout_that_is_none_is_a_bad_request(browser, make_post, address):
    make_post(tags=["dns"])

    assert browser.get(address).status_code == 400


# What each shows of a post.

PARTS = {
    "drawing": "article svg",
    "domain": "article a[href^='/domains/']",
    "kind": "article span:-soup-contains('guide')",
    "minutes": "article :-soup-contains('min')",
    "date": "article time",
    "title": "article :is(h2, h3):-soup-contains('A lease')",
    "summary": "article :-soup-contains('What it promises.')",
    "author": "article a[href^='/authors/']",
    "tags": "article a[href^='/tags/']",
}


@pytest.fixture
def lease(make_post, make_author):
    return make_post(
        "A lease",
        summary="What it promises.",
        kind="guide",
        domain="Databases",
        tags=["Postgres"],
        authors=[make_author("Ada Lovelace")],
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("left_out", CARD_FIELDS)
def test_each_field_can_be_left_out_of_each_layout(browser, lease, settle, layout, left_out):
    settle(layout=layout, card_fields=[name for name in CARD_FIELDS if name != left_out])

    page = browser.page("/")

    missing = {name for name, selector in PARTS.items() if not page.select(selector)}
    # Without its title the summary opens the post, and says the title to those who listen.
    assert missing == ({left_out} - {"title"})
    opener = page.select_one("article :is(h2, h3) a")
    assert opener["href"] == "/posts/a-lease"
    assert opener.text.startswith("A lease")
    hidden = opener.select_one(".unseen")
    assert (hidden is not None) == (left_out == "title")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_post_does_without_what_it_has_not(browser, make_post, settle, layout):
    make_post("", slug="bare", body="")
    settle(layout=layout, card_fields=list(CARD_FIELDS))

    article = browser.page("/").select_one("article")

    assert article.select_one(":is(h2, h3) a").text == "Untitled"
    assert [
        element for element in article.select("p, span, a, time") if not element.text.strip()
    ] == []
    assert len(article.select("a")) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_a_title_or_only_a_summary_is_a_list_of_its_own(browser, make_posts, settle, layout):
    make_posts(2, summary="One sentence.")

    for fields in (["title"], ["summary"]):
        settle(layout=layout, card_fields=fields)
        page = browser.page("/")
        assert len(page.select("article a")) == 2
        assert not page.select("article p")


def test_a_short_version_stands_in_for_a_summary(browser, make_post, settle):
    sentence = (
        "TL;DR: a lease is a promise with a date on it, and a clock decides who believes it. "
    )
    make_post("A lease", body=sentence * 4)
    settle(layout="minimal")

    excerpt = browser.page("/").select_one(".post-minimal__summary").text

    assert excerpt.startswith("TL;DR: a lease")
    assert excerpt.endswith("…")
    assert len(excerpt) <= 200
    assert (sentence * 4)[len(excerpt) - 1] == " "


# The log.


def test_years_stand_over_their_rows(browser, make_post, log):
    dated(make_post, "2026-02-01", "2025-03-01", "2025-01-05")

    page = browser.page("/")

    assert years(page) == [2026, 2025]
    rows = [len(list.select("article")) for list in page.select(".post-list__posts")]
    assert rows == [1, 2]


def test_a_year_is_that_of_the_blogs_own_clock(browser, make_post, settle):
    make_post(published_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    settle(layout="log", time_zone="Europe/Berlin")

    assert years(browser.page("/")) == [2026]


def test_a_year_begins_once_however_far_one_scrolls(browser, make_post, log):
    dated(make_post, *["2026-02-01"] * 4, *["2025-02-01"] * 2, *["2023-02-01"] * 5)
    page, found, seen = browser.page("/"), [], []
    while True:
        found.append(years(page))
        seen += titles(page)
        more = page.select_one("#load-more")
        if not more:
            break
        page = browser.page(more["hx-get"])

    assert found == [[2026], [2025], [2023], []]
    assert len(seen) == len(set(seen)) == 11
    assert years(browser.page("/?through=4")) == [2026, 2025, 2023]
    # A page by itself says where it begins.
    assert years(browser.page("/?page=2")) == [2026, 2025]


def test_years_go_with_the_order(browser, make_post, log):
    dated(make_post, "2024-02-01", "2026-02-01")

    assert years(browser.page("/?sort=oldest")) == [2024, 2026]
    assert years(browser.page("/?q=post")) == []
    assert years(browser.page("/?q=post&sort=newest")) == [2026, 2024]


def test_years_are_left_out_where_they_say_nothing(browser, make_post, settle, log):
    dated(make_post, "2026-02-01")

    assert years(browser.page("/archive/2026")) == years(browser.page("/?year=2026&q=post")) == []
    settle(list_parts=[part for part in LIST_PARTS if part != "years"])
    assert years(browser.page("/")) == []


def test_the_label_of_a_domain_narrows_the_log(browser, make_post, log):
    make_post(domain="Web", tags=["dns"])
    make_post(domain="Data", tags=["dns"])

    def labels(address):
        return [a["href"] for a in browser.page(address).select(".post-log__domain")]

    assert labels("/") == ["/domains/data", "/domains/web"]
    assert labels("/?tag=dns&sort=oldest") == [
        "/?tag=dns&domain=web&sort=oldest",
        "/?tag=dns&domain=data&sort=oldest",
    ]
    assert labels("/tags/dns") == ["/tags/dns?domain=data", "/tags/dns?domain=web"]
    assert labels("/domains/web?tag=dns") == ["/domains/web?tag=dns"]


# Beside the log.


def overview(page):
    return {
        domain.h3.a.text: [link.text for link in domain.ul.select("a")]
        for domain in page.select(".domain-overview__domain")
    }


def test_beside_the_log_each_domain_shows_its_newest_five(browser, make_post, make_posts, log):
    make_posts(7, domain="Databases")
    make_post("Caches", domain="Web")
    make_post("Of no domain")

    page = browser.page("/")

    assert overview(page) == {
        "Databases": [f"Post {i}" for i in (7, 6, 5, 4, 3)],
        "Web": ["Caches"],
    }
    assert [count.text for count in page.select(".domain-overview__count")] == ["7 posts", "1 post"]
    assert page.select_one(".domain-overview a")["href"] == "/domains/databases"
    assert page.select_one(".post-list__jump")["href"] == "#by-domain"


def test_it_names_no_post_that_lists_do_not_show(browser, make_post, log):
    make_post("Shown", domain="Web")
    make_post("Planned", domain="Web", published_at=JANUARY + timedelta(days=3650))
    make_post("Draft", domain="Data", published_at=None)
    make_post("Withdrawn", domain="Web", withdrawn_at=JANUARY)
    make_post("Unlisted", domain="Web", unlisted=True)

    assert overview(browser.page("/")) == {"Web": ["Shown"]}


@pytest.mark.parametrize(
    "address",
    [
        *("/?page=2", "/?tag=dns&sort=oldest", "/?q=post", "/tags/dns", "/domains/web"),
        *("/?view=cards", "/?view=minimal"),
    ],
)
def test_it_is_there_once_and_while_nothing_is_chosen(browser, make_posts, log, address):
    make_posts(7, domain="Web", tags=["dns"])

    assert overview(browser.page("/?through=2"))
    assert overview(browser.page(address)) == {}
    more = browser.page("/").select_one("#load-more")["hx-get"]
    assert overview(browser.page(more)) == {}


def test_it_can_be_left_out(browser, make_post, settle, log):
    make_post(domain="Web")
    settle(list_parts=["filters"])

    page = browser.page("/")

    assert overview(page) == {}
    assert not page.select(".post-list__jump, .post-list__views, .timeline")
    assert page.select("#filter")


def test_it_costs_one_statement_for_any_number_of_domains(browser, make_post, queries, forget):
    def price(address):
        browser.page(address)
        forget()
        queries.clear()
        browser.page(address)
        return len(queries)

    def prices():
        return price("/"), price("/?view=log")

    make_post(domain="Web")
    at_first = prices()
    for number in range(8):
        make_post(domain=f"Domain {number}")
        make_post(domain=f"Domain {number}")

    assert prices() == at_first
    assert at_first[1] == at_first[0] + 1


# The plain list.


def test_a_plain_list_has_nothing_around_it(browser, make_posts, settle):
    make_posts(2, tags=["dns"])
    settle(layout="minimal", list_parts=list(LIST_PARTS))

    page = browser.page("/")

    assert not page.select(".timeline, #filter, #tags")
    assert page.select_one("[role=status]").text.split() == ["2", "posts"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_chosen_can_be_taken_back_in_any_layout(browser, make_posts, settle, layout):
    make_posts(2, tags=["dns"])
    settle(layout=layout, list_parts=[])

    assert not browser.page("/").select("#filter")
    page = browser.page("/?tag=dns&sort=oldest")
    assert page.select_one("#filter input[name=tag]").has_attr("checked")


def test_a_plain_list_fetches_its_scripts_when_somebody_uses_it(browser, make_posts, settle):
    make_posts(13)
    settle(layout="minimal")

    page = browser.page("/")

    [source] = [script["src"] for script in page.find_all("script", src=True)]
    assert "/minimal." in source
    script = browser.get(source).data
    assert b"import(" in script
    assert b"/htmx-4.0.1" in script
    assert len(gzip.compress(script)) < 4_000


def test_a_plain_page_weighs_less_than_half_of_the_cards(browser, make_posts, settle):
    make_posts(10, summary="A sentence about what was measured, and what came of it.", tags=["dns"])
    cards = len(gzip.compress(browser.get("/").data))
    settle(layout="minimal", list_parts=[], card_fields=["title", "date", "summary"])

    page = browser.page("/")

    assert len(gzip.compress(browser.get("/").data)) < 0.75 * cards
    assert len(page.body.find_all(True)) < 180


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_empty_blog_says_so(browser, settle, layout):
    settle(layout=layout)

    assert "Nothing is published yet." in browser.page("/").main.text
    assert "There is no post" in browser.page("/?tag=nothing").main.text
