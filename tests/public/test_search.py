"""Where one searches, and what the field carries along."""

import pytest


def test_the_search_page_says_what_can_be_typed(browser, make_post):
    make_post("Leases", tags=["Locks", "CI/CD"])

    page = browser.page("/search")

    assert page.h1.get_text() == "Search"
    assert page.select_one("main form[role=search]")["action"] == "/"
    assert "tag:postgres" in page.select_one(".search-help").get_text()
    assert [link["href"] for link in page.select(".index__entry a")] == [
        "/tags/ci-cd",
        "/tags/locks",
    ]
    assert page.select_one('meta[name="robots"]')["content"] == "noindex, follow"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/search?q=", "/search"),
        ("/search/", "/search"),
        ("/search?unknown=1", "/search"),
        ("/search?q=wal", "/?q=wal"),
        ("/search?q=wal&tag=dns", "/?tag=dns&q=wal"),
        ("/search?tag=dns", "/?tag=dns"),
    ],
)
def test_what_is_searched_for_has_one_address(browser, make_post, asked, kept):
    make_post(tags=["dns"])

    answer = browser.get(asked)

    assert (answer.status_code, answer.location) == (301, kept)
    assert browser.get(kept).status_code == 200


def test_a_search_that_makes_no_sense_is_a_bad_request(browser):
    assert browser.get("/search?q=%00").status_code == 400
    assert browser.get("/search?page=0").status_code == 400


@pytest.mark.parametrize(
    ("address", "action", "carried"),
    [
        ("/", "/", []),
        ("/posts/leases", "/", []),
        ("/search", "/", []),
        ("/tags/locks", "/tags/locks", []),
        ("/tags/locks?not=dns", "/tags/locks", [("not", "dns")]),
        (
            "/?tag=dns&tag=locks&match=any&domain=data&q=lease&sort=oldest&page=1",
            "/",
            [("tag", "dns"), ("tag", "locks"), ("match", "any"), ("domain", "data")],
        ),
    ],
)
def test_the_field_keeps_what_was_chosen(browser, make_post, address, action, carried):
    make_post("Leases", tags=["Locks", "DNS"], domain="Data")

    page = browser.page(address, follow_redirects=True)

    form = page.select_one("header form[role=search]")
    said = page.select(f"input[type=hidden][form={form['id']}]")
    assert form["action"] == action
    assert [(field["name"], field["value"]) for field in said] == carried


def suggested(browser, q):
    """The rows of a suggestions fragment: what each says, by where it leads."""
    rows = browser.page("/search", query_string={"q": q, "fragment": "suggestions"})
    return {row["href"]: text_of(row) for row in rows.select("[role=option]:not([data-when])")}


def text_of(element):
    return " ".join(element.get_text().split())


@pytest.fixture
def blog(make_post):
    make_post("Leases and clocks", body="## A lease promises\n\nText.", tags=["Leases", "DNS"])
    make_post("Release notes", body="Words.", tags=["DNS"])
    make_post("A draft of a lease", published_at=None, tags=["Lease drafts"])


def test_titles_tags_and_headings_are_suggested(blog, browser):
    assert suggested(browser, "LEAS") == {
        "/posts/leases-and-clocks": "Leases and clocks",
        "/tags/leases": "Tag: Leases 1 post",
        "/posts/leases-and-clocks#a-lease-promises": (
            "Section: A lease promises in: Leases and clocks"
        ),
    }
    assert suggested(browser, "nothing of it") == suggested(browser, "") == {}


def test_what_was_typed_is_marked_where_words_begin(make_post, browser):
    make_post("Café: the release of Cafés")

    page = browser.page("/search?q=cafe+rel&fragment=suggestions")

    assert [text_of(mark) for mark in page.select("mark")] == ["Café", "rel", "Café"]


def test_every_row_can_be_pointed_at_and_the_last_ones_search(blog, browser):
    page = browser.page("/search?q=%3Cb%3E+lease&fragment=suggestions")

    rows = page.select("[role=option]")
    assert len({row["id"] for row in rows}) == len(rows) == 3
    assert {row["href"] for row in rows} == {"/?q=%3Cb%3E+lease"}
    assert [text_of(row) for row in rows] == [
        "Search for “<b> lease”",
        "Search these posts for “<b> lease”",
        "Search all posts for “<b> lease”",
    ]
    assert page.select_one("[data-news]")["data-news"].startswith("Nothing is called so")


def test_suggestions_may_be_kept_by_anyone_and_are_nothing_to_index(blog, browser):
    address = "/search?q=lease&fragment=suggestions"

    answer = browser.get(address)
    again = browser.get(address, headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    assert again.status_code == 304


def test_suggestions_take_the_same_statements_for_any_number_of_posts(browser, make_posts, queries):
    make_posts(2, tags=["Leases"])
    browser.get("/search?q=po&fragment=suggestions")
    queries.clear()
    browser.get("/search?q=po&fragment=suggestions")
    few = len(queries)
    make_posts(30, tags=["Leases", "DNS"])
    browser.get("/search?q=po&fragment=suggestions")
    queries.clear()

    browser.get("/search?q=po&fragment=suggestions")

    assert len(queries) == few <= 5


def test_an_address_bar_is_told_the_same(blog, browser):
    answer = browser.get("/search?q=leas&fragment=completions")

    assert answer.mimetype == "application/x-suggestions+json"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    home = "http://127.0.0.1:8000"
    assert answer.get_json(force=True) == [
        "leas",
        ["Leases and clocks", "Leases"],
        ["", "1 post"],
        [f"{home}/posts/leases-and-clocks", f"{home}/tags/leases"],
    ]
