from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from blogapp.extensions import db
from blogapp.public.menus import MOST_OPTIONS
from blogapp.site.models import Site


@pytest.fixture(autouse=True)
def clock(clock):
    return clock


def titles(page):
    return [title.get_text() for title in page.select(".post-card__title")]


def status(page):
    return " ".join(page.select_one("[role=status]").get_text().split())


def robots(page):
    tag = page.select_one("meta[name=robots]")
    return tag and tag["content"]


def canonical(page):
    return page.select_one("link[rel=canonical]")["href"].removeprefix("http://127.0.0.1:8000")


# What a list shows.


def test_a_card_says_what_a_post_is(browser, make_post):
    make_post(
        "Why Paxos?",
        slug="paxos",
        summary="It is simple.",
        domain="Distributed systems",
        kind="note",
        tags=["CI/CD", "Системы"],
        published_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
    )

    card = browser.page("/").select_one(".post-card")

    assert card.select_one("h2 a")["href"] == "/posts/paxos"
    facts = card.select_one(".post-card__facts").get_text(" ", strip=True)
    assert facts == "Distributed systems note 1 min read 9 Mar 2026"
    assert card.select_one(".post-card__domain")["href"] == "/domains/distributed-systems"
    assert card.select_one("time")["datetime"] == "2026-03-09T08:00:00+00:00"
    assert card.select_one(".post-card__summary").get_text() == "It is simple."
    tags = {a.get_text(): a["href"] for a in card.select(".post-card__tags a")}
    assert tags == {"CI/CD": "/tags/ci-cd", "Системы": f"/tags/{quote('системы')}"}


def test_a_card_does_without_what_is_missing(browser, make_post):
    make_post("Bare", body="![](gone.png)")

    card = browser.page("/").select_one(".post-card")

    for part in ("domain", "summary", "tags"):
        assert card.select_one(f".post-card__{part}") is None


def test_the_drawing_on_a_card_is_decoration(browser, make_post):
    make_post(body="Text.\n\n```python\nx = 1\n```\n")

    drawing = browser.page("/").select_one(".post-card svg")

    assert drawing["aria-hidden"] == "true"
    assert drawing.select("path")


def test_the_owner_decides_what_stands_over_the_list(browser, make_post):
    db.session.add(Site(id=1, title="Blog", eyebrow="Log", heading="Notes", intro="An intro."))
    db.session.commit()
    make_post()

    page = browser.page("/")

    assert page.h1.get_text() == "Notes"
    assert page.select_one(".masthead__eyebrow").get_text() == "Log"
    assert page.select_one(".masthead__lede").get_text() == "An intro."


def test_an_empty_blog_says_so(browser):
    page = browser.page("/")

    assert status(page) == "0 posts"
    assert "Nothing is published yet" in page.get_text()


def test_a_scheduled_post_appears_at_its_second(browser, make_post, clock):
    make_post("Later", published_at=clock.moment + timedelta(seconds=1), tags=["later"])
    assert titles(browser.page("/")) == []
    browser.page("/tags/later", status=404)

    clock.advance(seconds=1)

    assert titles(browser.page("/")) == ["Later"]
    browser.page("/tags/later")


# Places.


def test_a_place_shows_its_posts_under_its_own_heading(browser, make_post, make_author):
    ada = make_author("Ada Lovelace", bio="First of all.")
    make_post("In", tags=["CI/CD"], domain="Data", series="On leases", authors=[ada])
    make_post("Out", published_at=datetime(2025, 12, 31, tzinfo=UTC))

    for address, heading in {
        "/tags/ci-cd": "CI/CD",
        "/domains/data": "Data",
        "/series/on-leases": "On leases",
        "/authors/ada-lovelace": "Ada Lovelace",
        "/archive/2026": "2026",
        "/archive/2026/1": "January 2026",
    }.items():
        page = browser.page(address)
        assert titles(page) == ["In"], address
        assert page.h1.get_text() == heading
        assert canonical(page) == address
        assert robots(page) is None

    assert "First of all." in browser.page("/authors/ada-lovelace").get_text()


