"""What narrows the list besides the filter bar, and what is new in it."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.listing import Gate, chip, come_to_rest, load_fonts, status, write_posts

AWAKE = "time-line:defined"


@pytest.fixture
def blog(prepare, make_post):
    prepare(write_posts, make_post)


def token(page, name):
    return page.get_by_role("link", name=name, exact=True)


# Tokens.


def test_one_press_takes_one_choice_back_and_the_focus_goes_on(blog, page):
    page.goto("./?tag=dns&tag=wal&domain=data")
    expect(chip(page, "wal")).to_be_checked()

    token(page, "Remove tag dns").focus()
    page.keyboard.press("Enter")

    expect(status(page)).to_have_text(re.compile("^30 posts tagged wal, in Data$"))
    expect(page).to_have_url(re.compile(r"\?tag=wal&domain=data$"))
    expect(chip(page, "dns")).not_to_be_checked()
    expect(token(page, "Remove tag wal")).to_be_focused()
    page.keyboard.press("Enter")
    expect(token(page, "Remove domain Data")).to_be_focused()
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("75 posts")
    expect(status(page)).to_be_focused()
    page.go_back()
    expect(status(page)).to_have_text("60 posts in Data")


def test_quick_presses_add_up(blog, page):
    page.goto("./?tag=dns&tag=wal&domain=data&year=2025")
    expect(chip(page, "wal")).to_be_checked()
    gate = Gate(page)

    for name in ("Remove tag dns", "Remove domain Data", "Remove 2025"):
        with page.expect_request(re.compile("fragment=results")):
            token(page, name).click()
    gate.open()

    expect(status(page)).to_have_text("37 posts tagged wal")
    come_to_rest(page)
    expect(page).to_have_url(re.compile(r"\?tag=wal$"))


def test_words_and_operators_are_taken_back_one_by_one(blog, page):
    page.goto("./?q=sentence+tag%3Adns+kind%3Anote&domain=data")
    before = status(page).inner_text()

    token(page, "Remove tag:dns").click()
    expect(token(page, "Remove tag:dns")).to_have_count(0)
    expect(status(page)).not_to_have_text(before)
    expect(token(page, "Remove kind:note")).to_be_visible()
    page.get_by_role("link", name="Clear filters").first.click()

    expect(status(page)).to_have_text("75 posts")
    expect(page.locator(".chosen")).to_have_count(0)


def test_tokens_wrap_on_a_phone_and_work_without_a_script(blog, new_page):
    page = new_page(viewport=PHONE, java_script_enabled=False)
    page.goto("./?tag=dns&tag=wal&not=rare&domain=data&kind=note&year=2025")

    boxes = page.locator(".chosen a").evaluate_all(
        "links => links.map((link) => link.getBoundingClientRect().right)"
    )
    assert max(boxes) <= PHONE["width"]
    token(page, "Remove kind note").click()

    expect(page).to_have_url(re.compile(r"\?tag=dns&tag=wal&not=rare&domain=data&year=2025$"))


# The timeline.


def bar(page, year, month):
    """The middle of a month's place in the picture."""
    line = page.locator("time-line")
    first = int(line.get_attribute("data-first"))
    count = len(line.get_attribute("data-numbers").split(","))
    box = line.bounding_box()
    x = ((year - first) * 12 + month - 0.5) / count * box["width"]
    return {"x": x, "y": box["height"] / 2}


def test_a_bar_narrows_the_list_to_its_month_and_lets_it_go(blog, page):
    page.goto("./?tag=wal")
    expect(page.locator(AWAKE)).to_be_attached()
    line = page.locator("time-line")

    line.hover(position=bar(page, 2026, 3))
    said = page.locator(".timeline__said")
    expect(said).to_have_text(re.compile(r"^March 2026: \d posts?$"))
    promised = said.inner_text().split(": ")[1]
    line.click(position=bar(page, 2026, 3))

    expect(status(page)).to_have_text(re.compile(rf"^{promised} tagged wal, from March 2026$"))
    expect(page).to_have_url(re.compile(r"\?tag=wal&year=2026&month=3$"))
    page.get_by_role("link", name=re.compile("^March 2026: ")).click()
    expect(status(page)).to_have_text(re.compile("tagged wal, from 2026$"))
    page.get_by_role("link", name=re.compile("^2026: ")).click()
    expect(status(page)).to_have_text("37 posts tagged wal")


def test_the_arrow_keys_go_from_month_to_month(blog, page):
    page.goto("./")
    expect(page.locator(AWAKE)).to_be_attached()
    slider = page.get_by_role("slider")

    slider.focus()
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^April 2026: 3 posts$"))
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^March 2026: \d posts$"))
    page.keyboard.press("PageDown")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^March 2025: \d posts$"))
    page.keyboard.press("Enter")

    expect(status(page)).to_have_text(re.compile("from March 2025$"))
    expect(slider).to_be_focused()


def test_time_runs_from_the_right_where_words_do(blog, page):
    page.goto("./?tag=wal")
    expect(page.locator(AWAKE)).to_be_attached()
    page.evaluate("document.documentElement.dir = 'rtl'")
    line, slider = page.locator("time-line"), page.get_by_role("slider")
    left = bar(page, 2026, 3)
    mirrored = {"x": line.bounding_box()["width"] - left["x"], "y": left["y"]}

    line.hover(position=mirrored)
    expect(page.locator(".timeline__said")).to_have_text(re.compile("^March 2026: "))
    said, at = page.locator(".timeline__said").bounding_box(), line.bounding_box()["x"]
    assert said["x"] <= at + mirrored["x"] <= said["x"] + said["width"]
    slider.focus()
    page.keyboard.press("ArrowRight")

    expect(slider).to_have_attribute("aria-valuetext", re.compile("^February 2026: "))
    line.click(position=mirrored)
    expect(status(page)).to_have_text(re.compile("tagged wal, from March 2026$"))


