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


def cards(page):
    return page.select(".post-list__posts article")


@pytest.mark.parametrize("view", ["", "&view=log", "&view=minimal"])
def test_what_was_found_is_marked_in_every_layout(make_post, browser, view):
    make_post(
        "Leases, renewed",
        body="Words.\n\n## How long\n\nUntil the *renewed* heartbeat `<comes>`.",
        summary="A heartbeat.",
    )

    [card] = cards(browser.page(f"/?q=renewed+heartbeat{view}"))

    assert [text_of(mark) for mark in card.select("h2 mark, h3 mark")] == ["renewed"]
    assert [text_of(mark) for mark in card.select("[class$=__summary] mark")] == ["heartbeat"]
    assert (
        text_of(card.select_one(".search-hit__passage")) == "Until the renewed heartbeat <comes>."
    )
    assert text_of(card.select_one(".search-hit__place")) == "in: How long"
    assert card.select_one(".search-hit__place a")["href"].startswith(
        "/posts/leases-renewed#how-long:~:text="
    )


def test_a_summary_gives_way_to_the_text_that_holds_the_words(make_post, browser):
    make_post("Leases", body="Until the heartbeat.", summary="About time.")

    [card] = cards(browser.page("/?q=heartbeat"))
    [plain] = cards(browser.page("/"))

    assert text_of(card.select_one(".search-hit__place")) == "Open at these words"
    assert not card.select(".post-card__summary")
    assert text_of(plain.select_one(".post-card__summary")) == "About time."
    assert not plain.select(".search-hit, mark")


def test_no_answer_is_drawn_larger_than_the_next(make_posts, browser):
    make_posts(3)

    led, found = browser.page("/"), browser.page("/?q=post")

    assert led.select(".post-card--lead")
    assert len(found.select(".post-card")) == 3
    assert not found.select(".post-card--lead, .post-grid--led")


def test_the_next_batch_is_marked_too(make_posts, browser):
    make_posts(14, body="Until the heartbeat.")

    page = browser.page("/?q=heartbeat&page=2&fragment=posts")

    assert [text_of(mark) for mark in page.select(".search-hit mark")] == ["heartbeat"] * 2


def notes(page):
    return {
        text_of(note): [a["href"] for a in note("a")] for note in page.select(".search-notes li")
    }


def test_a_typing_error_is_forgiven_and_can_be_insisted_on(make_post, browser):
    make_post("About databases", tags=["DNS"])

    page = browser.page("/?tag=dns&q=databses")

    assert page.select_one("[role=status]").get_text().startswith("1 post tagged DNS")
    assert "“databases”" in page.select_one("[role=status]").get_text()
    assert page.select_one("header input[name=q]")["value"] == "databses"
    assert notes(page) == {
        "Showing results for databases. Search for “databses” instead": [
            "/?tag=dns&q=%22databses%22"
        ],
        "Search all posts for “databses”": ["/?q=databses"],
    }
    insisting = browser.page("/?tag=dns&q=%22databses%22")
    assert insisting.select_one("[role=status]").get_text().startswith("0 posts")


def test_what_was_left_out_of_a_search_is_said(make_post, browser):
    make_post("Leases")

    page = browser.page("/", query_string={"q": "leases after:soon"})

    assert list(notes(page)) == ["after:soon could not be understood and was left out."]


def test_more_than_can_be_ranked_is_said(make_posts, browser, monkeypatch):
    monkeypatch.setattr("blogapp.posts.search.finding.MOST_RANKED", 3)
    make_posts(4, body="Until the heartbeat.")

    [note] = notes(browser.page("/?q=heartbeat"))

    assert note.startswith("More than 10,000 posts match")
    assert not notes(browser.page("/?q=heartbeat&sort=newest"))


def test_a_search_that_finds_nothing_says_what_can_be_done(make_post, browser):
    make_post("Leases", tags=["DNS"])

    page = browser.page("/tags/dns?q=nothing-of-the-kind")

    assert page.select_one(".banner .button")["href"] == "/tags/dns"
    assert "tag:postgres" in page.select_one(".search-help").get_text()
    assert list(notes(page)) == ["Search all posts for “nothing-of-the-kind”"]