def test_a_place_and_a_query_are_both_meant(browser, make_post):
    make_post("Both", tags=["wal", "dns"])
    make_post("One", tags=["wal"])
    make_post("Other", tags=["dns"])

    page = browser.page("/tags/wal?tag=dns&match=any", follow_redirects=True)

    assert titles(page) == ["Both"]
    assert robots(page) == "noindex, follow"


@pytest.mark.parametrize(
    "address",
    [
        *("/tags/nobody", "/domains/nobody", "/series/nobody", "/authors/nobody"),
        *("/archive/1999", "/archive/2026/2", "/archive/2026/13", "/archive/0", "/archive/x"),
        *("/tags/draft", "/archive/99999999999999999999", "/tags/a/b"),
    ],
)
def test_a_path_that_names_nothing_is_not_found(browser, make_post, address):
    make_post("Hello")
    make_post("Draft", published_at=None, tags=["draft"])

    assert browser.get(address).status_code == 404


def test_every_tag_is_listed_by_use_and_by_letter(browser, make_post):
    make_post("One", tags=[f"tag {letter}" for letter in "abcdefghijklm"] + ["often", "404"])
    make_post("Two", tags=["often"])

    page = browser.page("/tags")

    sections = {s.h2.get_text(): s.select_one("li") for s in page.select(".index")}
    assert list(sections) == ["Most used", "#", "O", "T"]
    assert sections["Most used"].get_text(" ", strip=True) == "often 2 posts"
    assert sections["#"].a["href"] == "/tags/404"


def test_the_archive_lists_years_and_months(browser, make_post):
    make_post("One", published_at=datetime(2024, 5, 1, tzinfo=UTC))
    make_post("Two", published_at=datetime(2026, 1, 1, tzinfo=UTC))

    page = browser.page("/archive")

    assert [a["href"] for a in page.select(".index a")] == [
        *("/archive/2026", "/archive/2026/1", "/archive/2024", "/archive/2024/5"),
    ]


def test_indexes_of_an_empty_blog_are_pages_too(browser):
    assert "No post has a tag yet" in browser.page("/tags").get_text()
    assert "Nothing is published yet" in browser.page("/archive").get_text()


# Addresses.


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/?tag=wal&tag=dns", "/?tag=dns&tag=wal"),
        ("/?tag=DNS&utm_source=mail", "/?tag=dns"),
        ("/?match=all&sort=newest&page=1&view=cards", "/"),
        ("/?domain=&tag=dns&domain=data&sort=oldest", "/?tag=dns&domain=data&sort=oldest"),
        ("/?domain=DATA", "/?domain=data"),
        ("/tags/DNS/?page=1", "/tags/dns"),
        ("/tags/dns/", "/tags/dns"),
        ("/tags/", "/tags"),
        ("/archive/?x=1", "/archive"),
        ("/archive/2026/01/", "/archive/2026/1"),
        ("/?q=++wal+", "/?q=wal"),
        ("/search?q=wal", "/?q=wal"),
    ],
)
def test_another_spelling_is_answered_with_one_redirect(browser, make_post, asked, kept):
    make_post(tags=["dns", "wal"], domain="data")

    answer = browser.get(asked)

    assert (answer.status_code, answer.headers["Location"]) == (301, kept)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert browser.get(kept).status_code == 200


@pytest.mark.parametrize("address", ["/feed.xml", "/robots.txt", "/healthz"])
def test_a_last_slash_is_dropped_everywhere(browser, address):
    answer = browser.get(f"{address}/?limit=2")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"{address}?limit=2")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("address", ["/nothing/", "/tags/a/b/", "/write/nothing/"])
