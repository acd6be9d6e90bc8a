"""The owner's look in a real browser: previewed, saved, and with everything in it at once."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.media.storing import store_image
from blogapp.site.models import CARD_FIELDS, Site
from tests.browser.conftest import DESK, PHONE, TABLET
from tests.browser.measures import CUT_OFF, SMALL_TARGETS, STICKING_OUT
from tests.browser.pages import LONG_WORD, fill

RED = "rgb(179, 38, 30)"


def png(width, height):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "PNG")
    return file.getvalue()


def shown(page):
    """The frame whose answer has come, and has been put in place of the one before."""
    return page.frame_locator(".look-preview__frame:not([data-waiting])")


def test_the_preview_follows_the_form_and_saving_keeps_it(new_page, owner, make_post, watch):
    make_post("A lease", domain="Databases")
    page = new_page(as_author=owner)
    page.goto("write/settings/front")
    expect(shown(page).locator("h1")).to_have_text("Untitled blog")

    page.get_by_label("Heading", exact=True).fill("Knowledge Log")
    expect(shown(page).locator("h1")).to_have_text("Knowledge Log")
    page.get_by_label("Domain", exact=True).uncheck()
    expect(shown(page).locator(".post-card__domain")).to_have_count(0)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(shown(page).locator("h1")).to_have_text("A lease")
    assert db.session.get(Site, 1) is None

    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Settings saved.")).to_be_visible()
    page.goto("./")
    expect(page.locator("h1")).to_have_text("Knowledge Log")


def test_a_faint_colour_is_replaced_by_one_press(new_page, owner, make_post):
    make_post("A lease")
    page = new_page(as_author=owner, viewport=PHONE)
    page.goto("write/settings/look")
    page.get_by_label("Accent colour", exact=True).fill("#FF0000")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("button", name="the nearest that can be read").click()

    expect(page.get_by_text("Settings saved.")).to_be_visible()
    expect(page.get_by_label("Accent colour", exact=True)).to_have_value("#D50000")


def test_rows_and_previews_work_without_scripts(new_page, owner, make_post):
    make_post("A lease")
    page = new_page(as_author=owner, java_script_enabled=False)
    page.goto("write/settings/navigation")
    page.get_by_role("radio", name="Your own").check()
    rows = page.locator("#navigation")
    rows.get_by_label("Text").nth(3).fill("Careers")
    rows.get_by_label("Address").nth(3).fill("https://example.com/jobs")
    page.get_by_role("button", name="Move row 4 up").click()
    page.get_by_role("button", name="Take out Posts").click()

    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview the list").click()

    menu = opened.value.locator(".header__nav a")
    expect(menu).to_have_text(["Tags", "Careers", "Archive"])
    assert db.session.get(Site, 1) is None


@pytest.fixture
def dressed(app, prepare, make_author, make_post):
    """A blog on which everything is set, and all of it is long."""
    prepare(fill, make_author, make_post)
    media = store_image(
        png(900, 120), "wide.png", store=app.extensions["media"], now=datetime.now(UTC)
    )
    labels = ["Posts", "Tags", "Archive", "About us", "Handbook", "Careers", "Status", "Contact"]
    links = [{"label": label, "address": f"/{label}"} for label in labels]
    site = Site(
        id=1,
        title=f"The long name of a blog about {LONG_WORD}",
        breadcrumb=links[:4],
        eyebrow=LONG_WORD,
        hero=f"Engineering insights.\n{LONG_WORD}",
        intro=f"{LONG_WORD} " * 3,
        footer_line=LONG_WORD,
        accent="#B3261E",
        logo=media,
        logo_id=media.id,
        navigation=[{"label": "Posts", "address": "/"}, *links[1:]],
        social_links=links,
        card_fields=[*CARD_FIELDS],
    )
    db.session.add(site)
    db.session.commit()
    return site


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
def test_everything_at_once_fits(dressed, new_page, check_accessibility, screenshot, size):
    page = new_page(viewport=size)
    found = {}
    for address in ("./", "posts/everything-about-leases", "nowhere"):
        page.goto(address)
        found[f"sticking out of {address}"] = page.evaluate(STICKING_OUT)
        found[f"cut off in {address}"] = page.evaluate(CUT_OFF)
        found[f"small in {address}"] = page.evaluate(SMALL_TARGETS, 24)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            screenshot(
                page, f"look-{size['width']}-{theme}-{address.strip('./').partition('/')[0]}"
            )
            check_accessibility(page, colours=theme == "dark")

    assert {what: faults for what, faults in found.items() if faults} == {}


def test_the_accent_is_worn_by_what_can_be_acted_on_and_printed_black(dressed, page):
    page.goto("posts/everything-about-leases")
    link = page.locator(".prose a[href^='https://example.com']").first
    colour = "element => getComputedStyle(element).color"

    assert link.evaluate(colour) == RED
    page.emulate_media(media="print")
    assert link.evaluate(colour) == "rgb(0, 0, 0)"
