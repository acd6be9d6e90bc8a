"""The owner's look: what it may be, how readers meet it, how it is seen before it is kept."""

import io
import re
from base64 import b64decode

import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.site.models import CARD_FIELDS, Site
from blogapp.text.colours import contrast
from tests.conftest import parse

LOOK = {"fonts": "house", "prose": "serif"}
GENERAL = {
    "title": "Untitled blog",
    "language": "en",
    "time_zone": "UTC",
    "date_format": "%Y-%m-%d",
    "page_size": "12",
}
FRAME = {"social_icons": "1"}
RED = "#B3261E"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>'

PARTS = {
    "drawing": ".post-card__drawing",
    "domain": ".post-card__domain",
    "kind": ".post-card__facts span:-soup-contains('guide')",
    "minutes": ".post-card__facts span:-soup-contains('min read')",
    "date": ".post-card time",
    "title": ".post-card__title",
    "summary": "p.post-card__summary",
    "author": ".post-card__authors",
    "tags": ".post-card__tags",
}


def site():
    db.session.rollback()
    return db.session.get(Site, 1)


def png(width=30, height=10, colour="navy"):
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    file.seek(0)
    return file


def styles(page):
    return "".join(style.string for style in page.select("style"))


def token(page, name):
    """The light and the dark value that the page's last word on a token gives it."""
    found = re.findall(rf"--{name}:\s*light-dark\((#\w+),\s*(#\w+)\)", styles(page))
    return found[-1]


def rows(name, *links):
    pairs = [(f"{name}-label", label) for label, _ in links]
    return pairs + [(f"{name}-address", address) for _, address in links]


class TestAccent:
    def test_a_colour_that_can_be_read_is_on_every_page(self, owner, browser, make_post):
        make_post("Leases")

        saved = owner.post("/write/settings/look", data=LOOK | {"accent": "b3261e".join(["#", ""])})

        assert saved.status_code == 303
        for address in ("/", "/posts/leases", "/tags", "/nowhere", "/login"):
            page = parse(browser.get(address).text)
            light, dark = token(page, "blue")
            assert light == RED
            assert contrast(dark, "#0E1311") >= 4.5

    def test_the_page_admits_its_colour_by_hash_alone(self, owner, browser):
        owner.post("/write/settings/look", data=LOOK | {"accent": RED})

        response = browser.get("/")

        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert not parse(response.text).select("[style]")

    @pytest.mark.parametrize("colour", ["#FF0000", "#FFD400", "#F06292", "#ffffff"])
    def test_a_faint_colour_is_refused_and_the_nearest_offered(self, owner, colour):
        refused = owner.post("/write/settings/look", data=LOOK | {"accent": colour})

        page = parse(refused.text)
        offer = page.select_one("button[name=use_accent]")
        assert refused.status_code == 422
        assert "contrast" in page.select_one("#accent-errors").text
        assert page.select_one("#accent")["value"].lower() == colour.lower()
        assert all(contrast(offer["value"], ground) >= 4.5 for ground in ("#F3F6F0", "#FBFCFA"))
        assert site() is None

    def test_one_click_takes_the_offer(self, owner):
        data = LOOK | {"accent": "#FF0000", "logo_alt": "Ours"}
        offer = parse(owner.post("/write/settings/look", data=data).text).select_one(
            "button[name=use_accent]"
        )

        saved = owner.post("/write/settings/look", data=data | {"use_accent": offer["value"]})

        assert saved.status_code == 303
        assert (site().accent, site().logo_alt) == (offer["value"], "Ours")

    def test_the_dark_colour_is_judged_on_dark_ground(self, owner):
        refused = owner.post("/write/settings/look", data=LOOK | {"accent_dark": "#7A1A12"})
        saved = owner.post("/write/settings/look", data=LOOK | {"accent_dark": "#FF9B90"})

        assert "dark" in parse(refused.text).select_one("#accent_dark-errors").text
        assert saved.status_code == 303

    @pytest.mark.parametrize("text", ["red", "#12", "#12345", "rgb(1,2,3)", "#B3261E;} *{x:y"])
    def test_what_is_no_colour_is_not_taken_for_one(self, owner, text):
        assert owner.post("/write/settings/look", data=LOOK | {"accent": text}).status_code == 422

    def test_without_one_the_house_keeps_its_own(self, owner, browser):
        owner.post("/write/settings/look", data=LOOK | {"accent": RED})
        owner.post("/write/settings/look", data=LOOK | {"accent": ""})

        assert token(browser.page("/"), "blue") == ("#1B41C6", "#A0B3FF")


