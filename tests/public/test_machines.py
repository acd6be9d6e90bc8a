import io
import re
from datetime import datetime, timedelta

import pytest
from lxml import etree
from PIL import Image

from blogapp.extensions import db
from blogapp.media.storing import store_image
from blogapp.public import sitemap
from blogapp.site.models import Site
from tests.conftest import JANUARY

PLACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
IMAGES = {**PLACES, "i": "http://www.google.com/schemas/sitemap-image/1.1"}
HOME = "http://127.0.0.1:8000"


@pytest.fixture
def logo(app):
    """Give the blog a logo: a wide green one."""
    file = io.BytesIO()
    Image.new("RGB", (200, 100), "#00AA44").save(file, "PNG")
    store = app.extensions["media"]
    media = store_image(file.getvalue(), "logo.png", store=store, now=JANUARY)
    db.session.add(Site(id=1, title="Plumbline", logo=media))
    db.session.commit()
    return media


@pytest.fixture
def entries(browser):
    """Read the sitemap: what it says of each path."""

    def read(address="/sitemap.xml"):
        whole = etree.fromstring(browser.get(address).data)
        found = whole.findall("s:url", PLACES)
        return {entry.findtext("s:loc", None, PLACES).removeprefix(HOME): entry for entry in found}

    return read


def lastmod(entry):
    return entry.findtext("s:lastmod", None, PLACES)


def test_the_sitemap_holds_everything_that_may_be_indexed(entries, make_post, make_author):
    ada = make_author("Ada")
    make_post("Leases", tags=["Locks"], domain="Databases", series="Time", authors=[ada])
    make_post("About", is_page=True)
    make_post("Licence", is_page=True)

    assert set(entries()) == {
        *("/", "/tags", "/archive", "/posts/leases", "/about", "/pages/licence"),
        *("/tags/locks", "/domains/databases", "/series/time", "/authors/ada"),
        *("/archive/2026", "/archive/2026/1"),
    }


def test_the_sitemap_leaves_out_what_is_hidden_or_belongs_elsewhere(entries, make_post):
    make_post("Draft", published_at=None, tags=["draft"])
    make_post("By hand only", unlisted=True, tags=["hand"])
    make_post("Taken down", withdrawn_at=JANUARY, tags=["down"])
    make_post("Cross-posted", canonical_url="https://example.org/it")

    assert not [path for path in entries() if path.startswith(("/posts/", "/tags/"))]


def test_a_change_is_dated_by_what_readers_are_shown(entries, make_post):
    make_post("Old", tags=["a"])
    make_post("Edited", tags=["a", "b"], updated_at=JANUARY.replace(month=3))

    found = entries()

    assert lastmod(found["/posts/old"]) == "2026-01-01T12:00:00+00:00"
    assert lastmod(found["/posts/edited"]) == "2026-03-01T12:00:00+00:00"
    assert lastmod(found["/tags/a"]) == lastmod(found["/"]) == "2026-03-01T12:00:00+00:00"


def test_a_post_is_listed_with_the_images_it_shows(app, entries, make_post):
    from blogapp.posts.models import PostMedia
    from blogapp.posts.rendering import render_post

    def picture(name, colour):
        file = io.BytesIO()
        Image.new("RGB", (9, 9), colour).save(file, "PNG")
        store = app.extensions["media"]
        return store_image(file.getvalue(), name, store=store, now=JANUARY)

    shown, unused = picture("shown.png", "red"), picture("unused.png", "blue")
    post = make_post("Pictured", body="![A](shown.png)")
    for media in (shown, unused):
        db.session.add(PostMedia(post_id=post.id, name=media.name, media_id=media.id))
    db.session.flush()
    render_post(post)
    db.session.commit()

    locations = entries()["/posts/pictured"].findall("i:image/i:loc", IMAGES)

    assert [location.text for location in locations] == [f"{HOME}/media/{shown.key}"]


def test_past_what_one_file_may_hold_there_is_an_index_of_parts(
    browser, unkept, entries, make_posts, monkeypatch
):
    make_posts(5)
    whole = set(entries())
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 9)
    monkeypatch.setattr(sitemap, "PART", 4)

    index = etree.fromstring(browser.get("/sitemap.xml").data)

    assert index.tag.endswith("}sitemapindex")
    parts = [found.text.removeprefix(HOME) for found in index.iterfind(".//s:loc", PLACES)]
    assert parts == ["/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-3.xml"]
    listed = [path for part in parts for path in entries(part)]
    assert len(listed) == len(set(listed))
    assert set(listed) == whole
    assert browser.get("/sitemap-4.xml").status_code == 404
    assert browser.get("/sitemap-0.xml").status_code == 404