def test_a_last_slash_on_nothing_is_not_found(browser, address):
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/?q=a%20b", "/?q=a+b", "/?q=%7e*", "/?tag=%D1%81%D0%B8", "/?q=%3Cb%3E"]
)
def test_percent_signs_may_be_written_in_any_way(browser, address):
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        *("page=abc", "page=0", "page=9223372036854775808", "through=x", "year=x", "month=13"),
        *("tag=%00", "q=%00", "after=broken", "sort=best", "match=some", "view=table"),
    ],
)
def test_what_cannot_be_meant_is_a_bad_request(browser, query):
    assert browser.get(f"/?{query}").status_code == 400
    assert browser.get(f"/?{query}&fragment=results").status_code == 400
    assert browser.get(f"/?{query}&fragment=posts").status_code == 400


@pytest.mark.parametrize("query", ["page=3", "page=9223372036854775807", "tag=wal&page=2"])
def test_a_page_past_the_end_is_not_found(browser, make_posts, query):
    make_posts(24, tags=["dns"])

    assert browser.get("/?page=2").status_code == 200
    assert browser.get(f"/?{query}").status_code == 404
    assert browser.get(f"/?{query}&fragment=posts").status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("tag=nobody", "There is no tag “nobody” here."),
        ("not=nobody", ""),
        ("domain=%3Cb%3E", "There is no domain “<b>” here."),
        ("kind=poem", "There is no kind “poem” here."),
        ("author=nobody", "There is no author “nobody” here."),
        ("year=1999", ""),
    ],
)
def test_a_name_that_nothing_has_is_named(browser, make_post, query, sentence):
    make_post(tags=["dns"])

    page = browser.page(f"/?{query}")

    assert robots(page) == "noindex, follow"
    assert sentence in page.get_text()
    if not query.startswith("not"):
        assert status(page).startswith("0 posts")


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("tag=dns", "/tags/dns"),
        ("tag=dns&page=2", "/tags/dns?page=2"),
        ("domain=data", "/domains/data"),
        ("series=leases", "/series/leases"),
        ("author=ada-lovelace", "/authors/ada-lovelace"),
        ("year=2026", "/archive/2026"),
        ("year=2026&month=1", "/archive/2026/1"),
        ("page=2", "/?page=2"),
        ("through=2", "/"),
        ("sort=oldest", "/"),
        ("kind=note", "/?kind=note"),
        ("tag=dns&domain=data", "/?tag=dns&domain=data"),
    ],
)
def test_one_choice_has_an_address_of_its_own_for_search_engines(
    browser, make_posts, make_author, query, address
):
    make_posts(
        13,
        tags=["dns"],
        domain="data",
        series="leases",
        kind="note",
        authors=[make_author()],
    )

    page = browser.page(f"/?{query}")

    assert canonical(page) == address
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        *(("", True), ("tag=dns", True), ("page=2", True), ("not=wal", True), ("kind=note", True)),
        *(("tag=dns&tag=wal", False), ("tag=dns&domain=data", False), ("q=post", False)),
        *(("through=2", False), ("sort=oldest", False), ("tag=wal&not=dns", False)),
    ],
)
def test_search_engines_keep_what_has_one_choice_at_most(browser, make_posts, query, kept):
    make_posts(13, tags=["dns"], domain="data", kind="note")
    make_posts(13, tags=["wal"])

    assert robots(browser.page(f"/?{query}")) == (None if kept else "noindex, follow")


def test_pages_name_their_neighbours(browser, make_posts):
    make_posts(40, tags=["dns"])

    page = browser.page("/tags/dns?page=2")

    assert page.select_one("link[rel=prev]")["href"] == "/tags/dns"
    assert page.select_one("link[rel=next]")["href"] == "/tags/dns?page=3"
    assert page.select_one("#page-2 h2").get_text() == "Page 2"
    assert page.title.get_text().startswith("Page 2 · ")


def test_every_post_is_reached_by_links_alone(browser, make_posts):
    make_posts(40)
    found, address = [], "/"

    while address:
        page = browser.page(address)
        found += titles(page)
        following = page.select_one(".pager a[rel=next]")
        address = following and following["href"]

    assert found == [f"Post {number}" for number in range(40, 0, -1)]