class TestLetters:
    def test_the_systems_letters_ask_for_no_file(self, owner, browser):
        owner.post("/write/settings/look", data={"fonts": "system", "prose": "sans"})

        page = browser.page("/")

        assert page.html["data-faces"] == "system"
        assert page.html["data-prose"] == "sans"
        assert "/fonts." not in str(browser.page("/login"))

    def test_the_house_has_its_own(self, browser):
        page = browser.page("/")

        assert "/fonts." in str(browser.page("/login"))
        assert not page.html.has_attr("data-faces")


class TestLogo:
    def test_an_image_is_written_anew_and_stands_in_the_header(self, owner, browser):
        data = LOOK | {"upload": (png(), "ours.png"), "logo_alt": "Plumb", "shows_name": "y"}

        assert owner.post("/write/settings/look", data=data).status_code == 303

        image = browser.page("/").select_one(".header__mark img")
        assert (image["alt"], image["width"], image["height"]) == ("Plumb", "30", "10")
        assert browser.get(image["src"]).mimetype == "image/png"
        assert image["src"] == f"/media/{site().logo_key}"

    def test_a_logo_that_spells_the_name_stands_alone(self, owner, browser):
        owner.post("/write/settings", data=GENERAL | {"title": "Plumb"})
        owner.post("/write/settings/look", data=LOOK | {"upload": (png(), "ours.png")})

        mark = browser.page("/").select_one(".header__mark")

        assert mark.text.strip() == ""
        assert mark.img["alt"] == "Plumb"
        assert not mark.has_attr("aria-label")

    def test_a_logo_beside_the_name_does_not_say_it_again(self, owner, browser):
        data = LOOK | {"upload": (png(), "ours.png"), "shows_name": "y"}
        owner.post("/write/settings/look", data=data)

        mark = browser.page("/").select_one(".header__mark")

        assert mark.text.strip() == mark["aria-label"] == "Untitled blog"
        assert mark.img["alt"] == ""

    def test_a_drawing_that_only_draws_is_taken(self, owner, browser):
        data = LOOK | {"upload": (io.BytesIO(DRAWING), "ours.svg")}

        assert owner.post("/write/settings/look", data=data).status_code == 303

        address = browser.page("/").select_one(".header__mark img")["src"]
        answer = browser.get(address)
        assert answer.mimetype == "image/svg+xml"
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize(
        "content",
        [
            DRAWING.replace(b"<path", b"<script>f()</script><path"),
            DRAWING.replace(b"<path", b'<path onclick="f()"'),
            DRAWING.replace(b"<path", b'<image href="https://example.com/x.png"/><path'),
            b"%PDF-1.4",
            b"<html></html>",
        ],
    )
    def test_what_is_no_harmless_image_is_refused_beside_the_field(self, owner, content):
        data = LOOK | {"upload": (io.BytesIO(content), "x.svg"), "logo_alt": "Kept"}

        refused = owner.post("/write/settings/look", data=data)

        page = parse(refused.text)
        assert refused.status_code == 422
        assert page.select_one("#upload-errors").text
        assert page.select_one("#logo_alt")["value"] == "Kept"
        assert db.session.query(Media).count() == 0

    def test_a_heavy_one_is_refused(self, owner, monkeypatch):
        monkeypatch.setattr("blogapp.authoring.logo.MOST_BYTES", 60)

        refused = owner.post("/write/settings/look", data=LOOK | {"upload": (png(), "ours.png")})

        assert "1 MB" in parse(refused.text).select_one("#upload-errors").text

    def test_an_upload_survives_another_fields_mistake(self, owner, browser):
        # A browser never sends a file again by itself.
        data = LOOK | {"upload": (png(), "ours.png"), "accent": "#FF0000"}
        page = parse(owner.post("/write/settings/look", data=data).text)

        again = LOOK | {"logo_key": page.select_one("#logo_key")["value"]}
        owner.post("/write/settings/look", data=again)

        assert site().logo_key
        assert browser.page("/").select_one(".header__mark img")

    def test_it_can_be_taken_out(self, owner, browser):
        owner.post("/write/settings/look", data=LOOK | {"upload": (png(), "ours.png")})
        key = site().logo_key

        owner.post("/write/settings/look", data=LOOK | {"logo_key": key, "remove_logo": "y"})

        assert site().logo_key is None
        assert browser.page("/").select_one(".header__mark svg")

    def test_it_costs_readers_no_statement(self, owner, browser, queries):
        browser.page("/")
        without = len(queries)
        owner.post("/write/settings/look", data=LOOK | {"upload": (png(), "ours.png")})
        queries.clear()

        browser.page("/")

        assert len(queries) == without

    def test_a_key_made_up_by_hand_is_no_logo(self, owner):
        owner.post("/write/settings/look", data=LOOK | {"logo_key": "../../secret_key"})

        assert site().logo_key is None


