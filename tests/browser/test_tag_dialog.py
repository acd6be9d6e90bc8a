"""All tags over the listing: found by the server while one types."""

import re

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.posts.models import Tag
from blogapp.posts.tagging import add_alias
from tests.browser.conftest import PHONE
from tests.browser.listing import Gate, chip, status, write_posts
from tests.browser.measures import STICKING_OUT


@pytest.fixture
def blog(prepare, make_post):
    prepare(write_posts, make_post)


@pytest.fixture
def many(make_post):
    for number in range(3):
        tags = [f"{word} {n:02}" for n in range(30) for word in ("alpha", "beta", "gamma")]
        make_post(f"Post {number}", tags=tags[number:])
    tag = db.session.query(Tag).filter_by(name="gamma 07").one()
    add_alias(tag, "Γ seven")
    db.session.commit()


def open_dialog(page, name):
    page.get_by_role("button", name=name).click()
    expect(page.locator("#tags [data-said]")).to_be_visible()
    return page.get_by_role("dialog", name=name)


def field(page):
    return page.get_by_role("searchbox", name="Find a tag")


def test_the_page_holds_few_tags_and_the_dialog_asks_for_the_rest(many, page):
    page.goto("./")
    assert page.locator("input[name=tag]").count() == 12

    dialog = open_dialog(page, "All 90 tags")

    expect(dialog.locator(".tag-dialog__tag")).to_have_count(60)
    expect(dialog.locator("[data-said]")).to_have_text("30 more tags: type to narrow.")
    field(page).fill("γ SEV")
    expect(dialog.locator(".tag-dialog__tag")).to_have_count(1)
    expect(dialog.locator(".tag-dialog__tag")).to_contain_text("also Γ seven")
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_tag_is_found_chosen_and_let_go_by_keyboard(many, page):
    page.goto("./")
    open_dialog(page, "All 90 tags")
    expect(field(page)).to_be_focused()

    page.keyboard.type("beta 29")
    expect(page.locator(".tag-dialog__tag")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#with-beta-29")).to_be_focused()
    page.keyboard.press("Space")

    expect(status(page)).to_have_text("3 posts tagged beta 29")
    expect(page.locator(".tag-dialog__chosen a")).to_have_text("beta 29")
    expect(page.locator("#with-beta-29")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?tag=beta-29$"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("3 posts")
    expect(chip(page, "beta 29")).not_to_be_checked()
    expect(field(page)).to_be_focused()
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("button", name="All 90 tags")).to_be_focused()


def test_an_older_answer_never_replaces_a_newer_one(many, page):
    page.goto("./")
    dialog = open_dialog(page, "All 90 tags")
    gate = Gate(page, "fragment=tags")

    for words in ("alpha", "beta 1"):
        with page.expect_request(re.compile("fragment=tags")):
            field(page).fill(words)
    gate.answer(1)
    expect(dialog.locator(".tag-dialog__tag")).to_have_count(10)
    gate.open()

    expect(dialog.locator("[aria-busy]")).to_have_count(0)
    expect(dialog.locator(".tag-dialog__tag")).to_have_count(10)
    expect(page.locator("#with-beta-10")).to_be_visible()


def test_tags_that_do_not_arrive_can_be_asked_for_again(blog, page, watch):
    watch.allow("503", "Error")
    page.goto("./")
    page.route(
        re.compile("fragment=tags"), lambda route: route.fulfill(status=503, body="no"), times=1
    )

    page.get_by_role("button", name="All 3 tags").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The tags did not arrive.")
    alert.get_by_role("button", name="Try again").click()

    expect(page.locator("#with-dns")).to_be_visible()
    expect(field(page)).to_be_focused()


@pytest.mark.parametrize("arrives", [True, False])
def test_the_focus_stays_in_the_dialog_when_the_list_comes_later(blog, page, watch, arrives):
    watch.allow("503", "Error")
    page.goto("./")
    gate = Gate(page, "fragment=tags")
    page.get_by_role("button", name="All 3 tags").click()
    expect(field(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Open them as a page")).to_be_focused()

    if arrives:
        gate.open()
    else:
        gate.wait_for(1)
        gate.held.pop().fulfill(status=503, body="no")

    expect(page.get_by_role("link", name="Open them as a page")).to_be_hidden()
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#all-tags")).to_be_focused()


def test_on_a_phone_the_dialog_fits_and_no_keyboard_covers_it(many, new_page):
    page = new_page(viewport=PHONE | {"width": 360}, has_touch=True, is_mobile=True)
    page.goto("./?tag=alpha-05&not=beta-00")

    dialog = open_dialog(page, "All 90 tags")

    expect(dialog).to_be_focused()
    assert page.evaluate(STICKING_OUT) == []