def test_past_what_one_file_may_weigh_there_is_an_index(browser, make_posts, monkeypatch):
    make_posts(2)
    monkeypatch.setattr(sitemap, "MOST_BYTES", 400)

    assert b"<sitemapindex" in browser.get("/sitemap.xml").data


def test_a_sitemap_costs_the_same_statements_for_any_number_of_posts(browser, make_posts, queries):
    make_posts(1, tags=["a"])
    queries.clear()
    browser.get("/sitemap.xml")
    few = len(queries)

    make_posts(9, tags=["b", "c"])
    queries.clear()
    browser.get("/sitemap.xml")

    assert len(queries) == few <= 10


def test_the_sitemap_is_valid(browser, shared, make_post, make_author, monkeypatch):
    schema = etree.XMLSchema(etree.parse(shared / "kits" / "feeds" / "sitemap-own.xsd"))
    make_post("Кэш & <b>", tags=["C++"], domain="Системы", authors=[make_author()])

    schema.assertValid(etree.fromstring(browser.get("/sitemap.xml").data))

    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 1)
    schema.assertValid(etree.fromstring(browser.get("/sitemap.xml").data))
    schema.assertValid(etree.fromstring(browser.get("/sitemap-1.xml").data))


def test_an_address_too_long_for_a_sitemap_is_left_out(entries, make_post):
    make_post("Long", slug="\U00020000" * 190)
    make_post("Short")

    assert [path for path in entries() if path.startswith("/posts/")] == ["/posts/short"]


def test_robots_are_told_of_the_sitemap_and_kept_out_of_what_is_private(browser):
    lines = browser.get("/robots.txt").text.splitlines()

    assert f"Sitemap: {HOME}/sitemap.xml" in lines
    assert {"Disallow: /write", "Disallow: /login"} <= set(lines)


def test_language_models_find_the_texts_by_domain(browser, make_post):
    db.session.add(Site(id=1, title="Plumbline", description="Measured\nwrite-ups"))
    make_post("Leases [draft]", summary="Who holds the lock.", domain="Databases")
    make_post("Quorums", domain="Databases")
    make_post("Alone", body="No domain.")
    make_post("About", is_page=True, summary="Who we are.")
    make_post("Draft", published_at=None)

    text = browser.get("/llms.txt").text

    assert text.startswith("# Plumbline\n\n> Measured write-ups\n\n## Databases\n\n- [Quorums](")
    line = f"- [Leases \\[draft\\]]({HOME}/posts/leases-draft.md): Who holds the lock."
    assert line in text.splitlines()
    assert re.findall("^## (.+)$", text, re.MULTILINE) == [
        *("Databases", "Posts", "Pages", "Optional"),
    ]
    assert f"- [About]({HOME}/pages/about.md): Who we are." in text
    assert "Draft]" not in text
    for address in re.findall(rf"\({HOME}([^)]+)\)", text):
        assert browser.get(address).status_code == 200, address


def test_what_language_models_are_told_is_bounded(browser, make_posts, monkeypatch):
    monkeypatch.setattr("blogapp.public.llms.MOST_POSTS", 3)
    make_posts(5)

    text = browser.get("/llms.txt").text

    assert re.findall(r"^- \[(Post \d)\]", text, re.MULTILINE) == ["Post 5", "Post 4", "Post 3"]


def test_browsers_can_search_the_blog_by_themselves(browser, make_post):
    db.session.add(Site(id=1, title="Plumbline & sons of engineers"))
    make_post("Leases", body="About leases.")
    page = browser.page("/")

    found = browser.get(page.select_one('link[rel="search"]')["href"])

    assert found.content_type.startswith("application/opensearchdescription+xml")
    description = etree.fromstring(found.data)
    names = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    assert description.findtext("o:ShortName", None, names) == "Plumbline & sons"
    template = description.find("o:Url[@type='text/html']", names).get("template")
    address = template.replace("{searchTerms}", "leases").removeprefix(HOME)
    assert browser.page(address).select_one(".post-card").get_text().strip()
    template = description.find("o:Url[@type='application/x-suggestions+json']", names)
    address = template.get("template").replace("{searchTerms}", "lea").removeprefix(HOME)
    assert browser.get(address).get_json(force=True)[1] == ["Leases"]


SECURITY = "/.well-known/security.txt"


def fields(response):
    lines = [line.split(": ", 1) for line in response.text.splitlines()]
    return {name: [value for other, value in lines if other == name] for name, _ in lines}