class TestCards:
    @pytest.fixture
    def post(self, make_post, make_author):
        return make_post(
            "A lease",
            summary="What it promises.",
            kind="guide",
            domain="Databases",
            tags=["Postgres"],
            authors=[make_author("Ada Lovelace")],
        )

    @pytest.mark.parametrize("left_out", CARD_FIELDS)
    def test_each_part_can_be_left_out(self, owner, browser, post, left_out):
        fields = [name for name in CARD_FIELDS if name != left_out]

        owner.post("/write/settings/front", data={"card_fields": fields})

        page = browser.page("/")
        missing = {name for name, selector in PARTS.items() if not page.select(selector)}
        # Without its title the summary is the heading that opens the post.
        assert missing == ({"title", "summary"} if left_out == "title" else {left_out})
        assert page.select_one(".post-card h2 a")["href"] == "/posts/a-lease"
        assert "A lease" in page.select_one(".post-card h2").text

    def test_nothing_but_the_title_leaves_no_empty_lines(self, owner, browser, post):
        owner.post("/write/settings/front", data={"card_fields": ["title"]})

        card = browser.page("/").select_one(".post-card")

        assert [child.name for child in card.find_all(recursive=False)] == ["h2"]

    def test_authors_on_cards_cost_one_statement(self, owner, browser, post, queries):
        costs = []
        for fields in (CARD_FIELDS, set(CARD_FIELDS) - {"author"}, CARD_FIELDS):
            owner.post("/write/settings/front", data={"card_fields": list(fields)})
            queries.clear()
            page = browser.page("/")
            costs.append(len(queries))

        assert page.select_one(".post-card__authors").text.strip() == "Ada Lovelace"
        assert costs[2] == costs[1] + 1

    def test_a_card_has_something_to_press(self, owner):
        refused = owner.post("/write/settings/front", data={"card_fields": ["date", "tags"]})

        assert refused.status_code == 422
        assert parse(refused.text).select_one("#card_fields-errors")


class TestFrontPage:
    def test_the_header_says_what_its_owner_writes(self, owner, browser):
        data = MultiDict(
            [
                *rows("breadcrumb", ("Plumb", "https://example.com"), ("Insights", "")),
                ("eyebrow", "Engineering"),
                ("heading", "Knowledge Log"),
                ("intro", "Notes.\r\nOrganized by domain."),
                ("card_fields", "title"),
            ]
        )

        assert owner.post("/write/settings/front", data=data).status_code == 303

        head = browser.page("/").select_one(".masthead")
        assert [li.text.strip() for li in head.select(".masthead__crumb li")] == [
            "Plumb",
            "Insights",
        ]
        assert head.select_one(".masthead__crumb a")["href"] == "https://example.com"
        assert head.select_one(".masthead__eyebrow").text == "Engineering"
        assert head.h1.text == "Knowledge Log"
        assert head.select_one(".masthead__lede").text == "Notes.\nOrganized by domain."

    def test_a_hero_takes_the_headings_place(self, owner, browser):
        hero = "Engineering Insights.\r\nShared for Growth."
        owner.post(
            "/write/settings/front",
            data={"hero": hero, "heading": "Other", "card_fields": ["title"]},
        )

        [h1] = browser.page("/").select("h1")
        assert h1.get_text("|") == "Engineering Insights. |Shared for Growth."

    def test_what_is_empty_leaves_nothing_behind(self, browser):
        head = browser.page("/").select_one(".masthead")

        assert not head.select(".masthead__crumb, .masthead__eyebrow, .masthead__lede")

    def test_texts_are_words_and_never_markup(self, owner, browser):
        evil = "<script>f()</script>"
        data = MultiDict(
            [
                *rows("breadcrumb", (evil, "/tags")),
                *((name, evil) for name in ("eyebrow", "heading", "intro")),
                ("card_fields", "title"),
            ]
        )
        owner.post("/write/settings/front", data=data)

        page = browser.page("/")

        assert page.select_one(".masthead").text.count(evil) == 4
        assert not page.select(".masthead script")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("eyebrow", "x" * 201),
            ("heading", "x" * 301),
            ("intro", "x" * 2001),
            ("hero", "1\n2\n3\n4"),
        ],
    )
    def test_long_texts_are_refused_and_handed_back(self, owner, field, value):
        refused = owner.post("/write/settings/front", data={field: value, "card_fields": ["title"]})

        page = parse(refused.text)
        assert refused.status_code == 422
        assert page.select_one(f"#{field}-errors")
        kept = page.select_one(f"#{field}")
        assert (kept.get("value") or kept.text.strip()) == value


