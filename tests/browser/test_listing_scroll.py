"""The listing as a reader scrolls it: pages that follow, or do not arrive."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.listing import (
    Gate,
    chip,
    come_to_rest,
    load_pages,
    scroll_to_end,
    status,
    stay,
    titles,
    write_posts,
)


@pytest.fixture
def blog(prepare, make_post):
    prepare(write_posts, make_post)


@pytest.mark.proxied
@pytest.mark.under_path
def test_three_pages_come_by_scrolling_and_then_a_button(blog, page):
    page.goto("./")

    load_pages(page, 4)
    button = page.get_by_role("link", name="Load page 5")
    expect(button).to_be_visible()
    scroll_to_end(page)
    stay(page, 4)

    assert len(titles(page)) == 48
    expect(page.locator("#listing")).not_to_have_attribute("aria-busy", "true")
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


@pytest.mark.proxied
def test_pages_follow_while_the_focus_is_on_a_chip_or_a_card(blog, page):
    page.goto("./")
    chip(page, "wal").click()
    expect(status(page)).to_have_text("37 posts tagged wal")
    expect(page.locator("#chip-wal")).to_be_focused()

    load_pages(page, 2)
    expect(page.locator("#chip-wal")).to_be_focused()
    page.locator("#page-2 .post-card__title a").last.focus()
    load_pages(page, 3)

    # The next one may be on its way.
    assert titles(page)[:36] == [f"Post {number}" for number in range(2, 73, 2)]


def test_nothing_pushes_away_the_footer_that_holds_the_focus(blog, page):
    page.goto("./")
    page.locator(".footer a").first.focus()

    scroll_to_end(page)
    come_to_rest(page)

    assert len(titles(page)) == 12


def test_who_had_come_to_the_button_goes_on_where_new_posts_begin(blog, page):
    page.goto("./")
    gate = Gate(page, "fragment=posts")
    with page.expect_request(re.compile("fragment=posts")):
        scroll_to_end(page)
    page.get_by_role("link", name="Load page 2").focus()

    gate.open()

    expect(page.locator("#page-2 .post-card__title a").first).to_be_focused()


def test_a_page_on_its_way_is_dropped_when_the_filter_changes(blog, page):
    page.goto("./")
    gate = Gate(page, "fragment=posts")

    with page.expect_request(re.compile("fragment=posts")):
        scroll_to_end(page)
    page.evaluate("document.querySelector('#chip-dns').click()")
    expect(status(page)).to_have_text("25 posts tagged dns")
    gate.open()
    come_to_rest(page)

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


def test_only_the_page_being_read_is_printed(blog, page):
    page.goto("./?through=3#page-2")
    page.mouse.wheel(0, 50)
    expect(page.locator("#page-2")).to_have_attribute("data-reading", "")

    page.emulate_media(media="print")
    # The marking of the page being read follows a scroll by a fifth of a second.
    page.evaluate("new Promise((d) => { dispatchEvent(new Event('scroll')); setTimeout(d, 400) })")

    expect(page.locator("#page-2 .post-card").first).to_be_visible()
    for hidden in ("#page-1", "#page-3", "#filter", ".pager", ".timeline", ".footer"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".post-list__address")).to_be_visible()


def test_the_end_of_the_page_is_reached_by_the_end_key(blog, page):
    page.goto("./")

    for _ in range(8):
        page.keyboard.press("End")
        come_to_rest(page)

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
    come_to_rest(page)
    assert page.evaluate("window.said") == ["Page 2 loaded, 12 more posts"]

    page.evaluate("window.said = []")
    page.evaluate("document.querySelector('#chip-dns').click()")
    expect(status(page)).to_have_text("25 posts tagged dns")
    come_to_rest(page)
    assert page.evaluate("window.said") == ["25 posts tagged dns"]


def test_a_reader_who_saves_data_is_asked_first(blog, page):
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    )
    page.goto("./")
    scroll_to_end(page)
    come_to_rest(page)
    assert len(titles(page)) == 12

    page.get_by_role("link", name="Load page 2").click()

    expect(page.locator("#page-2")).to_be_attached()
