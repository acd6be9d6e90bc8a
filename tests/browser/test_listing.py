"""The listing as a reader uses it: filter, scroll, leave, come back."""

import re
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def blog(make_post):
    """75 posts, "Post 1" the newest; every second is about wal, every third about dns."""
    for number in range(1, 76):
        tags = ["wal"] * (number % 2 == 0) + ["dns"] * (number % 3 == 0)
        tags += ["rare"] * (number == 5)
        make_post(
            f"Post {number}",
            body="A sentence of some length, so that a card has its usual height. " * 6,
            tags=tags,
            domain="Data" if number % 5 else "Web",
            kind="note" if number % 7 else "guide",
            published_at=NEWEST - timedelta(days=number * 9),
        )


def titles(page):
    return page.locator(".post-card__title").all_inner_texts()


def status(page):
    return page.locator("[role=status]").first


def shown(page):
    return int(status(page).inner_text().split()[0])


def chip(page, name):
    return page.locator("#filter").get_by_role("checkbox", name=re.compile(f"^{name}"))


def state(page):
    """Where the page says it is, without the blog's own path."""
    return page.url.split("/", 3)[3].partition("eng/blog/")[2] or page.url.split("/", 3)[3]


def scroll_to_end(page):
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


def load_pages(page, number):
    """Scroll until page ``number`` is there."""
    for wanted in range(2, number + 1):
        scroll_to_end(page)
        expect(page.locator(f"#page-{wanted}")).to_be_attached()


def place(page):
    """Which post is under the middle of the window, and where exactly."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".post-card")]
             .map((card) => [card.id, Math.round(card.getBoundingClientRect().top)])
             .find(([, top]) => top > 0)"""
    )


def slow(page, *, times=None, part="fragment=", status=None):
    """Delay fragments by so many milliseconds each, in turn; or answer with a status."""
    waits = iter(times or [])

    def answer(route):
        if status:
            return route.fulfill(status=status, body="<p>no</p>")
        response = route.fetch()
        page.wait_for_timeout(next(waits, 0))
        return route.fulfill(response=response)

    page.route(re.compile(re.escape(part)), answer)


def test_a_tag_narrows_the_list_and_the_address(blog, page):
    page.goto("./")

    chip(page, "wal").check()

    expect(status(page)).to_have_text("37 posts tagged wal")
    expect(page).to_have_url(re.compile(r"/\?tag=wal$"))
    expect(page).to_have_title(re.compile("Tagged wal"))
    expect(page.locator("#post-post-1")).to_have_count(0)


def test_all_any_and_left_out(blog, page):
    page.goto("./")
    chip(page, "wal").check()
    chip(page, "dns").check()
    expect(status(page)).to_have_text("12 posts tagged dns and wal")

    page.locator("#match-any").check()
    expect(status(page)).to_have_text("50 posts tagged dns or wal")
    expect(page).to_have_url(re.compile(r"\?tag=dns&tag=wal&match=any$"))

    chip(page, "dns").uncheck()
    expect(status(page)).to_have_text("37 posts tagged wal")
    page.get_by_role("button", name="All 3 tags").click()
    page.locator("#without-dns").check()

    expect(status(page)).to_have_text("25 posts tagged wal, not tagged dns")
    expect(page).to_have_url(re.compile(r"\?tag=wal&match=any&not=dns$"))


@pytest.mark.parametrize("start", ["./", "./?tag=wal", "./?tag=wal&match=any", "./?not=dns"])
def test_each_number_is_what_the_click_shows(blog, page, start):
    page.goto(start)
    page.get_by_role("button", name="All 3 tags").click()
    boxes = page.locator("#tag-form input[type=checkbox]:not(:checked):not([aria-disabled])")
    ids = boxes.evaluate_all("boxes => boxes.map((box) => box.id)")
    before = status(page).inner_text()

    for id in ids:
        label = page.locator(f"label:has(#{id})")
        promised = int(label.locator(".filter-bar__count").inner_text().split()[0])
        page.locator(f"#{id}").check()
        expect(status(page)).not_to_have_text(before)
        expect(status(page)).to_have_text(re.compile(rf"^{promised} posts?\b"))
        page.locator(f"#{id}").uncheck()
        expect(status(page)).to_have_text(before)


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
    page.wait_for_timeout(500)
    page.evaluate("document.fonts.ready.then(() => true)")
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