def test_pages_up_to_a_number_stand_in_one_document(browser, make_posts):
    make_posts(150)

    page = browser.page("/?through=3")
    assert [part["id"] for part in page.select(".post-list__page")] == [
        *("page-1", "page-2", "page-3"),
    ]

    page = browser.page("/?through=12")
    assert len(page.select(".post-list__page")) == 10
    assert page.select_one(".post-list__newer a")["href"] == "/?through=2"

    assert len(titles(browser.page("/?through=99"))) == 10 * 12 - 6


def test_fragments_name_the_address_to_show(browser, make_posts):
    make_posts(30, tags=["dns"])

    answer = browser.get("/?match=all&sort=newest&tag=DNS&domain=&fragment=results")
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == "/?tag=dns"

    more = browser.page("/?tag=dns").select_one("#load-more")["hx-get"]
    answer = browser.get(more)
    assert answer.headers["HX-Replace-Url"] == "/?tag=dns&through=2"
    assert "HX-Push-Url" not in answer.headers


def test_three_batches_come_by_themselves_and_then_a_button(browser, make_posts):
    make_posts(80)
    page, triggers = browser.page("/"), []

    while more := page.select_one("#load-more"):
        triggers.append(
            more["hx-trigger"].split(",")[0] if "intersect" not in more["hx-trigger"] else "scroll"
        )
        page = browser.page(more["hx-get"])

    assert triggers == ["scroll"] * 3 + ["click"] * 3


def test_a_batch_after_the_last_post_was_withdrawn_is_the_end(browser, make_posts, clock):
    posts = make_posts(13)
    more = browser.page("/").select_one("#load-more")["hx-get"]
    posts[0].withdrawn_at = clock.moment
    db.session.commit()

    answer = browser.get(more)

    assert answer.status_code == 200


def test_a_filter_can_be_subscribed_to(browser, make_post):
    make_post("In", tags=["dns"], domain="data")
    make_post("Out", tags=["dns"])

    def feed(address):
        links = browser.page(address).select("link[type='application/atom+xml']")
        return links[-1]["href"]

    assert feed("/") == "/feed.xml"
    assert feed("/tags/dns?domain=data") == "/feed.xml?tag=dns&domain=data"
    assert feed("/?tag=dns&domain=data&sort=oldest") == "/feed.xml?tag=dns&domain=data"
    text = browser.get(feed("/tags/dns?domain=data")).text
    assert "<title>In</title>" in text
    assert "<title>Out</title>" not in text


# The filter.


def test_the_sentence_says_what_is_chosen(browser, make_post, make_author):
    make_post(
        tags=["CI/CD", "DNS"],
        domain="Data",
        kind="note",
        series="Leases",
        authors=[make_author()],
    )

    page = browser.page(
        "/?tag=ci-cd&tag=dns&domain=data&kind=note&series=leases&author=ada-lovelace&year=2026"
        "&q=hello&sort=oldest&month=1"
    )

    assert status(page) == (
        "1 post tagged CI/CD and DNS, in Data, of the kind note, in the series Leases, "
        "by Ada Lovelace, from January 2026, with the word “hello”, oldest first"
    )


@pytest.mark.parametrize(("form", "more"), [("#filter", ""), ("#tag-form", "&find=")])
def test_the_form_holds_the_whole_state(browser, make_post, form, more):
    make_post(tags=["dns", "wal"], domain="Data", series="Leases")
    make_post(tags=["dns"], domain="Web", series="Other")

    address = f"/?tag=dns&match=any&not=wal&domain=web&q=hello&sort=oldest{more}"
    controls = browser.page(address).select_one(form)

    held = [
        *((i["name"], i["value"]) for i in controls.select("input[checked], input[type=hidden]")),
        *((o.parent["name"], o["value"]) for o in controls.select("option[selected]")),
    ]
    assert sorted(pair for pair in held if pair[1]) == [
        *(("domain", "web"), ("match", "any"), ("not", "wal"), ("q", "hello")),
        *(("sort", "oldest"), ("tag", "dns")),
    ]


