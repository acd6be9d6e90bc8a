from datetime import UTC, datetime, timedelta

import pytest
import yaml

from blogapp.extensions import db
from blogapp.posts.models import Redirect
from tests.conftest import JANUARY


def texts(page, selector):
    return [" ".join(found.get_text().split()) for found in page.select(selector)]


def link(page, rel):
    return page.select_one(f"head link[rel={rel}]")["href"]


def test_a_post_is_read_at_its_address(browser, make_post, make_author):
    ada, grace = make_author("Ada"), make_author("Grace")
    make_post(
        "Leases",
        body="A lease is a *guess*.",
        summary="About time.",
        domain="Reliability",
        tags=["CI/CD", "locks"],
        authors=[ada, grace],
    )

    page = browser.page("/posts/leases")

    assert texts(page, "h1") == ["Leases"]
    assert texts(page, ".post__deck") == ["About time."]
    assert texts(page, ".prose em") == ["guess"]
    assert texts(page, ".post__byline") == ["Ada and Grace 1 Jan 2026 1 min read"]
    assert texts(page, ".post__crumb a") == ["Posts", "Reliability"]
    assert page.select_one(".post__crumb a:last-child")["href"] == "/domains/reliability"


def test_tags_lead_back_to_the_filtered_listing(browser, make_post):
    make_post("Pipelines", tags=["CI/CD", "locks"])

    page = browser.page("/posts/pipelines")

    links = {a.get_text(): a["href"] for a in page.select(".post__tags a")}
    assert links == {"CI/CD": "/tags/ci-cd", "locks": "/tags/locks"}


def test_a_post_without_a_title_has_a_heading(browser, make_post):
    make_post("", slug="nameless")

    page = browser.page("/posts/nameless")

    assert texts(page, "h1") == ["Untitled"]
    assert page.title.get_text().startswith("Untitled · ")


def test_an_excerpt_does_not_repeat_the_text_below_it(browser, make_post):
    make_post("Leases", body="A lease is a guess.")

    page = browser.page("/posts/leases")

    assert not page.select(".post__deck")
    assert page.select_one("meta[name=description]")["content"] == "A lease is a guess."


def test_an_update_is_told_when_it_came_later_than_a_day(browser, make_post):
    make_post("Corrected at once", updated_at=JANUARY + timedelta(hours=20))
    make_post("Corrected in spring", updated_at=JANUARY + timedelta(days=90))

    at_once = browser.page("/posts/corrected-at-once")
    in_spring = browser.page("/posts/corrected-in-spring")

    assert "Updated" not in at_once.select_one(".post__byline").get_text()
    assert "Updated 1 Apr 2026" in texts(in_spring, ".post__byline")[0]


def test_the_neighbours_are_those_of_the_listing(browser, make_posts, make_post):
    make_posts(3)
    make_post("Kept off the list", published_at=JANUARY + timedelta(days=1, hours=1), unlisted=True)

    page = browser.page("/posts/post-2")

    turns = {a["rel"][0]: a["href"] for a in page.select(".post__turn a")}
    assert turns == {"prev": "/posts/post-1", "next": "/posts/post-3"}


def test_posts_of_one_moment_have_each_other_as_neighbours_once(browser, make_post):
    for name in ("one", "two", "three"):
        make_post(name)

    seen, address = [], "/posts/three"
    while address:
        seen.append(address)
        older = browser.page(address).select_one(".post__turn a[rel=prev]")
        address = older and older["href"]

    assert seen == ["/posts/three", "/posts/two", "/posts/one"]


def test_a_series_shows_the_place_and_the_next_part(browser, make_post):
    make_post("Third part", series="Locks", series_position=3)
    make_post("First part", series="Locks", series_position=1)
    make_post("Second part", series="Locks", series_position=2)
    make_post("Fourth part", series="Locks", series_position=4, published_at=None)

    page = browser.page("/posts/second-part")

    assert "Locks, part 2 of 3" in texts(page, ".series")[0]
    assert page.select_one(".series__next")["href"] == "/posts/third-part"
    parts = texts(page, ".series-list__part")
    assert parts == ["1 First part", "2 Second part", "3 Third part"]


def test_the_drawing_names_the_sections_and_leads_to_them(browser, make_post):
    body = "\n\n".join(f"## Part {n}\n\nSome words on {n}." for n in ("one", "two", "three"))
    make_post("Sectioned", body=body)

    page = browser.page("/posts/sectioned")

    for place in ("contents--across", "contents--down"):
        links = page.select(f".{place} a")
        assert [a.get_text() for a in links] == ["Part one", "Part two", "Part three"]
        assert all(page.find(id=a["href"][1:]) for a in links)
    assert len(page.select("[role=img][aria-label*=section]")) == 1


def test_a_post_without_headings_has_no_contents(browser, make_post):
    make_post("Short", body="One paragraph.")

    page = browser.page("/posts/short")

    assert not page.select(".contents")
    assert not page.select(".post__dock")