def test_three_pages_come_by_scrolling_and_then_a_button(blog, page):
    page.goto("./")

    load_pages(page, 4)
    button = page.get_by_role("link", name="Load page 5")
    expect(button).to_be_visible()
    scroll_to_end(page)
    page.wait_for_timeout(500)

    assert len(titles(page)) == 48
    expect(page.locator(".footer")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"\?through=4(#page-\d)?$"))

    button.click()
    expect(page.locator("#page-5")).to_be_attached()
    first = page.locator("#page-5 .post-card__title a").first
    expect(first).to_be_focused()
    assert titles(page) == [f"Post {number}" for number in range(1, 61)]

    page.get_by_role("link", name="Load page 6").click()
    expect(page.get_by_role("link", name="Load page 7")).to_be_visible()
    page.get_by_role("link", name="Load page 7").click()
    expect(page.get_by_text("That is all 75. The oldest is from June 2024.")).to_be_visible()
    assert titles(page) == [f"Post {number}" for number in range(1, 76)]


@pytest.mark.parametrize("loaded", [2, 3])
def test_back_from_a_post_is_the_same_place(blog, page, loaded):
    page.goto("./?match=any&tag=wal&tag=dns")
    load_pages(page, loaded)
    page.locator(f"#page-{loaded} .post-card__title a").nth(4).scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    before, where = titles(page), place(page)

    page.locator(f"#page-{loaded} .post-card__title a").nth(4).click()
    expect(page.locator("h1")).to_have_text(re.compile("Post"))
    page.go_back(wait_until="commit")

    expect(page.locator(f"#page-{loaded}")).to_be_attached()
    page.wait_for_timeout(400)
    assert titles(page)[: len(before)] == before
    assert place(page)[0] == where[0]
    assert abs(place(page)[1] - where[1]) <= 2
    assert shown(page) == 50
    expect(chip(page, "wal")).to_be_checked()


def test_back_and_forward_between_filters_keep_pages_and_place(blog, page):
    page.goto("./")
    load_pages(page, 3)
    page.locator("#page-3 .post-card__title a").nth(4).scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    where = place(page)

    page.evaluate("document.querySelector('#chip-dns').click()")
    expect(status(page)).to_have_text("25 posts tagged dns")
    page.go_back(wait_until="commit")

    expect(status(page)).to_have_text("75 posts")
    expect(page.locator("#page-3")).to_be_attached()
    expect(chip(page, "dns")).not_to_be_checked()
    page.wait_for_timeout(400)
    assert place(page)[0] == where[0]
    assert abs(place(page)[1] - where[1]) <= 2

    page.go_forward(wait_until="commit")
    expect(status(page)).to_have_text("25 posts tagged dns")
    expect(chip(page, "dns")).to_be_checked()


def test_reloading_keeps_filter_pages_and_place(blog, page):
    page.goto("./?tag=wal")
    load_pages(page, 3)
    page.locator("#page-3 .post-card__title a").nth(3).scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    before, where = titles(page), place(page)

    page.reload()
    page.wait_for_timeout(400)

    assert titles(page)[: len(before)] == before
    assert place(page)[0] == where[0]
    expect(chip(page, "wal")).to_be_checked()


def test_a_shared_link_opens_at_the_senders_page(blog, page, new_page):
    page.goto("./?tag=wal")
    load_pages(page, 3)
    page.locator("#page-3").evaluate("(part) => part.scrollIntoView()")
    expect(page).to_have_url(re.compile(r"\?tag=wal&through=\d#page-3$"))

    other = new_page()
    other.goto(page.url)

    expect(other.locator("#page-3 .post-list__landmark")).to_be_in_viewport()
    expect(status(other)).to_have_text("37 posts tagged wal")
    assert titles(other)[:36] == titles(page)[:36]


def test_an_older_answer_never_replaces_a_newer_one(blog, page):
    page.goto("./")
    slow(page, times=[900, 50])

    chip(page, "wal").check()
    page.wait_for_timeout(60)
    chip(page, "dns").check()

    expect(status(page)).to_have_text("12 posts tagged dns and wal")
    page.wait_for_timeout(1_200)
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
    slow(page, times=[random.randrange(500) for _ in range(10)])
    chosen = set()

    for _ in range(10):
        name = random.choice(["wal", "dns", "rare"])
        page.evaluate(TOGGLE, name)
        chosen ^= {name}
        page.wait_for_timeout(random.randrange(40))

    query = "&".join([*(f"tag={name}" for name in sorted(chosen)), "match=any"])
    expect(page).to_have_url(re.compile(rf"\?{query}$"))
    page.wait_for_timeout(700)
    expect(page).to_have_url(re.compile(rf"\?{query}$"))
    found, sentence = titles(page), status(page).inner_text()
    for name in ("wal", "dns", "rare"):
        expect(chip(page, name)).to_be_checked(checked=name in chosen)
    page.goto(f"./?{query}")
    assert (titles(page)[:12], status(page).inner_text()) == (found[:12], sentence)