def test_a_select_is_there_when_there_is_something_to_select(browser, make_post):
    make_post(domain="Data")
    assert browser.page("/").select_one("select[name=domain]") is None

    make_post(domain="Web")
    assert browser.page("/").select_one("select[name=domain]")
    assert browser.page("/domains/web").select_one("select[name=domain]") is None


def test_nothing_found_offers_the_two_nearest(browser, make_post):
    make_post("One", tags=["dns"])
    make_post("Two", tags=["rag"], domain="Data")
    make_post("Three", tags=["rag"])

    page = browser.page("/?tag=dns&tag=rag")

    links = {a.get_text(): a["href"] for a in page.select(".banner a")}
    assert links == {
        "Match any tag (3)": "/?tag=dns&tag=rag&match=any",
        "Remove dns (2)": "/?tag=rag",
    }
    for text, address in links.items():
        count = text.split("(")[1].rstrip(")")
        assert status(browser.page(address)).startswith(f"{count} posts")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\"'><img src=x onerror=a>", "{{7}}"]
)
def test_what_a_stranger_types_stays_text(browser, make_post, text):
    make_post(tags=[text], title=text, summary=text, domain=text, series=text)
    make_post("Other", domain="Other", series="Other")

    for address in ("/", f"/?q={quote(text)}", f"/?tag={quote(text)}", "/tags", "/archive"):
        page = browser.page(address)
        assert all(script.get("src") or "alert" not in script.text for script in page("script"))
        assert not page.select("[onerror]")
        assert "49" not in page.get_text()


# What it costs.


# What an answer costs once others like it were given; those that search, more.
KNOWN = {"/?tag=all&domain=domain-1&q=post": 5, "/tags": 2}
PRICES = {
    # The site, the content version, the cards and their tags; and what is pinned.
    **dict.fromkeys(["/", "/?through=2"], 5),
    "/?page=2": 4,
    "/?tag=all&domain=domain-1&q=post": 8,
    "/tags/all": 5,
    "/archive/2026": 4,
    # And the other names of tags.
    "/tags": 3,
    "/archive": 2,
    "/?tag=all&fragment=results": 4,
    "/?page=2&fragment=posts": 4,
    "/?tag=all&not=all": 2,
}


def test_a_menu_holds_the_most_used_and_leads_to_all(browser, make_post):
    for number in range(MOST_OPTIONS + 2):
        make_post(series=f"Series {number:02}")
    make_post(series="Series 61")

    page = browser.page("/?series=series-60")

    menu = page.select_one("#pick-series")
    shown = [option["value"] for option in menu.select("option")]
    assert len(shown) == len(set(shown)) == 1 + MOST_OPTIONS + 1
    assert {"series-61", "series-60"} <= set(shown)
    rest = page.select_one(".filter-bar__rest")
    assert (rest["href"], rest.get_text()) == ("/archive#series", "All 62 in the archive")
    assert len(browser.page("/archive").select("#series li")) == MOST_OPTIONS + 2


@pytest.mark.parametrize("amount", [14, 40])
def test_a_page_costs_a_constant_number_of_statements(browser, make_post, queries, forget, amount):
    for number in range(amount):
        make_post(
            f"Post {number}",
            tags=["all", f"tag {number}"],
            domain=f"Domain {number % 7}",
            series=f"Series {number % 5}",
        )

    browser.page("/")  # by whoever comes first after a change, the index is read
    for address, price in PRICES.items():
        forget()
        queries.clear()
        browser.page(address)
        assert len(queries) == price, address
        read = list(queries)
        queries.clear()
        browser.page(address)
        assert len(queries) <= KNOWN.get(address, 1), address
        # What was found for words is shown, out of the text of those that show.
        for column in ("body", "html", "headings", *(() if "q=" in address else ("text",))):
            assert not any(f"posts.{column}" in query for query in read + queries), address
