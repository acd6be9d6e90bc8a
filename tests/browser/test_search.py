"""The search field: what it suggests, and that it stays a field whatever comes back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.listing import Gate, chip, status
from tests.browser.measures import STICKING_OUT

LONG = "A sentence about nothing in particular, so that there is something to scroll past.\n\n" * 60
BODY = f"""
Words.

## What a lease promises

{LONG}

Here a *heartbeat* renews it.

## Afterwards

{LONG}
"""
SUGGESTIONS = "fragment=suggestions"


@pytest.fixture
def blog(make_post):
    make_post("Leases and clocks", body=BODY, tags=["Leases", "dns"], domain="Data")
    make_post("A queue of leases", body="Words.", tags=["Leases"])
    make_post("Nothing of the kind", body="Words.", tags=["dns"])


@pytest.fixture
def field(blog, page):
    """The field of an open page, ready for keys."""
    page.goto("./")
    return reach(page)


def reach(page):
    field = page.locator("#site-search")
    page.keyboard.press("/")
    expect(field).to_have_attribute("aria-expanded", "false")
    return field


def suggestions(page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def chosen(page):
    return page.locator("[role=option][aria-selected=true]")


def settle(page):
    """Wait until what was let go has been read: a question asked now is answered after it."""
    page.evaluate("() => fetch(location.href, { method: 'HEAD', cache: 'no-store' }).then(() => 1)")
    page.evaluate("() => new Promise(requestAnimationFrame).then(() => 1)")


@pytest.mark.proxied
@pytest.mark.under_path
def test_keys_walk_through_what_is_suggested(page, field, check_accessibility):
    page.keyboard.insert_text("lease")
    expect(suggestions(page).first).to_contain_text("Leases and clocks")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("search-box [aria-live]")).to_have_text("4 suggestions")
    check_accessibility(page)

    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", chosen(page).get_attribute("id"))
    expect(chosen(page)).to_contain_text("Leases and clocks")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("A queue of leases")
    page.keyboard.press("Home")
    expect(chosen(page)).to_have_count(0)
    expect(field).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_have_text("Search for “lease”")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/posts/leases-and-clocks$"))


def test_escape_closes_then_empties_then_leaves(page, field):
    page.keyboard.insert_text("lease")
    expect(suggestions(page)).not_to_have_count(0)

    page.keyboard.press("Escape")
    expect(suggestions(page)).to_have_count(0)
    expect(field).to_have_value("lease")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


@pytest.mark.under_path
def test_enter_without_a_choice_searches_and_tab_leaves(page, field):
    page.keyboard.insert_text("lease")
    expect(suggestions(page)).not_to_have_count(0)
    page.keyboard.press("Tab")
    expect(suggestions(page)).to_have_count(0)

    field.press("Enter")

    expect(page).to_have_url(re.compile(r"/\?q=lease$"))
    expect(field).to_have_value("lease")


@pytest.mark.under_path
def test_a_press_on_a_suggestion_opens_it(page, field):
    page.keyboard.insert_text("lease")

    suggestions(page).filter(has_text="Tag: Leases").click()

    expect(page).to_have_url(re.compile("/tags/leases$"))


def test_only_the_answer_to_the_last_question_is_shown(page, field):
    gate = Gate(page, SUGGESTIONS)

    # In one go: between keys that come slowly there would be questions of their own.
    for typed in ("lease", "s and"):
        with page.expect_request(re.compile(SUGGESTIONS)):
            page.keyboard.insert_text(typed)
    gate.answer(1)
    expect(suggestions(page)).to_have_count(2)
    gate.open()
    settle(page)

    expect(suggestions(page)).to_have_text(
        [re.compile("Leases and clocks"), "Search for “leases and”"]
    )


def test_what_was_chosen_stays_chosen_when_a_newer_answer_comes(page, field):
    page.keyboard.insert_text("lease")
    expect(suggestions(page)).not_to_have_count(0)
    gate = Gate(page, SUGGESTIONS)
    with page.expect_request(re.compile(SUGGESTIONS)):
        page.keyboard.insert_text("s")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("A queue of leases")
    gate.answer()
    expect(suggestions(page).last).to_have_text("Search for “leases”")
    settle(page)

    expect(chosen(page)).to_contain_text("A queue of leases")
    expect(field).to_have_attribute("aria-activedescendant", chosen(page).get_attribute("id"))


@pytest.mark.parametrize("leave", ["Escape", "Tab"])
def test_an_answer_that_comes_too_late_opens_nothing(page, field, leave):
    gate = Gate(page, SUGGESTIONS)
    with page.expect_request(re.compile(SUGGESTIONS)):
        page.keyboard.insert_text("lease")
    gate.wait_for(1)

    page.keyboard.press(leave)
    gate.open()
    settle(page)

    expect(suggestions(page)).to_have_count(0)


FAILURES = {
    "refused": {"status": 503, "body": "no"},
    "not ours": {"status": 200, "body": "<h1>Welcome to the hotel</h1>"},
}


@pytest.mark.parametrize("failure", [*FAILURES, "cut off"])
def test_an_answer_that_fails_is_not_missed(page, field, watch, failure):
    watch.allow("503")

    def fail(route):
        route.fulfill(**FAILURES[failure]) if failure in FAILURES else route.abort()

    page.keyboard.insert_text("lease")
    expect(suggestions(page)).not_to_have_count(0)
    page.route(re.compile(SUGGESTIONS), fail)
    page.keyboard.type("s")
    expect(suggestions(page)).to_have_count(0)
    assert page.get_by_role("alert").count() == 0

    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=leases$"))


@pytest.mark.under_path
def test_without_its_script_the_field_is_a_form(blog, page, watch):
    page.route(re.compile("search-box"), lambda route: route.abort())
    page.goto("./")

    page.keyboard.press("/")
    page.keyboard.insert_text("lease")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/\?q=lease$"))


def test_what_is_typed_before_the_script_comes_is_asked(blog, page):
    gate = Gate(page, "search-box")
    page.goto("./")

    page.keyboard.press("/")
    page.keyboard.type("lease")
    gate.answer()

    expect(suggestions(page)).not_to_have_count(0)


def test_a_word_that_is_being_composed_is_not_asked_for(page, field):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    keys = page.context.new_cdp_session(page)

    for text in ("れ", "れい"):
        keys.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
    with page.expect_request(re.compile(SUGGESTIONS)):
        keys.send("Input.insertText", {"text": "例"})
    expect(field).to_have_value("例")

    assert len([url for url in asked if SUGGESTIONS in url]) == 1
    expect(suggestions(page)).to_have_text("Search for “例”")


def test_on_a_phone_the_field_takes_the_row_and_what_it_suggests_the_width(blog, new_page):
    page = new_page(viewport=PHONE, has_touch=True)
    page.goto("./tags/dns")

    page.locator(".header__search label").tap()
    page.keyboard.type("lease")
    expect(suggestions(page).last).to_have_text("Search all posts for “lease”")

    for option in suggestions(page).all():
        box = option.bounding_box()
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    assert page.evaluate(STICKING_OUT) == []
    suggestions(page).filter(has_text="A queue of leases").tap()
    expect(page).to_have_url(re.compile("/posts/a-queue-of-leases$"))


def test_the_search_keeps_what_was_just_chosen(blog, page):
    page.goto("./")
    chip(page, "dns").click()
    expect(status(page)).to_have_text("2 posts tagged dns")

    reach(page)
    page.keyboard.type("lease")
    expect(suggestions(page).last).to_have_text("Search all posts for “lease”")
    suggestions(page).filter(has_text="Search these posts").click()
    expect(page).to_have_url(re.compile(r"/\?tag=dns&q=lease$"))
    expect(status(page)).to_have_text(re.compile("^1 post tagged dns"))


def test_without_script_the_field_keeps_what_was_chosen(blog, plain_page):
    plain_page.goto("./tags/leases?not=dns")

    plain_page.locator("#site-search").fill("queue")
    plain_page.keyboard.press("Enter")

    expect(plain_page).to_have_url(re.compile(r"/tags/leases\?not=dns&q=queue$"))
    expect(status(plain_page)).to_have_text(re.compile("^1 post"))


def test_the_answers_stand_high_on_the_page_and_the_heading_comes_back(blog, page):
    page.goto("./")
    heading = page.locator("h1")
    tall = heading.bounding_box()["height"]

    page.goto("./?q=lease")
    assert page.locator("article").first.bounding_box()["y"] < 340
    assert heading.bounding_box()["height"] < tall
    expect(page.locator("tag-finder[data-ready]")).to_be_attached()
    page.get_by_role("link", name="Clear filters").first.click()

    expect(page.locator(".chosen")).to_have_count(0)
    assert heading.bounding_box()["height"] == tall


@pytest.mark.under_path
def test_a_hit_opens_where_it_was_found(blog, page):
    page.goto("./?q=heartbeat")
    expect(page.locator(".search-hit mark")).to_have_text("heartbeat")

    page.get_by_role("link", name="What a lease promises").click()

    expect(page).to_have_url(re.compile("/posts/leases-and-clocks#what-a-lease-promises$"))
    expect(page.get_by_text("Here a heartbeat renews it.")).to_be_in_viewport()


def test_the_key_can_be_switched_off(blog, page):
    page.goto("./search")
    switch = page.get_by_role("checkbox", name="The key /")
    switch.uncheck()
    page.reload()
    expect(switch).not_to_be_checked()

    page.keyboard.press("/")
    expect(page.locator("#page-search")).not_to_be_focused()
    switch.check()
    page.keyboard.press("/")
    expect(page.locator("#page-search")).to_be_focused()