def test_a_page_on_its_way_is_dropped_when_the_filter_changes(blog, page):
    page.goto("./")
    slow(page, times=[900], part="fragment=posts")

    with page.expect_request(re.compile("fragment=posts")):
        scroll_to_end(page)
    page.evaluate("document.querySelector('#chip-dns').click()")
    expect(status(page)).to_have_text("25 posts tagged dns")
    page.wait_for_timeout(1_100)

    assert titles(page)[:12] == [f"Post {number}" for number in range(3, 39, 3)]
    assert len(set(titles(page))) == len(titles(page))


@pytest.mark.parametrize("failure", ["503", "network"])
def test_a_page_that_does_not_arrive_can_be_tried_again(blog, page, watch, failure):
    watch.allow("503", "htmx", "Failed to fetch")
    page.goto("./")
    calls = []

    def answer(route):
        calls.append(route.request.url)
        if len(calls) > 1:
            return route.continue_()
        if failure == "503":
            return route.fulfill(status=503, body="<p>later</p>")
        return route.abort()

    page.route(re.compile("fragment=posts"), answer)
    scroll_to_end(page)

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Page 2 did not arrive.")
    expect(alert.get_by_role("link", name="Open page 2 by itself")).to_be_visible()
    assert len(titles(page)) == 12

    alert.get_by_role("button", name="Try again").click()
    expect(page.locator("#page-2")).to_be_attached()
    expect(page.get_by_role("alert")).to_have_count(0)
    load_pages(page, 3)
    assert titles(page) == [f"Post {number}" for number in range(1, 37)]


def test_the_connections_return_tries_once_by_itself(blog, page, watch):
    watch.allow("htmx", "Failed to fetch", "ERR_INTERNET_DISCONNECTED")
    page.goto("./")
    page.context.set_offline(True)
    scroll_to_end(page)
    expect(page.get_by_role("alert")).to_contain_text("Page 2 did not arrive.")

    page.context.set_offline(False)

    expect(page.locator("#page-2")).to_be_attached()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_list_that_does_not_arrive_leaves_the_old_one(blog, page, watch):
    watch.allow("503", "htmx")
    page.goto("./")
    page.route(
        re.compile("fragment=results"), lambda route: route.fulfill(status=503, body="no"), times=1
    )

    chip(page, "wal").check()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The list did not arrive.")
    assert len(titles(page)) >= 12
    alert.get_by_role("button", name="Try again").click()

    expect(status(page)).to_have_text("37 posts tagged wal")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_by_keyboard_alone(blog, page):
    page.goto("./")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "chip-dns":
            break
    page.keyboard.press("Space")
    expect(status(page)).to_have_text("25 posts tagged dns")

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#all-tags")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="All 3 tags")
    expect(dialog).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#tags') !== null")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#all-tags")).to_be_focused()


def test_the_footer_is_few_keys_away(blog, page):
    page.goto("./")
    keys = ["Tab", "Enter", "Tab", "Enter", "Tab"]

    for key in keys:
        page.keyboard.press(key)

    assert page.evaluate("document.activeElement.closest('footer') !== null")
    expect(page.locator(".footer")).to_be_in_viewport()


def test_choosing_back_to_where_one_is_leaves_one_step_back(blog, page):
    page.goto("./tags")
    page.goto("./")
    slow(page, times=[300, 0])

    chip(page, "wal").check()
    chip(page, "wal").uncheck()
    expect(page.locator("#filter")).not_to_have_class(re.compile("htmx-request"))
    page.wait_for_timeout(500)
    page.go_back(wait_until="commit")

    expect(page.locator("h1")).to_have_text("Tags")


def test_only_the_page_being_read_is_printed(blog, page):
    page.goto("./?through=3#page-2")
    page.mouse.wheel(0, 50)
    expect(page.locator("#page-2")).to_have_attribute("data-reading", "")

    page.emulate_media(media="print")

    expect(page.locator("#page-2 .post-card").first).to_be_visible()
    for hidden in ("#page-1", "#page-3", "#filter", ".pager", ".timeline", ".footer"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".post-list__address")).to_be_visible()


def test_the_end_of_the_page_is_reached_by_the_end_key(blog, page):
    page.goto("./")

    for _ in range(8):
        page.keyboard.press("End")
        page.wait_for_timeout(300)

    expect(page.locator(".footer")).to_be_in_viewport()


