"""The listing as it meets a reader: by keyboard, without scripts, in any size and light."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.listing import chip, status, titles, write_posts


@pytest.fixture
def blog(prepare, make_post):
    prepare(write_posts, make_post)


def test_by_keyboard_alone(blog, page):
    page.goto("./")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "chip-dns":
            break
    page.keyboard.press("Space")
    expect(status(page)).to_have_text("25 posts tagged dns")
    # The filter is laid anew around the chip: the keys go on from it once it is.
    expect(page.locator("#chip-dns")).to_be_focused()
    expect(page.locator("#chip-dns")).to_be_checked()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "all-tags":
            break
    expect(page.locator("#all-tags")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="All 3 tags")
    expect(dialog).to_be_visible()
    # Once it has the focus, and keeps it.
    expect(dialog.locator(":focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(dialog.locator(":focus")).to_have_count(1)
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


@pytest.mark.proxied
@pytest.mark.under_path
def test_without_javascript_forms_and_links_do_everything(blog, plain_page):
    page = plain_page
    page.goto("./")
    chip(page, "wal").click()
    chip(page, "dns").click()
    page.locator("#filter").get_by_role("button", name="Apply").first.click()
    expect(status(page)).to_have_text("12 posts tagged dns and wal")
    expect(page).to_have_url(re.compile(r"/\?tag=dns&tag=wal$"))

    page.get_by_role("button", name="All 3 tags").click()
    page.get_by_role("link", name="Open them as a page").click()
    page.get_by_role("searchbox", name="Find a tag").fill("DN")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("#with-wal")).to_have_count(0)
    page.locator("#with-dns").click()
    # It says that it leaves nothing, which is so while "dns" is asked for.
    page.locator("#without-dns").check(force=True)
    page.get_by_role("button", name="Show the posts").click()
    expect(status(page)).to_have_text("25 posts tagged wal, not tagged dns")

    page.goto("./")
    found = titles(page)
    for number in range(2, 8):
        page.locator(".pager a[rel=next]").click()
        expect(page).to_have_url(re.compile(rf"\?page={number}$"))
        found += titles(page)
    assert found == [f"Post {number}" for number in range(1, 76)]


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 720}])
def test_the_first_title_is_on_screen_without_scrolling(blog, new_page, size):
    page = new_page(viewport=size)
    page.goto("./")

    box = page.locator(".post-card__title").first.bounding_box()

    assert box["y"] + box["height"] <= size["height"]


SMALL = """() => [...document.querySelectorAll("main a, main button, main select, main label")]
  .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
  .filter(([, box]) => box.width * box.height && Math.min(box.width, box.height) < 23.9)
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""


def test_nothing_scrolls_sideways_and_targets_are_large(blog, page):
    page.goto("./?tag=wal&not=dns&through=2")

    for width in (320, 360, 768, 1024, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(blog, new_page, check_accessibility, size):
    page = new_page(viewport=size)

    def check():
        page.emulate_media(color_scheme="light")
        check_accessibility(page)
        page.emulate_media(color_scheme="dark")
        check_accessibility(page, colours=True)

    for address in ("./?tag=wal&not=rare", "./?tag=wal&tag=rare", "./tags", "./archive"):
        page.goto(address)
        check()

    page.goto("./")
    page.get_by_role("button", name="All 3 tags").click()
    expect(page.locator("#with-dns")).to_be_visible()
    check()