def test_the_head_names_one_canonical_address(browser, make_post):
    make_post("Here")
    make_post("Elsewhere", canonical_url="https://example.org/first")

    here = browser.page("/posts/here")
    elsewhere = browser.page("/posts/elsewhere")

    assert link(here, "canonical") == "http://127.0.0.1:8000/posts/here"
    assert link(elsewhere, "canonical") == "https://example.org/first"


def test_programs_are_told_of_the_feed_and_the_markdown(browser, make_post):
    make_post("Here")

    alternates = browser.page("/posts/here").select("head link[rel=alternate]")

    assert {found["type"]: found["href"] for found in alternates} == {
        "application/atom+xml": "/feed.xml",
        "application/rss+xml": "/rss.xml",
        "application/feed+json": "/feed.json",
        "text/markdown": "http://127.0.0.1:8000/posts/here.md",
    }


def test_an_unlisted_post_answers_but_asks_not_to_be_indexed(browser, make_post):
    make_post("By hand only", unlisted=True)

    page = browser.page("/posts/by-hand-only")

    assert page.select_one("meta[name=robots]")["content"] == "noindex"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"published_at": None}, 404),
        ({"published_at": datetime(2099, 1, 1, tzinfo=UTC)}, 404),
        ({"withdrawn_at": JANUARY}, 410),
        ({"deleted_at": JANUARY}, 410),
        ({"deleted_at": JANUARY, "published_at": None}, 404),
    ],
    ids=["draft", "scheduled", "withdrawn", "trashed", "trashed draft"],
)
def test_what_is_not_public_is_not_shown(browser, make_post, state, status):
    make_post("Secret plan", body="The plan.", **state)

    for address in ("/posts/secret-plan", "/posts/secret-plan.md", "/posts/SECRET-plan"):
        page = browser.page(address, status=status)
        assert "plan" not in page.body.get_text().lower()


def test_a_scheduled_post_opens_at_its_second(browser, make_post, clock):
    make_post("Tomorrow", published_at=clock.moment + timedelta(hours=1))

    clock.advance(minutes=59, seconds=59)
    early = browser.get("/posts/tomorrow")
    clock.advance(seconds=1)
    on_time = browser.get("/posts/tomorrow")

    assert (early.status_code, on_time.status_code) == (404, 200)


@pytest.mark.parametrize("spelling", ["keep-case", "KEEP-CASE", "Keep-Case/", "keep-case/"])
def test_another_spelling_leads_to_the_kept_one_at_once(browser, make_post, spelling):
    make_post("Anything", slug="Keep-Case")

    response = browser.get(f"/posts/{spelling}")

    assert response.status_code == 301
    assert response.headers["Location"] == "/posts/Keep-Case"
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_renamed_post_is_found_at_its_old_address(browser, make_post):
    post = make_post("Second title", slug="second")
    db.session.add(Redirect(path="/posts/first-title", post_id=post.id, created_at=JANUARY))
    db.session.commit()

    answers = [browser.get(f"/posts/{old}") for old in ("first-title", "FIRST-title/")]

    assert [(a.status_code, a.headers["Location"]) for a in answers] == [(301, "/posts/second")] * 2


@pytest.mark.parametrize(
    ("state", "status", "address"),
    [
        ({}, 301, "/posts/second.md"),
        ({"is_page": True, "slug": "about"}, 301, "/pages/about.md"),
        ({"published_at": None}, 404, None),
        ({"withdrawn_at": JANUARY}, 410, None),
    ],
)
def test_the_markdown_of_a_renamed_post_comes_along(browser, make_post, state, status, address):
    post = make_post("Second title", **{"slug": "second"} | state)
    db.session.add(Redirect(path="/posts/first-title", post_id=post.id, created_at=JANUARY))
    db.session.commit()

    answer = browser.get("/posts/first-title.md")

    assert (answer.status_code, answer.headers.get("Location")) == (status, address)


def test_an_old_address_of_a_draft_does_not_give_it_away(browser, make_post):
    post = make_post("Draft with a telling slug", published_at=None)
    db.session.add(Redirect(path="/2019/old.html", post_id=post.id, created_at=JANUARY))
    db.session.commit()

    assert browser.get("/2019/old.html").status_code == 404


def test_an_old_address_of_a_withdrawn_post_is_gone(browser, make_post):
    post = make_post("Taken down", withdrawn_at=JANUARY)
    db.session.add(Redirect(path="/2019/old.html", post_id=post.id, created_at=JANUARY))
    db.session.commit()

    assert browser.get("/2019/old.html").status_code == 410


@pytest.mark.parametrize(
    ("target", "status", "location"),
    [
        ("/archive", 301, "/archive"),
        ("//evil.example", 404, None),
        ("/\\evil.example", 404, None),
        ("https://evil.example", 404, None),
        ("/old/page", 404, None),
    ],
)
def test_a_redirect_leads_to_a_path_on_this_blog(browser, target, status, location):
    db.session.add(Redirect(path="/old/page", target=target, created_at=JANUARY))
    db.session.commit()

    response = browser.get("/old/page/")

    assert response.status_code == status
    assert response.headers.get("Location") == location


