import json
import shutil
from pathlib import Path

import pytest

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.models import Domain, Post, PostAuthor, Series
from blogapp.site.models import Site
from blogapp.web.cards import forget_lost_cards
from tests.conftest import JANUARY

# Wording and markup, out of rows that other tests read on either database.

VENDOR = Path(__file__).parents[2] / "static" / "vendor" / "fonts"
HOME = "http://127.0.0.1:8000"
NASTY = "</script><script>alert(1)</script> <!--<script> & 'x'"


def said(page, name):
    """Return what each meta element of this name or property says."""
    return [
        found["content"] for found in page.select(f'meta[property="{name}"], meta[name="{name}"]')
    ]


def linked_data(page):
    """Return the page's linked data by type."""
    [block] = page.select('script[type="application/ld+json"]')
    data = json.loads(block.string)
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


@pytest.fixture
def blog(make_post, make_author):
    """A blog with a post that has everything, in a series with another."""
    elsewhere = [
        {"label": "Fediverse", "address": "https://example.social/@plumb"},
        {"label": "Mail", "address": "mailto:a@example.com"},
    ]
    db.session.add(
        Site(
            id=1,
            title="Plumbline",
            description="Measured write-ups",
            language="en-GB",
            social_links=elsewhere,
        )
    )
    ada, grace = make_author("Ada", bio="Counts."), make_author("Grace")
    make_post("Part one", series="Time", series_position=1)
    post = make_post(
        "Leases",
        body="## Why\n\nA lease *is* a lock with an end.",
        summary="Who holds the lock.",
        tags=["CI/CD", "locks"],
        domain="Databases",
        series="Time",
        series_position=2,
        authors=[ada, grace],
        updated_at=JANUARY.replace(month=3),
    )
    make_post("About", is_page=True, summary="Who we are.")
    return post


PAGES = {
    "/": ("website", "/"),
    "/tags": ("website", "/tags"),
    "/archive": ("website", "/archive"),
    "/tags/locks": ("website", "/tags/locks"),
    "/domains/databases": ("website", "/domains/databases"),
    "/series/time": ("website", "/series/time"),
    "/authors/ada": ("profile", "/authors/ada"),
    "/archive/2026": ("website", "/archive/2026"),
    "/archive/2026/1": ("website", "/archive/2026/1"),
    "/?tag=locks": ("website", "/tags/locks"),
    "/?q=lease": ("website", "/?q=lease"),
    "/posts/leases": ("article", "/posts/leases"),
    "/about": ("website", "/about"),
}


@pytest.mark.parametrize("address", PAGES)
def test_every_page_describes_itself(blog, browser, address):
    page = browser.page(address)

    kind, own = PAGES[address]
    assert said(page, "og:type") == [kind]
    assert said(page, "og:url") == [HOME + own]
    assert [link["href"] for link in page.select("link[rel=canonical]")] == [HOME + own]
    assert said(page, "og:site_name") == ["Plumbline"]
    assert said(page, "og:locale") == ["en_GB"]
    for name in ("description", "og:title", "og:image:alt", "twitter:image:alt"):
        assert [text.strip() != "" for text in said(page, name)] == [True], name
    assert said(page, "og:title") == said(page, "twitter:title")
    assert said(page, "description") == said(page, "og:description")
    assert said(page, "twitter:card") == ["summary_large_image"]
    assert (said(page, "og:image:width"), said(page, "og:image:height")) == (["1200"], ["630"])
    [image] = said(page, "og:image")
    assert image.startswith(f"{HOME}/media/cards/")
    assert browser.get(image.removeprefix(HOME)).content_type == "image/png"
    assert said(page, "twitter:image") == [image]


def test_a_post_says_when_by_whom_and_about_what(blog, browser):
    page = browser.page("/posts/leases")

    assert said(page, "article:published_time") == ["2026-01-01T12:00:00+00:00"]
    assert said(page, "article:modified_time") == ["2026-03-01T12:00:00+00:00"]
    assert said(page, "article:author") == [f"{HOME}/authors/ada", f"{HOME}/authors/grace"]
    assert said(page, "article:tag") == ["CI/CD", "locks"]
    assert said(page, "article:section") == ["Databases"]