def test_whom_to_tell_of_a_hole_is_in_the_settings(settings, request, clock):
    settings["SECURITY_CONTACT"] = ("mailto:security@example.com", "https://example.com/report")
    browser = request.getfixturevalue("browser")

    said = fields(browser.get(SECURITY))

    assert said["Contact"] == ["mailto:security@example.com", "https://example.com/report"]
    assert said["Canonical"] == [f"{HOME}{SECURITY}"]
    assert said["Preferred-Languages"] == ["en"]
    [expires] = said["Expires"]
    assert clock.moment < datetime.fromisoformat(expires) < clock.moment + timedelta(days=365)


def test_without_anybody_named_it_leads_to_the_blog_itself(browser, make_post):
    first = fields(browser.get(SECURITY))
    make_post("About", is_page=True)
    make_post("Security", is_page=True)
    then = fields(browser.get(SECURITY))

    assert (first["Contact"], "Policy" in first) == ([f"{HOME}/"], False)
    assert (then["Contact"], then["Policy"]) == ([f"{HOME}/about"], [f"{HOME}/pages/security"])
    assert browser.get(SECURITY).headers["X-Content-Type-Options"] == "nosniff"


def test_whom_to_tell_of_a_hole_is_the_owners_file(app, browser):
    path = app.config["INSTANCE"] / "security.txt"
    path.write_text("Contact: mailto:é@example.com\nExpires: 2027-01-01T00:00:00Z\n", "utf-8")

    found = browser.get("/.well-known/security.txt")
    assert found.content_type == "text/plain; charset=utf-8"
    assert "Contact: mailto:é@example.com" in found.text


def test_the_house_has_icons_of_every_size(browser):
    page, manifest = browser.page("/"), browser.get("/site.webmanifest").json

    addresses = [link["href"] for link in page.select("link[rel=icon], link[rel=apple-touch-icon]")]
    icons = [browser.get(address, buffered=True) for address in addresses]

    assert [icon.mimetype.split("/")[0] for icon in icons] == ["image"] * 3
    ico = Image.open(io.BytesIO(browser.get("/favicon.ico", buffered=True).data))
    assert ico.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert [icon.get("purpose", "any") for icon in manifest["icons"]].count("maskable") == 1
    for icon in manifest["icons"]:
        if icon["type"] == "image/png":
            answer = browser.get(icon["src"], buffered=True)
            size = "{0[0]}x{0[1]}".format(Image.open(io.BytesIO(answer.data)).size)
            assert size == icon["sizes"]


def test_a_logo_becomes_the_icons(browser, logo):
    def shown(address):
        return Image.open(io.BytesIO(browser.get(address, buffered=True).data))

    page, manifest = browser.page("/"), browser.get("/site.webmanifest").json

    touch = shown(page.select_one("link[rel=apple-touch-icon]")["href"])
    assert (touch.size, touch.mode) == ((180, 180), "RGB")
    assert touch.getpixel((90, 90)) == (0, 0xAA, 0x44)
    small = shown(page.select_one("link[rel=icon][sizes='192x192']")["href"])
    assert small.size == (192, 192)
    assert small.getpixel((96, 10))[3] == 0
    assert shown("/favicon.ico").info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert shown("/apple-touch-icon.png").getpixel((90, 90)) == (0, 0xAA, 0x44)
    assert page.select_one("link[type='image/svg+xml']") is None
    masked = next(icon for icon in manifest["icons"] if icon.get("purpose") == "maskable")
    image = shown(masked["src"])
    corners = {image.getpixel(at) for at in ((0, 0), (40, 256), (256, 60))}
    assert corners == {(0xF3, 0xF6, 0xF0)}


def test_another_logo_has_other_addresses(browser, logo):
    before = browser.page("/").select_one("link[rel=apple-touch-icon]")["href"]

    site = db.session.get(Site, 1)
    site.logo = None
    db.session.commit()

    after = browser.page("/").select_one("link[rel=apple-touch-icon]")["href"]
    assert after != before
    assert browser.get(before).status_code == 404


@pytest.mark.parametrize("name", ["secret.png", "..", "icon-192.png.bak"])
def test_only_known_icons_are_made(browser, logo, name):
    from blogapp.web.icons import present_digest

    with browser.application.test_request_context():
        shown = present_digest()

    assert browser.get(f"/media/icons/{shown}/{name}").status_code == 404


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog"}

    @pytest.mark.parametrize(
        "address", ["/sitemap.xml", "/robots.txt", "/llms.txt", "/opensearch.xml"]
    )
    def test_every_address_has_the_path_once(self, browser, make_post, address):
        make_post("Linked", tags=["a"], domain="D")

        text = browser.get(f"/eng/blog{address}", base_url="https://example.com").text

        assert "https://example.com" in text
        assert text.count("https://example.com") == text.count("https://example.com/eng/blog")
        assert "/eng/blog/eng/blog" not in text