class TestFooter:
    def test_the_same_people_elsewhere(self, owner, browser):
        links = [("Code", "https://github.com/ada"), ("Mail", "mailto:ada@example.com")]
        data = MultiDict([*FRAME.items(), *rows("social_links", *links)])

        owner.post("/write/settings/frame", data=data)
        icons = browser.page("/").select(".footer__social a")
        data["social_icons"] = ""
        owner.post("/write/settings/frame", data=data)
        words = browser.page("/").select(".footer__social a")

        assert [(a.text.strip(), a["href"], a["rel"]) for a in icons] == [
            (label, address, ["me"]) for label, address in links
        ]
        assert all(a.svg for a in icons)
        assert not any(a.svg for a in words)

    def test_the_line_at_the_foot_is_an_easter_egg(self, owner, browser):
        owner.post("/write/settings/frame", data=FRAME | {"footer_line": "You found it."})

        assert browser.page("/").select_one(".footer__line").text == "You found it."


class TestPreview:
    def test_it_shows_real_pages_with_what_is_not_saved(self, owner, make_post):
        make_post("A lease", body="Promises.")
        data = LOOK | {"accent": RED, "upload": (png(), "ours.png"), "logo_alt": "Unsaved"}

        response = owner.post("/write/settings/look/preview", data=data | {"page": "listing"})

        page = parse(response.text)
        image = page.select_one(".header__mark img")
        assert response.status_code == 200
        assert token(page, "blue")[0] == RED
        assert page.select(".post-card")
        assert image["alt"] == "Unsaved"
        kind, _, content = image["src"].partition(";base64,")
        assert kind == "data:image/png"
        assert Image.open(io.BytesIO(b64decode(content))).size == (30, 10)

    def test_a_post_is_previewed_as_a_post(self, owner, make_post):
        make_post("A lease", body="Promises.")

        response = owner.post(
            "/write/settings/frame/preview",
            data=FRAME | {"footer_line": "Unsaved", "page": "post"},
        )

        page = parse(response.text)
        assert page.select_one(".prose").text.strip() == "Promises."
        assert page.select_one(".footer__line").text == "Unsaved"

    def test_nothing_of_it_is_kept_by_anybody(self, owner, browser):
        response = owner.post(
            "/write/settings/front/preview", data={"heading": "Unsaved", "card_fields": ["title"]}
        )

        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "ETag" not in response.headers
        assert site() is None
        assert db.session.query(Media).count() == 0
        assert "Unsaved" not in browser.page("/").text

    def test_only_the_preview_may_stand_in_a_frame_and_only_in_ours(self, owner):
        preview = owner.post("/write/settings/look/preview", data=LOOK)
        settings = owner.get("/write/settings/look")
        public = owner.get("/")

        policy = preview.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy
        assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
        for other in (settings, public):
            assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
            assert other.headers["X-Frame-Options"] == "DENY"
        assert "frame-src 'self'" in settings.headers["Content-Security-Policy"]
        assert "frame-src" not in public.headers["Content-Security-Policy"]

    def test_what_is_wrong_is_said_in_its_place(self, owner):
        response = owner.post("/write/settings/look/preview", data=LOOK | {"accent": "#FF0000"})

        assert response.status_code == 422
        assert "too faint" in parse(response.text).select_one(".settings__wrong").text

    def test_another_language_is_previewed_too(self, owner):
        data = GENERAL | {"language": "de"}

        page = parse(owner.post("/write/settings/preview", data=data).text)

        assert page.html["lang"] == "de"

    def test_the_button_works_without_scripts(self, owner):
        page = owner.page("/write/settings/look")

        buttons = page.select("form#settings button[formaction='/write/settings/look/preview']")
        assert {button["value"] for button in buttons} == {"listing", "post"}
        assert {button["formtarget"] for button in buttons} == {"_blank"}


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "http://localhost/eng/blog"}

    def test_menus_logos_and_previews_stay_below_it(self, owner, make_post):
        make_post("A lease")
        menu = [*rows("navigation", ("About", "/about")), ("own_navigation", "own")]
        data = MultiDict(menu)
        owner.post("/eng/blog/write/settings/navigation", data=data)
        owner.post("/eng/blog/write/settings/look", data=LOOK | {"upload": (png(), "a.png")})

        response = owner.post("/eng/blog/write/settings/navigation/preview", data=data)

        page = parse(response.text)
        assert response.status_code == 200
        assert page.select_one(".header__nav a")["href"] == "/eng/blog/about"
        assert page.select_one(".header__mark img")["src"].startswith("/eng/blog/media/")
        assert page.select_one(".post-card a")["href"].startswith("/eng/blog/")