def test_a_post_costs_the_same_statements_whatever_stands_around_it(
    browser, make_post, make_posts, make_author, queries
):
    make_posts(2)
    make_post("Alone", published_at=JANUARY + timedelta(hours=1), series="S", tags=["a"])
    queries.clear()
    browser.page("/posts/alone")
    few = len(queries)

    authors = [make_author(f"Author {n}") for n in range(4)]
    for n in range(9):
        make_post(f"Part {n}", series="S", tags=[f"t{i}" for i in range(9)], authors=authors)
    queries.clear()
    browser.page("/posts/part-4")

    assert len(queries) == few
    assert few <= 8


def test_the_markdown_is_what_the_author_wrote(browser, make_post, make_author):
    body = "# Heading\n\n![bob](bob.png)\n\nText — with *marks*.\n"
    ada = make_author("Ada: Lovelace")
    make_post("Title: with a colon", body=body, tags=["C++"], authors=[ada], domain="Langs")

    response = browser.get("/posts/title-with-a-colon.md")

    assert response.content_type == "text/markdown; charset=utf-8"
    _, head, text = response.text.split("---\n", 2)
    assert text == "\n" + body
    assert yaml.safe_load(head) == {
        "title": "Title: with a colon",
        "date": "2026-01-01T12:00:00+00:00",
        "authors": ["Ada: Lovelace"],
        "tags": ["C++"],
        "domain": "Langs",
        "summary": yaml.safe_load(head)["summary"],
        "canonical": "http://127.0.0.1:8000/posts/title-with-a-colon",
    }


def test_who_prefers_markdown_gets_the_same_bytes_and_nobody_keeps_them(browser, make_post):
    make_post("Leases")

    by_address = browser.get("/posts/leases.md")
    by_taste = browser.get("/posts/leases", headers={"Accept": "text/markdown"})

    assert by_taste.data == by_address.data
    assert by_taste.headers["Vary"] == "Accept, Accept-Encoding"
    assert by_taste.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/posts/leases", "/about"])
@pytest.mark.parametrize(
    "accept",
    [
        "text/markdown",
        "text/markdown, text/html;q=0.9",
        "text/markdown, */*;q=0.1",
        "text/html;q=0.4, text/markdown;q=0.5",
        "text/markdown, text/html;q=0",
    ],
)
def test_who_weighs_markdown_higher_gets_it(browser, make_post, address, accept):
    make_post("Leases")
    make_post("About", is_page=True)

    answer = browser.get(address, headers={"Accept": accept})
    head = browser.head(address, headers={"Accept": accept})

    assert answer.mimetype == head.mimetype == "text/markdown"
    assert answer.headers["Vary"] == head.headers["Vary"] == "Accept, Accept-Encoding"
    assert answer.headers["Link"] == f'<http://127.0.0.1:8000{address}>; rel="canonical"'
    assert head.data == b""


def test_an_odd_canonical_address_ends_no_header(browser, make_post):
    make_post("Leases", canonical_url="https://example.org/é>; x\r\nSet-Cookie: a=b")

    link = browser.get("/posts/leases.md").headers["Link"]

    escaped = "https://example.org/%C3%A9%3E;%20x%0D%0ASet-Cookie:%20a=b"
    assert link == f'<{escaped}>; rel="canonical"'


@pytest.mark.parametrize("address", ["/posts/leases", "/about"])
@pytest.mark.parametrize(
    "accept",
    [
        *("*/*", "text/*", "text/html", "text/html, text/markdown", ""),
        *("text/markdown;q=0.1, text/html", "text/markdown;q=0", "text/markdown;q=0.5, */*"),
        *("application/json", "image/png;q=1", "nonsense", "text/markdown;q=nonsense, text/html"),
    ],
)
def test_everyone_else_gets_the_page(browser, make_post, address, accept):
    make_post("Leases")
    make_post("About", is_page=True)

    response = browser.get(address, headers={"Accept": accept})

    assert (response.status_code, response.mimetype) == (200, "text/html")


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog"}

    def test_every_address_has_the_path_once(self, browser, make_post):
        make_post("One")
        make_post("Two", tags=["a"], domain="D", body="[home](/) ![i](/media/x.png)")

        page = browser.page("/eng/blog/posts/two", base_url="https://example.com")

        addresses = [e.get("href") or e.get("src") for e in page.select("[href], [src]")]
        own = [a for a in addresses if a.startswith(("/", "https://example.com"))]
        paths = [a.removeprefix("https://example.com") for a in own]
        assert len(paths) > 15
        assert [p for p in paths if not p.startswith("/eng/blog/")] == []
        assert [p for p in paths if p.count("/eng/blog") != 1] == []

    def test_old_addresses_lead_to_it(self, browser):
        db.session.add(Redirect(path="/old", target="/archive", created_at=JANUARY))
        db.session.commit()

        response = browser.get("/eng/blog/old", base_url="https://example.com")

        assert response.headers["Location"] == "/eng/blog/archive"
