from datetime import timedelta

import feedparser
import pytest
from sqlalchemy.orm import selectinload

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.writing import Manuscript, save
from tests.conftest import JANUARY

# Wording and markup, out of rows that other tests read on either database.


def cards(page):
    return page.select(".prose .embed--post")


def titles(page):
    return [card.select_one(".embed__title").get_text() for card in cards(page)]


@pytest.fixture
def reading(browser):
    """Open the post that links to others, as its readers see it now."""
    return lambda: browser.page("/posts/around")


def test_a_post_that_another_only_links_to_is_shown_as_a_card(browser, make_post, app, reading):
    make_post("Leases", body="Text. " * 300, summary="A lease is a guess.")
    site = app.config["PUBLIC_URL"]
    make_post("Around", body=f"Before.\n\n{site}/posts/leases#why\n\nAfter.")

    card = cards(reading())[0]

    assert card.a["href"] == "/posts/leases#why"
    assert card.a.get_text() == "Leases"
    assert card.select_one(".embed__summary").get_text() == "A lease is a guess."
    assert card.select_one(".embed__facts span").get_text() == "1 min read"
    assert card.select_one("svg.drawing[aria-hidden=true]")


@pytest.mark.parametrize("link", ["/posts/leases", "[/posts/leases](/posts/leases)"])
def test_the_address_may_be_written_without_the_host(make_post, reading, link):
    make_post("Leases")
    make_post("Around", body=f"Before.\n\n{link}\n\nAfter.")

    assert titles(reading()) == ["Leases"]


@pytest.mark.parametrize("slug", ["кэш", "%D0%BA%D1%8D%D1%88"])
def test_addresses_in_any_script_lead_to_cards(make_post, app, reading, slug):
    make_post("Кэш", slug="кэш")
    make_post("Around", body=f"/posts/{slug}\n\n{app.config['PUBLIC_URL']}/posts/{slug}")

    assert titles(reading()) == ["Кэш"] * (1 if slug.startswith("%") else 2)


def test_it_says_what_holds_now(browser, make_post, app, reading, clock):
    leases = make_post("Leases")
    make_post("Around", body=f"{app.config['PUBLIC_URL']}/posts/leases")

    leases = db.session.get_one(
        Post, leases.id, options=[selectinload(Post.tags)], populate_existing=True
    )
    save(leases, Manuscript(title="Locks", body="New.", slug="locks"), now=clock.now())
    db.session.commit()
    assert titles(reading()) == ["Locks"]
    assert cards(reading())[0].a["href"] == "/posts/locks"

    leases.withdrawn_at = clock.now()
    db.session.commit()
    assert cards(reading()) == []
    assert reading().select_one(".prose p > a").get_text().endswith("/posts/leases")


@pytest.mark.parametrize(
    "state", [{"published_at": None}, {"deleted_at": JANUARY}, {"is_page": True}], ids=str
)
def test_what_readers_may_not_open_stays_a_bare_link(make_post, app, reading, state):
    make_post("Secret plan", slug="plan", **state)
    make_post("Around", body=f"{app.config['PUBLIC_URL']}/posts/plan")

    assert cards(reading()) == []
    assert "Secret plan" not in reading().get_text()
    assert "data-post" not in str(reading())


def test_a_scheduled_post_becomes_a_card_on_its_second(make_post, app, reading, clock):
    make_post("Soon", published_at=clock.now() + timedelta(hours=1))
    make_post("Around", body=f"{app.config['PUBLIC_URL']}/posts/soon")
    assert titles(reading()) == []

    clock.advance(hours=1)

    assert titles(reading()) == ["Soon"]


def test_posts_of_other_blogs_and_links_in_sentences_stay_links(make_post, reading, app):
    make_post("Leases")
    site = app.config["PUBLIC_URL"]
    make_post("Around", body=f"https://other.example/posts/leases\n\nSee {site}/posts/leases.")

    assert cards(reading()) == []


def test_a_card_costs_one_statement_and_other_posts_none(browser, make_post, app, queries):
    for number in range(3):
        make_post(f"Part {number}")
    links = [f"{app.config['PUBLIC_URL']}/posts/part-{number}" for number in range(3)]
    make_post("With", body="\n\n".join(links))
    make_post("Without", body="Text.")
    browser.page("/posts/without")
    queries.clear()
    browser.page("/posts/without")
    without = len(queries)

    queries.clear()
    page = browser.page("/posts/with")

    assert len(cards(page)) == 3
    assert len(queries) == without + 1
    assert len(queries) <= 7


def test_a_feed_names_the_post_and_keeps_formulas_readable(browser, make_post, app):
    make_post("Leases", summary="A lease is a guess.")
    make_post(
        "Around",
        body=f"{app.config['PUBLIC_URL']}/posts/leases\n\n$x^2$\n\nhttps://youtu.be/dQw4w9WgXcQ",
        published_at=JANUARY + timedelta(days=1),
    )

    content = feedparser.parse(browser.get("/feed.xml").text).entries[0].content[0].value

    assert ">Leases</a><br />A lease is a guess." in content.replace("<br>", "<br />")
    assert f'href="{app.config["PUBLIC_URL"]}/posts/leases"' in content
    assert "Video on YouTube" in content
    assert "application/x-tex" not in content


def test_the_markdown_twin_keeps_what_was_written(browser, make_post):
    body = "$x_i^2$\n\n$$\ny\n$$\n\n```mermaid\ngraph LR\n a-->b\n```\n\nhttps://youtu.be/dQw4w9WgXcQ\n"
    make_post("Twin", body=body)

    assert browser.get("/posts/twin.md").text.endswith(body)


def test_a_page_brings_the_styles_of_what_it_shows(browser, make_post):
    make_post("Plain", body="Text.")
    make_post(
        "Drawn", body="$x$\n\n```mermaid\ngraph LR\n a-->b\n```\n\nhttps://youtu.be/dQw4w9WgXcQ"
    )

    plain, drawn = (browser.page(f"/posts/{slug}").style.string for slug in ("plain", "drawn"))

    for rule in (".prose math", ".diagram__scroll", ".embed__title"):
        assert rule not in plain
        assert rule in drawn


def test_nothing_of_a_drawn_page_needs_the_policy_opened(browser, make_post):
    make_post(
        "Drawn", body="$\\color{red}x$\n\n```mermaid\ngraph LR\n a-->b\n style a fill:#f00\n```"
    )

    page = browser.page("/posts/drawn")

    assert page.select_one("math")
    assert page.select_one("figure.diagram svg")
    assert not page.select(".prose [style], .prose style, .prose script")
