"""The listing as a reader narrows it."""

import re
from random import Random

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, TABLET
from tests.browser.listing import Gate, chip, come_to_rest, load_fonts, status, titles, write_posts


@pytest.fixture
def blog(prepare, make_post):
    prepare(write_posts, make_post)


@pytest.mark.proxied
@pytest.mark.under_path
def test_a_tag_narrows_the_list_and_the_address(blog, page):
    page.goto("./")

    chip(page, "wal").click()

    expect(status(page)).to_have_text("37 posts tagged wal")
    expect(page).to_have_url(re.compile(r"/\?tag=wal$"))
    expect(page).to_have_title(re.compile("Tagged wal"))
    expect(page.locator("#post-post-1")).to_have_count(0)


@pytest.mark.proxied
def test_all_any_and_left_out(blog, page):
    page.goto("./")
    chip(page, "wal").click()
    chip(page, "dns").click()
    expect(status(page)).to_have_text("12 posts tagged dns and wal")

    page.locator("#match-any").click()
    expect(status(page)).to_have_text("50 posts tagged dns or wal")
    expect(page).to_have_url(re.compile(r"\?tag=dns&tag=wal&match=any$"))

    chip(page, "dns").click()
    expect(status(page)).to_have_text("37 posts tagged wal")
    page.get_by_role("button", name="All 3 tags").click()
    page.locator("#without-dns").click()

    expect(status(page)).to_have_text("25 posts tagged wal, not tagged dns")
    expect(page).to_have_url(re.compile(r"\?tag=wal&match=any&not=dns$"))


@pytest.mark.parametrize("start", ["./", "./?tag=wal", "./?tag=wal&match=any", "./?not=dns"])
def test_each_number_is_what_the_click_shows(blog, page, start):
    page.goto(start)
    page.get_by_role("button", name="All 3 tags").click()
    chosen = page.locator(".tag-dialog__chosen a")
    expect(page.locator("#with-dns")).to_be_visible()
    boxes = page.locator("#tags input[type=checkbox]:not(:checked):not([aria-disabled])")
    ids = boxes.evaluate_all("boxes => boxes.map((box) => box.id)")
    before, taken = status(page).inner_text(), chosen.count()

    for id in ids:
        label = page.locator(f"label:has(#{id})")
        promised = int(label.locator(".filter-bar__count").inner_text().split()[0])
        page.locator(f"#{id}").click()
        expect(status(page)).not_to_have_text(before)
        expect(status(page)).to_have_text(re.compile(rf"^{promised} posts?\b"))
        expect(chosen).to_have_count(taken + 1)
        page.locator(f"#{id}").click()
        expect(status(page)).to_have_text(before)
        expect(chosen).to_have_count(taken)


def test_the_number_in_a_select_is_what_it_shows(blog, page):
    page.goto("./?tag=wal")
    options = page.locator("#pick-domain option:not([value=''])").all_inner_texts()
    assert len(options) == 2

    for text in options:
        name, promised = re.fullmatch(r"(.+) \((\d+)\)", text).groups()
        page.select_option("#pick-domain", value=name.lower())
        expect(status(page)).to_have_text(f"{promised} posts tagged wal, in {name}")


def test_what_is_chosen_is_in_sight_on_arrival(make_post, new_page):
    for number in range(14):
        make_post(f"Post {number}", tags=[f"a long name {number:02}"])
    page = new_page(viewport=PHONE)

    page.goto("./?tag=a-long-name-09")

    expect(chip(page, "a long name 09")).to_be_in_viewport(ratio=0.9)


FOCUSED = """() => {
  const one = document.activeElement
  const shown = (one.closest("label") ?? one).getBoundingClientRect()
  const row = one.closest(".filter-bar__chips, .filter-bar__controls") ?? document.documentElement
  const room = row.getBoundingClientRect()
  return {
    name: `${one.id} ${one.textContent}`.trim(),
    isWhole: shown.width >= 24 && shown.left >= room.left && shown.right <= room.right,
    isPost: !!one.closest("article"),
  }
}"""


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_what_the_tab_key_reaches_is_in_sight(make_post, new_page, size):
    for number in range(12):
        make_post(f"Post {number}", tags=[f"A tag of letters {number}"], domain="Data")
    page = new_page(viewport=size)
    page.goto("./?view=log")
    expect(page.locator("post-results:defined")).to_be_attached()

    page.locator("#timeline-slider").focus()
    found = []
    while not found or (len(found) < 60 and not found[-1]["isPost"]):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))

    assert found[-1]["isPost"]
    assert len(found) > 20
    assert [one["name"] for one in found if not one["isWhole"]] == []


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK])
def test_without_script_what_sends_the_form_is_in_sight(blog, new_page, size):
    page = new_page(viewport=size, java_script_enabled=False)

    page.goto("./?tag=wal&match=any")

    box = page.get_by_role("button", name="Apply").first.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]


def test_a_choice_that_leaves_nothing_says_so_and_stays(blog, page):
    page.goto("./?tag=wal")
    rare = chip(page, "rare")

    expect(rare).to_have_attribute("aria-disabled", "true")
    expect(rare).to_have_accessible_name(re.compile("0 posts, so this cannot be chosen"))
    rare.focus()
    page.keyboard.press("Space")

    expect(rare).not_to_be_checked()
    expect(page).to_have_url(re.compile(r"\?tag=wal$"))


WHERE = """chips => chips.map((chip) => {
  const box = chip.closest("label").getBoundingClientRect()
  return [chip.id, ...[box.left, box.top, box.width].map(Math.round)]
})"""