def test_on_a_phone_thirty_years_are_chosen_year_by_year(make_post, new_page):
    for year in range(1996, 2027, 2):
        make_post(f"Post {year}", published_at=datetime(year, 3, 1, tzinfo=UTC))
    page = new_page(viewport=PHONE, color_scheme="dark")
    page.goto("./")
    expect(page.locator(AWAKE)).to_be_attached()

    page.locator("time-line").click(position=bar(page, 2006, 9))

    expect(status(page)).to_have_text("1 post from 2006")
    months = page.get_by_role("navigation", name="Months")
    expect(months.get_by_role("link", name="March 2006: 1 post")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# What every number promises.


STATES = [
    *("./", "./?tag=dns&not=rare", "./?tag=dns&tag=wal&match=any&domain=data"),
    "./tags/wal?year=2025",
]


@pytest.mark.parametrize("state", STATES)
def test_every_number_is_what_the_list_says_after_the_click(blog, page, state):
    page.goto(state)
    expect(page.locator(AWAKE)).to_be_attached()
    before = status(page).inner_text()

    def shows(promised):
        expect(status(page)).to_have_text(re.compile(rf"^{promised} posts?\b"))
        page.goto(state)
        expect(page.locator(AWAKE)).to_be_attached()
        expect(status(page)).to_have_text(before)

    boxes = page.locator("#filter input[type=checkbox]:not(:checked):not([aria-disabled])")
    for id in boxes.evaluate_all("boxes => boxes.map((box) => box.id)"):
        label = page.locator(f"label:has(#{id})")
        promised = label.locator(".filter-bar__count").inner_text().split()[0]
        page.locator(f"#{id}").click()
        shows(promised)

    for select in ("domain", "kind", "year", "month"):
        options = page.locator(f"#pick-{select} option:not([value='']):not([selected]):enabled")
        for text in options.all_inner_texts()[:2]:
            promised = re.fullmatch(r"(.+) \((\d+)\)", text.strip())[2]
            if select != "domain":
                page.get_by_role("button", name=re.compile("^More")).click()
            page.select_option(f"#pick-{select}", label=text)
            shows(promised)

    for selector in (".timeline__years a[data-choice]:not([aria-current])", ".chosen__one[title]"):
        for at in range(min(2, page.locator(selector).count())):
            link = page.locator(selector).nth(at)
            words = link.get_attribute("title") or link.get_attribute("aria-label")
            promised = re.search(r"(\d+) posts?$", words)[1]
            link.click()
            shows(promised)


# What is new.


FRESH = ".new-since__mark"
PLACES = """() => [...document.querySelectorAll("main article, #filter, .pager")]
  .map((element) => element.getBoundingClientRect())
  .map((box) => [box.x, box.y, box.width, box.height].map(Math.round))"""


def visit(page, moment, address="./"):
    if page.url != "about:blank":
        # What is left behind ends its visit by its own clock.
        page.goto("about:blank")
    page.clock.set_fixed_time(moment)
    page.goto(address)
    expect(page.locator("new-since:defined")).to_be_attached()
    load_fonts(page)
    come_to_rest(page)


def may(day, hour=12, minute=0):
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def test_what_came_out_since_the_last_visit_is_marked(blog, page, make_post):
    visit(page, may(10))
    expect(page.locator(FRESH)).to_have_count(0)
    visit(page, may(10, 12, 20))
    expect(page.locator(FRESH)).to_have_count(0)
    make_post("Fresh", tags=["wal"], published_at=may(11))
    make_post("Fresher", published_at=may(12))

    visit(page, may(14))
    expect(page.locator(FRESH)).to_have_text(["New", "New"])
    line = page.get_by_role("link", name="2 new since your last visit on 10 May")
    expect(line).to_have_attribute("href", "#post-fresh")

    chip(page, "wal").click()
    expect(page.locator(FRESH)).to_have_count(1)
    expect(page.locator("#post-fresh .new-since__mark")).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator(FRESH)).to_have_count(0)
    expect(page.locator(".new-since__show")).to_have_count(0)
    visit(page, may(14, 12, 5))
    expect(page.locator(FRESH)).to_have_count(0)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("view", ["cards", "log"])
def test_nothing_moves_when_something_is_new(blog, new_page, make_post, size, view):
    make_post("Fresh", published_at=may(11))
    options = {"viewport": PHONE} if size == "phone" else {}
    address = "./" if view == "cards" else f"./?view={view}"
    first = new_page(**options)
    visit(first, may(14), address)
    second = new_page(**options)
    slot = "Object.keys(localStorage).find((key) => key.startsWith('visit '))"
    name = first.evaluate(slot)
    second.add_init_script(
        f"localStorage.setItem({name!r}, JSON.stringify({{ last: {may(10).timestamp() * 1000} }}))"
    )

    visit(second, may(14), address)

    expect(second.locator(FRESH)).to_have_count(1)
    assert second.evaluate(PLACES) == first.evaluate(PLACES)


def test_a_browser_that_keeps_nothing_shows_nothing(blog, page, make_post):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )

    visit(page, may(10))
    make_post("Fresh", published_at=may(11))
    visit(page, may(14))

    expect(page.locator(FRESH)).to_have_count(0)
    expect(page.locator("#post-fresh")).to_be_visible()