def test_a_post_is_a_posting_by_people_in_a_series(blog, browser):
    data = linked_data(browser.page("/posts/leases"))

    posting = data["BlogPosting"]
    assert posting["headline"] == "Leases"
    assert posting["mainEntityOfPage"] == f"{HOME}/posts/leases"
    assert (posting["datePublished"], posting["dateModified"]) == (
        *("2026-01-01T12:00:00+00:00", "2026-03-01T12:00:00+00:00"),
    )
    assert [(author["@type"], author["name"], author["url"]) for author in posting["author"]] == [
        ("Person", "Ada", f"{HOME}/authors/ada"),
        ("Person", "Grace", f"{HOME}/authors/grace"),
    ]
    assert posting["wordCount"] == 9
    assert posting["keywords"] == ["CI/CD", "locks"]
    assert posting["articleSection"] == "Databases"
    assert posting["image"]["width"] == 1200
    assert posting["publisher"]["name"] == "Plumbline"
    assert posting["publisher"]["sameAs"] == ["https://example.social/@plumb"]
    assert posting["isPartOf"][1]["name"] == "Time"
    assert posting["position"] == 2
    assert posting["inLanguage"] == "en-GB"
    assert "license" not in posting
    crumbs = data["BreadcrumbList"]["itemListElement"]
    assert [(crumb["position"], crumb["name"], crumb["item"]) for crumb in crumbs] == [
        (1, "Posts", f"{HOME}/"),
        (2, "Databases", f"{HOME}/domains/databases"),
        (3, "Leases", f"{HOME}/posts/leases"),
    ]


def test_a_post_with_little_says_little(browser, make_post):
    make_post("", slug="bare", body="!", language="de")

    page = browser.page("/posts/bare")

    posting = linked_data(page)["BlogPosting"]
    assert posting["headline"] == "Untitled"
    assert posting["inLanguage"] == "de"
    assert said(page, "og:locale") == ["de_DE"]
    assert not {"author", "keywords", "articleSection", "position"} & posting.keys()


