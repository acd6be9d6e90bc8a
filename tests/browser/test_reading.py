"""Reading a post, as people do: on a phone, in the dark, by keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from tests.browser.conftest import DESK, PHONE, TABLET
from tests.browser.measures import UNTIL

LOW_DESK = {"width": 1280, "height": 720}
# Longer than what most posts have, so that the head of the page is at its tallest.
TITLE = "The cache that lied: tracing one stale price through three tiers"
SUMMARY = (
    "We followed a single wrong price through an edge cache, a service cache and a replica. "
    "Every layer behaved exactly as configured, and that was the bug, and it took four of us a day."
)
PARAGRAPH = "The edge kept prices for thirty seconds. The service kept them for twenty. " * 6
CODE = "```python title='read.py'\nfor price in prices:\n    print(price)\n```"


@pytest.fixture
def long_post(make_post, make_author):
    """A post with everything a page can show, in the middle of a series."""
    sections = [
        f"## Part {n}\n\n{PARAGRAPH}[^{n}]\n\n{PARAGRAPH}\n\n{CODE}" for n in ("one", "two", "six")
    ]
    notes = [f"[^{n}]: A note on part {n}." for n in ("one", "two", "six")]
    for position, title in ((1, "Before"), (3, "After the post that stands between")):
        make_post(title, series="Freshness budgets", series_position=position)
    return make_post(
        TITLE,
        slug="stale",
        summary=SUMMARY,
        body="\n\n".join([PARAGRAPH, *sections, *notes]),
        tags=["caching", "CI/CD"],
        domain="Databases",
        series="Freshness budgets",
        series_position=2,
        authors=[make_author("Mara Lindqvist"), make_author("Jonas Okafor")],
    )


@pytest.mark.usefixtures("long_post")
@pytest.mark.parametrize("viewport", [PHONE, LOW_DESK], ids=["phone", "low desk"])
@pytest.mark.parametrize("script", [True, False], ids=["", "without script"])
def test_two_lines_of_text_are_in_sight(new_page, viewport, script):
    page = new_page(viewport=viewport, java_script_enabled=script)

    page.goto("./posts/stale")

    text = page.locator(".prose > p").first
    top = text.bounding_box()["y"]
    line = text.evaluate("p => parseFloat(getComputedStyle(p).lineHeight)")
    assert top + 2 * line <= viewport["height"]


@pytest.mark.usefixtures("long_post")
@pytest.mark.parametrize("address", ["./posts/stale", "./nowhere"])
def test_no_page_scrolls_sideways(page, address):
    page.goto(address)

    for width in (320, 360, 768, 1024, 1280, 1281, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.usefixtures("long_post")
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_what_can_be_pressed_is_large_enough(new_page, viewport):
    page = new_page(viewport=viewport)
    page.goto("./posts/stale")

    boxes = page.evaluate(
        """() => [...document.querySelectorAll("a, button, label, input")]
            .filter(e => !e.closest(".prose, .margin-notes__note") && e.checkVisibility())
            .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
            .filter(([, box]) => box.width > 1 && box.top >= 0)
            .map(([text, box]) => [text, Math.round(box.width), Math.round(box.height)])"""
    )
    assert len(boxes) > 15
    assert [box for box in boxes if min(box[1:]) < 24] == []


@pytest.mark.usefixtures("long_post")
@pytest.mark.parametrize("name", ["posts/stale", "nowhere"])
def test_axe_finds_nothing(page, name, check_accessibility, screenshot):
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        page.goto(f"./{name}")
        page.wait_for_load_state("networkidle")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            check_accessibility(page, colours=scheme == "dark")
            screenshot(page, f"{name.replace('/', '-')}-{scheme}-{size['width']}", full_page=True)


def test_the_theme_is_chosen_kept_and_there_before_the_first_paint(page):
    page.goto("./nowhere")
    switch = page.get_by_role("button", name="Colour theme")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)

    switch.click()
    switch.click()
    expect(switch).to_have_accessible_name("Colour theme: dark")
    dark = page.evaluate(paper)
    page.add_init_script(
        """new MutationObserver((changes, watcher) => {
            if (!document.body) return
            window.atFirst = document.documentElement.dataset.theme
            watcher.disconnect()
        }).observe(document, { childList: true, subtree: true })"""
    )
    page.reload()

    assert dark != light
    assert page.evaluate("window.atFirst") == "dark"
    assert page.evaluate(paper) == dark
    assert page.locator("meta[name=theme-color]").first.get_attribute("content") == "#0E1311"
    switch.click()
    expect(switch).to_have_accessible_name("Colour theme: system")
    assert page.evaluate("localStorage.getItem('theme')") is None


@pytest.mark.under_path
def test_fonts_come_after_the_first_frame_and_next_time_at_once(page):
    page.goto("./nowhere")
    fonts = page.locator("head > link[rel=stylesheet]")
    expect(fonts).to_have_count(1)
    page.evaluate(
        UNTIL % "localStorage.later === document.querySelector('head > link[rel=stylesheet]').href"
    )

    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
            window.linked = document.querySelectorAll("head > link[rel=stylesheet]").length
        })"""
    )
    page.reload()

    assert page.evaluate("window.linked") == 1
    assert page.evaluate("document.fonts.check('16px \"Plumb Sans\"')")


