"""The first frame asks for nothing but the page, and what comes after it moves nothing."""

import pytest
from playwright.sync_api import expect

from blogapp.demo.loading import name_the_site
from blogapp.extensions import db
from tests.browser import pages
from tests.browser.conftest import DESK, PHONE, TABLET
from tests.browser.measures import UNTIL

# Pictures of the page and of its tab aside: the page, a sheet, a script and faces, of which a post
# with all there is has five, one of them for formulas; htmx for filters.
MOST_REQUESTS = {"listing": 6, "tag": 6, "post": 8, "short post": 7, "tags": 5, "archive": 5}
SIZES = {"phone": PHONE, "tablet": TABLET, "desk": DESK}
# As browsers count it (Layout Instability, 3.2): faces of another width move chips in a row by a
# hair. The head aside, which a busy machine paints before it has read all of it.
MOST_MOVED = 0.005
LOADED = """() => {
  const [first] = performance.getEntriesByName("first-contentful-paint")
  const kinds = ["css", "link", "script", "other", "fetch"]
  return performance.getEntriesByType("resource").map((one) => ({
    name: new URL(one.name).pathname,
    isPicture: !kinds.includes(one.initiatorType) || /\\.(svg|png|ico|avif|webp)$/.test(one.name),
    isLater: one.startTime >= first.startTime,
  }))
}"""
SHIFTED = """new Promise((resolve) => {
  const isHead = ({ node }) => (node?.closest ? node : node?.parentElement)?.closest("header")
  const isSeen = (shift) => !shift.sources.every(isHead)
  new PerformanceObserver((list) =>
    resolve(list.getEntries().filter(isSeen).map((one) => one.value)),
  ).observe({ type: "layout-shift", buffered: true })
  setTimeout(() => resolve([]), 200)
})"""


@pytest.fixture
def blog(prepare, make_author, make_post):
    prepare(pages.fill, make_author, make_post)
    name_the_site()
    db.session.commit()


@pytest.mark.parametrize("size", SIZES)
def test_all_but_the_page_comes_after_the_first_frame_and_moves_nothing(blog, new_page, size):
    asked, early, moved = {}, {}, {}

    for kind in MOST_REQUESTS:
        page = new_page(viewport=SIZES[size])
        page.goto(pages.PUBLIC[kind])
        page.wait_for_load_state("networkidle")
        files = [one for one in page.evaluate(LOADED) if not one["isPicture"]]
        asked[kind] = 1 + len(files)
        early[kind] = [one["name"] for one in files if not one["isLater"]]
        moved[kind] = page.evaluate(SHIFTED)

    assert {kind: number for kind, number in asked.items() if number > MOST_REQUESTS[kind]} == {}
    assert {kind: names for kind, names in early.items() if names} == {}
    assert {kind: shifts for kind, shifts in moved.items() if sum(shifts) > MOST_MOVED} == {}


def is_ours(page):
    """Return whether letters of the page come from our file and not from the system's."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    document = devtools.send("DOM.getDocument")["root"]["nodeId"]
    where = {"nodeId": document, "selector": "h1"}
    node = devtools.send("DOM.querySelector", where)["nodeId"]
    fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return all(font["isCustomFont"] for font in fonts)


# Without our face this takes more lines: the one it stands in for is narrower.
WIDE_STAND_IN = """{
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(
    `h1 { font: 600 40px "Plumb Sans", monospace; inline-size: 12ch; overflow-wrap: anywhere }`)
  document.adoptedStyleSheets = [sheet]
}"""


def test_a_face_that_would_move_what_is_read_waits_for_the_next_page(blog, new_page):
    page = new_page(viewport=TABLET)
    page.add_init_script(WIDE_STAND_IN)

    page.goto(pages.PUBLIC["post"])
    page.evaluate(UNTIL % "localStorage.face")
    page.wait_for_load_state("networkidle")
    first = is_ours(page)
    page.goto(pages.PUBLIC["short post"])
    page.wait_for_load_state("networkidle")
    moved = page.evaluate(SHIFTED)

    assert not first
    assert is_ours(page)
    assert sum(moved) < MOST_MOVED


def test_the_post_under_the_pointer_is_made_ready_and_no_list_is(blog, page):
    page.goto(pages.PUBLIC["listing"])
    link = page.locator("article :is(h2, h3) a").first

    with page.expect_request(lambda asked: "prefetch" in asked.headers.get("sec-purpose", "")):
        link.hover()

    rules = page.locator("script[type=speculationrules]")
    expect(rules).to_have_count(1)
    assert set(rules.evaluate("(one) => Object.keys(JSON.parse(one.textContent))")) == {"prerender"}


def test_who_saves_data_is_asked_for_no_post(blog, page):
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )

    page.goto(pages.PUBLIC["listing"])

    expect(page.locator("script[type=speculationrules]")).to_have_count(0)


LOOKS = """() => {
  const told = (element) => {
    const { color, font, marginBlockStart, display } = getComputedStyle(element)
    return [element.localName, element.className, color, font, marginBlockStart, display].join(" ")
  }
  return [...document.querySelectorAll("main :not(svg *)")].map(told)
}"""


def test_the_second_visit_looks_like_the_first_on_screen_and_on_paper(blog, page):
    seen = []

    for _ in range(2):
        page.goto(pages.PUBLIC["post"])
        page.wait_for_load_state("networkidle")
        page.evaluate(UNTIL % "localStorage.later")
        on_screen = page.evaluate(LOOKS)
        page.emulate_media(media="print")
        seen.append((on_screen, page.evaluate(LOOKS)))
        page.emulate_media(media="screen")

    assert seen[0] == seen[1]