def test_the_blog_says_how_to_search_it(blog, browser):
    data = linked_data(browser.page("/"))

    target = data["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{HOME}/?q={{search_term_string}}"
    assert data["Blog"]["name"] == "Plumbline"


def test_a_tag_is_a_collection_and_an_author_a_person(blog, browser):
    tag = linked_data(browser.page("/tags/locks"))
    author = linked_data(browser.page("/authors/ada"))

    items = tag["CollectionPage"]["mainEntity"]["itemListElement"]
    assert [item["url"] for item in items] == [f"{HOME}/posts/leases"]
    assert [crumb["name"] for crumb in tag["BreadcrumbList"]["itemListElement"]] == [
        *("Posts", "Tags", "locks"),
    ]
    person = author["ProfilePage"]["mainEntity"]
    assert (person["@type"], person["name"], person["description"]) == ("Person", "Ada", "Counts.")
    assert person["url"] == f"{HOME}/authors/ada"


def test_a_static_page_is_a_page(blog, browser):
    assert linked_data(browser.page("/about"))["AboutPage"]["name"] == "About"


def test_what_is_not_to_be_indexed_says_nothing_more(blog, browser):
    page = browser.page("/?tag=ci-cd&tag=locks")

    assert said(page, "robots") == ["noindex, follow"]
    assert page.select('script[type="application/ld+json"]') == []


def test_a_name_cannot_end_the_data_or_begin_a_script(browser, make_post, make_author):
    db.session.add(Site(id=1, title=NASTY, description=NASTY, intro=NASTY, eyebrow=NASTY))
    ada = make_author(NASTY, bio=NASTY)
    make_post(
        *(NASTY,),
        slug="nasty",
        summary=NASTY,
        tags=[NASTY],
        domain=NASTY,
        series=NASTY,
        authors=[ada],
    )
    series = db.session.query(Series).one()

    for address in ("/", "/posts/nasty", f"/series/{series.slug}", f"/authors/{ada.slug}"):
        page = browser.page(address)
        assert linked_data(page), address
        assert all(
            "alert" not in (script.string or "") or script.get("type") for script in page("script")
        )
    posting = linked_data(browser.page("/posts/nasty"))["BlogPosting"]
    assert posting["headline"] == NASTY
    assert said(browser.page("/posts/nasty"), "og:title") == [NASTY]


# Cards.


def card_of(browser, address="/posts/leases"):
    return said(browser.page(address), "og:image")[0].removeprefix(HOME)


def test_a_card_is_kept_for_good_at_an_address_that_says_what_it_shows(blog, browser):
    first = browser.get(card_of(browser))

    again = browser.get(card_of(browser), headers={"If-None-Match": first.headers["ETag"]})

    assert first.data.startswith(b"\x89PNG")
    assert len(first.data) < 40_000
    assert "immutable" in first.headers["Cache-Control"]
    assert again.status_code == 304


@pytest.mark.parametrize("change", ["title", "date", "domain", "site", "accent", "body"])
def test_whatever_a_card_shows_changes_its_address_and_the_old_one_leads_to_the_new(
    app, blog, browser, change
):
    before = card_of(browser)
    browser.get(before)

    site = db.session.get(Site, 1)
    if change == "title":
        blog.title = "Locks"
    elif change == "date":
        blog.published_at = JANUARY.replace(day=2)
    elif change == "domain":
        db.session.query(Domain).one().name = "Data"
    elif change == "site":
        site.title = "Notes"
    elif change == "accent":
        site.accent = "#8A2BE2"
    else:
        blog.drawings = {}
    db.session.commit()

    after = card_of(browser)
    moved = browser.get(before)
    assert after != before
    assert (moved.status_code, moved.location) == (301, after)
    assert browser.get(after).status_code == 200
    kept = list((app.config["MEDIA_FOLDER"] / "cards" / str(blog.id)).iterdir())
    assert len(kept) == 1


def test_what_a_card_does_not_show_leaves_it_as_it_is(blog, browser):
    before = card_of(browser)

    blog.summary = "Another summary."
    db.session.commit()

    assert card_of(browser) == before


@pytest.mark.parametrize("column", ["withdrawn_at", "deleted_at"])
def test_the_card_of_a_post_that_is_gone_is_gone(blog, browser, column):
    address = card_of(browser)
    setattr(blog, column, JANUARY)
    db.session.commit()

    assert browser.get(address).status_code == 410


def test_a_draft_has_no_card_to_open(browser, make_post):
    post = make_post("Secret", published_at=None)

    assert browser.get(f"/media/cards/{post.id}-{'0' * 16}.png").status_code == 404


def test_a_post_with_a_cover_shows_that(blog, browser):
    blog.cover = Media(
        sha256="0" * 64,
        key="0123456789abcdef/cover.jpg",
        name="cover.jpg",
        content_type="image/jpeg",
        size=9,
        width=1600,
        height=900,
        alt="A clock",
        created_at=JANUARY,
    )
    db.session.commit()

    page = browser.page("/posts/leases")

    assert said(page, "og:image") == [f"{HOME}/media/0123456789abcdef/cover.jpg"]
    assert said(page, "og:image:width") == ["1600"]
    assert said(page, "og:image:alt") == ["A clock"]
    assert said(page, "og:image:type") == ["image/jpeg"]


def test_a_card_is_sent_even_when_it_cannot_be_kept(app, blog, browser):
    app.config["MEDIA_FOLDER"].mkdir()
    (app.config["MEDIA_FOLDER"] / "cards").write_text("in the way")

    assert browser.get(card_of(browser)).data.startswith(b"\x89PNG")


def test_a_font_of_the_owners_sets_what_the_houses_lack(app, browser, make_post, monkeypatch):
    monkeypatch.setattr("blogapp.web.cards._TITLES", ("archivo-2.001-semibold",))
    make_post("Кэш", slug="cache")
    without = browser.get(card_of(browser, "/posts/cache")).data

    fonts = app.config["INSTANCE"] / "fonts"
    fonts.mkdir()
    shutil.copy(VENDOR / "plumb-serif-4.004-semibold.ttf", fonts / "own.ttf")
    (fonts / "broken.ttf").write_bytes(b"this is no font")

    address = card_of(browser, "/posts/cache")
    assert browser.get(address).data != without


def cards_kept(app):
    return {path.parent.name for path in app.config["MEDIA_FOLDER"].glob("cards/*/*.png")}


def test_a_card_is_there_when_its_post_is_saved_and_goes_with_it(app, owner, make_post):
    post = make_post("Leases", published_at=None, authors=[owner.author])

    owner.post(f"/write/posts/{post.id}/publication", data={"when": "now"})
    assert cards_kept(app) == {str(post.id)}

    owner.post(f"/write/posts/{post.id}/withdrawal")
    assert cards_kept(app) == set()


def test_the_cards_of_posts_that_are_gone_altogether_can_be_cleared(app, blog, browser):
    browser.get(card_of(browser))
    browser.get(card_of(browser, "/"))
    db.session.query(PostAuthor).filter_by(post_id=blog.id).delete()
    db.session.query(Post).filter_by(id=blog.id).delete()
    db.session.commit()

    forget_lost_cards()

    assert cards_kept(app) == {"site"}


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog"}

    @pytest.mark.parametrize("address", ["/", "/tags/locks", "/posts/leases", "/about"])
    def test_every_whole_address_has_the_path_once(self, blog, browser, address):
        page = browser.page(f"/eng/blog{address}", base_url="https://example.com")

        head = str(page.head)
        assert head.count("https://example.com/eng/blog/") > 5
        assert head.count("https://example.com") == head.count("https://example.com/eng/blog/")
        assert "/eng/blog/eng/blog" not in head
        card = said(page, "og:image")[0].removeprefix("https://example.com")
        assert browser.get(card, base_url="https://example.com").status_code == 200