def test_without_script_the_page_has_its_fonts_and_no_dead_switch(plain_page):
    plain_page.goto("./nowhere")

    expect(plain_page.locator("theme-toggle")).to_be_hidden()
    expect(plain_page.locator(".header__search kbd")).to_be_hidden()
    assert plain_page.evaluate("document.fonts.size") > 2


def test_a_slash_goes_to_the_search_but_is_a_slash_inside_it(page):
    page.goto("./nowhere")
    field = page.locator("#site-search")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


@pytest.mark.under_path
def test_the_lens_on_a_phone_becomes_a_field(new_page):
    page = new_page(viewport=PHONE)
    page.goto("./nowhere")

    page.locator(".header__search label").click()
    page.keyboard.type("leases")
    expect(page.get_by_role("combobox", name="Search posts")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/\?q=leases$"))


def test_the_first_key_leads_past_the_header(page):
    page.goto("./nowhere")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main a").first).to_be_focused()


@pytest.mark.usefixtures("long_post")
def test_the_rail_marks_the_section_being_read(page):
    page.goto("./posts/stale")
    current = page.locator(".contents--down [aria-current]")

    page.locator("#part-two").evaluate("heading => heading.scrollIntoView()")
    expect(current).to_have_text("Part two")
    page.locator(".contents--down").get_by_text("Part one").click()

    expect(current).to_have_text("Part one")


@pytest.mark.usefixtures("long_post")
def test_on_a_phone_the_sections_open_over_the_text(new_page):
    page = new_page(viewport=PHONE)
    page.goto("./posts/stale")
    sections = page.locator("#sections")
    expect(sections).to_be_hidden()

    page.get_by_role("button", name="Sections").click()
    sections.get_by_text("Part two").click()

    expect(sections).to_be_hidden()
    expect(page.locator("#part-two")).to_be_in_viewport()


@pytest.mark.usefixtures("long_post")
def test_a_note_stands_beside_its_mark(page):
    page.goto("./posts/stale")

    mark = page.locator(".footnotes__mark").nth(1).bounding_box()
    note = page.locator(".margin-notes__note").nth(1)

    expect(note).to_contain_text("A note on part two.")
    box = note.bounding_box()
    assert abs(box["y"] - mark["y"]) < 40
    assert box["x"] > mark["x"]
    assert box["x"] + box["width"] <= DESK["width"]


@pytest.mark.usefixtures("long_post")
def test_a_note_opens_over_the_text_where_there_is_no_margin(new_page):
    page = new_page(viewport=PHONE)
    page.goto("./posts/stale")
    note = page.locator(".margin-notes__note").first
    expect(note).to_be_hidden()

    page.locator(".footnotes__mark").first.click()
    expect(note).to_be_visible()
    page.keyboard.press("Escape")

    expect(note).to_be_hidden()
    assert "#" not in page.url


@pytest.mark.usefixtures("long_post")
@pytest.mark.under_path
def test_without_script_notes_and_sections_are_links(plain_page):
    plain_page.goto("./posts/stale")

    plain_page.locator(".contents--across").get_by_text("Part two").click()
    expect(plain_page.locator("#part-two")).to_be_in_viewport()
    plain_page.locator(".footnotes__mark").nth(1).click()

    expect(plain_page.locator("#fn-two")).to_be_in_viewport()


@pytest.mark.usefixtures("long_post")
def test_paper_shows_the_text_alone(page):
    page.emulate_media(media="print")
    page.goto("./posts/stale")

    for part in (".header__nav", ".post__rail", ".footer", ".post__turn", ".series__next"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".prose")).to_be_visible()


def test_an_authors_html_asks_for_nothing(page, make_post, server):
    post = make_post("Planted")
    post.html = '<p hx-get="/planted" hx-trigger="load">x</p><a hx-get="/planted">y</a>'
    db.session.commit()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("./posts/planted")
    page.add_script_tag(url=f"{server}/static/vendor/htmx-4.0.1.min.js")
    page.evaluate(UNTIL % "window.htmx")
    page.locator(".prose a").click()
    with page.expect_request("**/robots.txt"):
        page.evaluate(
            """() => {
                const ours = document.createElement("p")
                ours.setAttribute("hx-get", "robots.txt")
                ours.setAttribute("hx-trigger", "load")
                document.body.append(ours)
                htmx.process(document.body)
            }"""
        )

    assert [url for url in asked if url.endswith("/planted") and "/posts/" not in url] == []