@pytest.mark.parametrize("pages", [1, 3])
@pytest.mark.parametrize("name", ["dns", "rare"])
def test_a_toggle_moves_no_chip_and_keeps_the_focus(blog, page, pages, name):
    page.goto(f"./?through={pages}" if pages > 1 else "./")
    page.evaluate(f"scrollTo(0, {1500 * (pages - 1)})")
    # Our fonts arrive after the first frame, and are a hair wider than their stand-ins.
    load_fonts(page)
    come_to_rest(page)
    before = page.locator("#filter input[name=tag]").evaluate_all(WHERE)

    chip(page, name).focus()
    page.keyboard.press("Space")
    expect(status(page)).to_have_text(re.compile(f"tagged {name}"))
    assert page.locator("#filter input[name=tag]").evaluate_all(WHERE) == before
    expect(chip(page, name)).to_be_focused()

    page.keyboard.press("Space")
    expect(status(page)).to_have_text("75 posts")
    assert page.locator("#filter input[name=tag]").evaluate_all(WHERE) == before


def test_a_chip_beyond_the_first_stays_when_it_is_let_go(make_post, page):
    for number in range(15):
        make_post(f"Post {number}", tags=[f"tag {number:02}"])
    page.goto("./?tag=tag-14")

    chip(page, "tag 14").focus()
    page.keyboard.press("Space")
    expect(status(page)).to_have_text("15 posts")

    expect(chip(page, "tag 14")).not_to_be_checked()
    expect(chip(page, "tag 14")).to_be_focused()


def test_an_older_answer_never_replaces_a_newer_one(blog, page):
    page.goto("./")
    gate = Gate(page)

    for name in ("wal", "dns"):
        with page.expect_request(re.compile("fragment=results")):
            chip(page, name).click()
    gate.answer(1)
    expect(status(page)).to_have_text("12 posts tagged dns and wal")
    gate.open()
    come_to_rest(page)

    expect(status(page)).to_have_text("12 posts tagged dns and wal")
    expect(page).to_have_url(re.compile(r"\?tag=dns&tag=wal$"))
    expect(chip(page, "wal")).to_be_checked()
    page.go_back(wait_until="commit")
    expect(status(page)).to_have_text("75 posts")


TOGGLE = """(name) => {
  const chip = document.querySelector(`#chip-${name}`)
  chip.removeAttribute("aria-disabled")
  chip.click()
}"""


@pytest.mark.parametrize("seed", range(3))
def test_quick_toggles_end_where_the_last_one_says(blog, page, seed):
    random = Random(seed)
    page.goto("./?match=any")
    gate = Gate(page)
    chosen = set()

    for _ in range(10):
        name = random.choice(["wal", "dns", "rare"])
        page.evaluate(TOGGLE, name)
        chosen ^= {name}
        for _ in range(random.randrange(len(gate.held) + 1)):
            gate.answer(random.randrange(len(gate.held)))
    gate.open()

    query = "&".join([*(f"tag={name}" for name in sorted(chosen)), "match=any"])
    expect(page).to_have_url(re.compile(rf"\?{query}$"))
    come_to_rest(page)
    expect(page).to_have_url(re.compile(rf"\?{query}$"))
    found, sentence = titles(page), status(page).inner_text()
    for name in ("wal", "dns", "rare"):
        expect(chip(page, name)).to_be_checked(checked=name in chosen)
    page.goto(f"./?{query}")
    assert (titles(page)[:12], status(page).inner_text()) == (found[:12], sentence)


@pytest.mark.parametrize("failure", ["refused", "cut off"])
def test_a_list_that_does_not_arrive_leaves_the_old_one(blog, page, watch, failure):
    def fail(route):
        route.abort() if failure == "cut off" else route.fulfill(status=503, body="no")

    watch.allow("503", "htmx")
    page.goto("./")
    page.route(re.compile("fragment=results"), fail, times=1)

    chip(page, "wal").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The list did not arrive.")
    assert len(titles(page)) >= 12
    alert.get_by_role("button", name="Try again").click()

    expect(status(page)).to_have_text("37 posts tagged wal")
    expect(status(page)).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_clearing_the_filter_unchecks_everything(blog, page):
    page.goto("./")
    chip(page, "wal").click()
    expect(status(page)).to_have_text("37 posts tagged wal")

    page.get_by_role("link", name="Clear filters").first.click()

    expect(status(page)).to_have_text("75 posts")
    expect(chip(page, "wal")).not_to_be_checked()


def test_all_tags_can_be_searched(blog, page):
    page.goto("./")
    page.get_by_role("button", name="All 3 tags").click()

    page.get_by_role("searchbox", name="Find a tag").fill("DN")

    expect(page.locator("#with-dns")).to_be_visible()
    expect(page.locator("#with-wal")).to_be_hidden()


@pytest.mark.under_path
def test_the_form_of_all_tags_stays_open_while_one_chooses(blog, page):
    page.goto("./?tag=dns")
    page.get_by_role("button", name="All 3 tags").click()

    page.locator("#with-wal").click()
    expect(status(page)).to_have_text("12 posts tagged dns and wal")

    expect(page.get_by_role("dialog", name="All 3 tags")).to_be_visible()
    expect(chip(page, "wal")).to_be_checked()


@pytest.mark.proxied
@pytest.mark.under_path
def test_under_a_tag_the_filter_stays_in_its_place(blog, page):
    page.goto("./tags/dns")

    chip(page, "wal").click()

    expect(status(page)).to_have_text("12 posts tagged wal")
    expect(page).to_have_url(re.compile(r"/tags/dns\?tag=wal$"))
