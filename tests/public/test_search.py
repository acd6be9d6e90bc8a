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