def test_a_status_line_speaks_once_for_each_action(blog, page):
    page.goto("./")
    page.evaluate(
        """() => {
             window.said = []
             new MutationObserver(() => {
               const now = [...document.querySelectorAll("[role=status]")]
                 .filter((line) => !line.closest("[popover]"))
                 .map((line) => line.textContent.trim().replace(/\\s+/g, " "))
               now.forEach((text, index) => {
                 if (text && text !== window.before?.[index]) window.said.push(text)
               })
               window.before = now
             }).observe(document.body, {subtree: true, childList: true, characterData: true})
             window.before = [...document.querySelectorAll("[role=status]")]
               .filter((line) => !line.closest("[popover]"))
               .map((line) => line.textContent.trim().replace(/\\s+/g, " "))
           }"""
    )

    load_pages(page, 2)
    page.wait_for_timeout(300)
    assert page.evaluate("window.said") == ["Page 2 loaded, 12 more posts"]

    page.evaluate("window.said = []")
    page.evaluate("document.querySelector('#chip-dns').click()")
    expect(status(page)).to_have_text("25 posts tagged dns")
    page.wait_for_timeout(300)
    assert page.evaluate("window.said") == ["25 posts tagged dns"]


def test_clearing_the_filter_unchecks_everything(blog, page):
    page.goto("./")
    chip(page, "wal").check()
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


def test_the_form_of_all_tags_stays_open_while_one_chooses(blog, page):
    page.goto("./?tag=dns")
    page.get_by_role("button", name="All 3 tags").click()

    page.locator("#with-wal").check()
    expect(status(page)).to_have_text("12 posts tagged dns and wal")

    expect(page.get_by_role("dialog", name="All 3 tags")).to_be_visible()
    expect(chip(page, "wal")).to_be_checked()


def test_under_a_tag_the_filter_stays_in_its_place(blog, page):
    page.goto("./tags/dns")

    chip(page, "wal").check()

    expect(status(page)).to_have_text("12 posts tagged wal")
    expect(page).to_have_url(re.compile(r"/tags/dns\?tag=wal$"))


def test_without_javascript_forms_and_links_do_everything(blog, plain_page):
    page = plain_page
    page.goto("./")
    chip(page, "wal").check()
    chip(page, "dns").check()
    page.locator("#filter").get_by_role("button", name="Apply").first.click()
    expect(status(page)).to_have_text("12 posts tagged dns and wal")
    expect(page).to_have_url(re.compile(r"/\?tag=dns&tag=wal$"))

    page.get_by_role("button", name="All 3 tags").click()
    page.locator("#with-dns").uncheck()
    # It says that it leaves nothing, which is so while "dns" is asked for.
    page.locator("#without-dns").check(force=True)
    page.locator("#tag-form").get_by_role("button", name="Apply").click()
    expect(status(page)).to_have_text("25 posts tagged wal, not tagged dns")

    page.goto("./")
    found = titles(page)
    for number in range(2, 8):
        page.locator(".pager a[rel=next]").click()
        expect(page).to_have_url(re.compile(rf"\?page={number}$"))
        found += titles(page)
    assert found == [f"Post {number}" for number in range(1, 76)]


def test_a_reader_who_saves_data_is_asked_first(blog, page):
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    )
    page.goto("./")
    scroll_to_end(page)
    page.wait_for_timeout(600)
    assert len(titles(page)) == 12

    page.get_by_role("link", name="Load page 2").click()

    expect(page.locator("#page-2")).to_be_attached()


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 720}])
def test_the_first_title_is_on_screen_without_scrolling(blog, new_page, size):
    page = new_page(viewport=size)
    page.goto("./")

    box = page.locator(".post-card__title").first.bounding_box()

    assert box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1280, 1440])
def test_nothing_scrolls_sideways_and_targets_are_large(blog, new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.goto("./?tag=wal&not=dns&through=2")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main select, main label")]
             .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
             .filter(([, box]) => box.width * box.height && Math.min(box.width, box.height) < 23.9)
             .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1440, "height": 900}])
def test_axe_finds_nothing(blog, new_page, check_accessibility, scheme, size):
    page = new_page(viewport=size, color_scheme=scheme)
    for address in ("./?tag=wal&not=rare", "./?tag=wal&tag=rare", "./tags", "./archive"):
        page.goto(address)
        check_accessibility(page)

    page.goto("./")
    page.get_by_role("button", name="All 3 tags").click()
    check_accessibility(page)
