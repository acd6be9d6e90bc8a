"""What stands around the text of a post."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from blogapp.extensions import db
from blogapp.media.storing import store_image
from tests.conftest import JANUARY

# Wording and markup, out of rows that other tests read on either database.

LEASES = "A lease expires. Whoever holds the lease renews it before the clock says otherwise."


def texts(page, selector):
    return [" ".join(found.get_text().split()) for found in page.select(selector)]


@pytest.fixture
def picture(app):
    """A stored picture, 1600 by 900 pixels."""
    data = BytesIO()
    Image.new("RGB", (1600, 900), "white").save(data, "PNG")
    stored = store_image(data.getvalue(), "ages.png", store=app.extensions["media"], now=JANUARY)
    db.session.commit()
    return stored


def test_the_reading_time_says_what_it_is_made_of(browser, make_post):
    code = "```python\n" + "x = 1\n" * 40 + "```"
    make_post("Counted", body=f"{'word ' * 440}\n\n{code}\n\n![A chart](chart.png)")

    page = browser.page("/posts/counted")

    button = page.select_one(".post__byline button")
    assert " ".join(button.get_text().split()) == "4 min read, 2 in code"
    assert page.find(id=button["popovertarget"]).has_attr("popover")
    rows = page.select(".post__time tr")
    assert [[cell.get_text() for cell in row.select("th, td")] for row in rows] == [
        ["Text", "440 words", "2:00 min"],
        ["Code", "40 lines", "2:00 min"],
        ["Figures", "1", "0:12 min"],
    ]


def test_the_drawing_speaks_once(browser, make_post):
    body = "\n\n".join(f"## Part {n}\n\n{LEASES * 30}" for n in ("one", "two", "three"))
    make_post("Leases there", body=LEASES)
    make_post("Leases here", body=body)

    page = browser.page("/posts/leases-here")

    pictures = page.select("main svg.drawing")
    told = [svg for svg in pictures if not svg.find_parent(attrs={"aria-hidden": "true"})]
    assert len(pictures) > 3
    assert [svg["role"] for svg in told if svg.get("aria-hidden") != "true"] == ["img"]


def test_related_posts_are_drawn_and_linked(browser, make_post):
    make_post("Leases there", body=LEASES)
    make_post("Bread", body="Sourdough wants flour, water and patience.")
    make_post("Leases in a drawer", body=LEASES, published_at=None)
    make_post("Leases here", body=LEASES)

    page = browser.page("/posts/leases-here")

    assert [a["href"] for a in page.select(".related a")] == ["/posts/leases-there"]
    assert page.select(".related svg[aria-hidden=true]")


def test_many_authors_are_named_in_full_at_the_end(browser, make_post, make_author):
    names = [f"Author {n}" for n in "abcde"]
    make_post("Together", authors=[make_author(name) for name in names])

    page = browser.page("/posts/together")

    assert texts(page, ".post__byline span")[0] == "Author a, Author b and 3 others"
    others = page.select_one(".post__byline a[href^='#']")
    assert [a.get_text() for a in page.find(id=others["href"][1:]).select("a")] == names


def test_the_kind_stands_beside_the_domain(browser, make_post):
    make_post("Here", kind="guide", domain="Databases")

    assert texts(browser.page("/posts/here"), ".post__top > :not(edit-link)") == [
        "Posts / Databases",
        "guide",
    ]


def test_the_cover_leads_to_the_whole_picture(browser, make_post, picture):
    make_post("Covered", cover_id=picture.id)

    link = browser.page("/posts/covered").select_one(".post__cover a")

    assert link["href"] == link.img["src"] == f"/media/{picture.key}"
    assert (link.img["width"], link.img["height"]) == ("1600", "900")
    assert not link.img.has_attr("loading")
    assert link.img["alt"]


def test_addresses_of_links_are_kept_for_paper(browser, make_post):
    make_post("Linked", body="[One](https://a.example/?b&c) and [two](/here) and [six](http://d.e)")

    page = browser.page("/posts/linked")

    assert texts(page, ".post__links li") == ["https://a.example/?b&c", "http://d.e"]


def test_a_post_without_a_text_says_so(browser, make_post):
    make_post("Empty", body="")

    page = browser.page("/posts/empty")

    assert texts(page, ".post__empty") == ["Nothing is written here yet."]
    assert not page.select("main svg.drawing")


@pytest.mark.parametrize(
    ("columns", "direction"),
    [
        ({"title": "Prices", "language": "he"}, "rtl"),
        ({"title": "Prices", "language": "ar-Latn"}, "ltr"),
        ({"title": "42: מחירים"}, "rtl"),
        ({"title": "Prices מחירים"}, "ltr"),
        ({"title": ""}, "ltr"),
    ],
)
def test_the_page_is_laid_out_in_the_direction_of_the_text(browser, make_post, columns, direction):
    make_post(slug="prices", **columns)

    assert browser.page("/posts/prices").select_one("article")["dir"] == direction


def test_the_link_to_the_editor_is_there_for_nobody_until_it_is_asked_for(
    browser, author, make_post
):
    post = make_post("Mine", authors=[author.author])

    for who in (browser, author):
        link = who.page("/posts/mine").select_one(".post__edit")
        assert link.has_attr("hidden")
        assert link["href"] == f"/write/posts/{post.id}"


@pytest.mark.parametrize("headings", [1, 2, 60])
def test_contents_are_given_where_there_is_something_to_choose(browser, make_post, headings):
    body = "\n\n".join(f"## Heading {n}\n\n{LEASES}" for n in range(headings))
    make_post("Headed", body=body)

    page = browser.page("/posts/headed")

    assert len(page.select(".contents--down a")) == (headings if headings > 1 else 0)
    assert len(page.select(".contents--across a")) == (2 if headings == 2 else 0)


def test_an_update_of_the_same_day_goes_without_saying(browser, make_post):
    make_post("Corrected", updated_at=JANUARY + timedelta(hours=1))

    assert "Updated" not in browser.page("/posts/corrected").select_one(".post__byline").get_text()
