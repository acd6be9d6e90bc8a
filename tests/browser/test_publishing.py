"""Publishing in a browser: what is found leads to its place, what may not go out waits."""

import re

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from tests.authoring.conftest import stored
from tests.browser.conftest import PHONE
from tests.browser.writing import open_editor, text_of, wait_for_editor
from tests.conftest import JANUARY

BODY = "## One\n\nThe primary is 10.31.7.19.\n\n#### Two\n\n```\ndef price():\n    pass\n```\n"


@pytest.fixture
def draft(author, make_post):
    return make_post(
        "Leases", summary="In short.", body=BODY, published_at=None, authors=[author.author]
    )


def selected(page):
    return page.evaluate("getSelection().toString()")


def test_what_is_found_leads_to_its_place_and_is_put_right(author_page, draft, check_accessibility):
    page = author_page
    open_editor(page, f"./write/posts/{draft.id}")
    number = page.locator("#checks-button")
    expect(number).to_have_text("1 secret, 2 to look at")

    number.click()
    items = page.locator("#checks .checks__item")
    expect(items).to_have_count(3)
    check_accessibility(page)
    items.nth(2).get_by_role("button", name="Call it Python").click()
    expect(items).to_have_count(2)
    assert "```python\n" in text_of(page)
    items.nth(1).locator(".checks__jump").click()

    expect(page.locator("#checks")).to_be_hidden()
    assert "#### Two" in (selected(page) or text_of(page)[29:])
    page.keyboard.insert_text("### Two")
    expect(number).to_have_text("1 secret")


def test_a_secret_waits_for_a_tick_and_publishing_can_be_taken_back(
    author_page, draft, check_accessibility
):
    page = author_page
    open_editor(page, f"./write/posts/{draft.id}")
    expect(page.locator("#checks-button")).to_contain_text("1 secret")
    page.locator("#publish-button").click()
    box = page.locator("publish-checks [name=confirmed]")
    expect(box).to_be_visible()
    check_accessibility(page)

    page.locator("#publish").click()
    expect(box).to_be_focused()
    expect(page.locator("[data-checks-said]")).to_contain_text("Tick that")
    assert stored(draft.id).published_at is None

    page.keyboard.press("Space")
    page.locator("#publish").click()
    expect(page.get_by_text("Live at /posts/leases.")).to_be_visible()
    wait_for_editor(page)
    expect(page.locator("copy-link button")).to_have_text("Copy link")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert stored(draft.id).published_at is None


def test_a_time_is_set_by_keys_alone(author_page, make_post, author):
    page = author_page
    post = make_post("Soon", summary="S.", published_at=None, authors=[author.author])
    open_editor(page, f"./write/posts/{post.id}")

    page.keyboard.press("Control+Enter")
    expect(page.locator("#publish-sheet")).to_be_visible()
    page.locator("[name=when]:focus").press("ArrowDown")
    page.locator("#date").fill("2999-06-02")
    page.locator("#time").fill("09:00")
    expect(page.locator("[data-moment]")).to_contain_text("09:00 in UTC")
    page.locator("#publish").press("Enter")

    expect(page.get_by_text(re.compile("Goes live on 2 June 2999, 09:00"))).to_be_visible()
    assert stored(post.id).published_at.year == 2999


def test_the_sheet_promises_no_address_that_the_title_no_longer_makes(author_page):
    page = author_page
    open_editor(page, "./write/posts/new")
    page.keyboard.type("Leases")
    page.locator("#save").click()
    expect(page.locator(".notices").get_by_text("Saved.")).to_be_visible()
    told = page.locator(".sheet__listed")

    page.locator("#publish-button").click()
    expect(told).to_contain_text("Goes live now at /posts/leases,")
    page.keyboard.press("Escape")
    page.get_by_label("Title").fill("Guesses")
    page.locator("#publish-button").click()
    expect(told).to_contain_text("Goes live now at an address made from the title,")
    page.keyboard.press("Escape")
    page.get_by_label("Address").fill("guess")
    page.locator("#publish-button").click()

    expect(told).to_contain_text("Goes live now at /posts/guess,")


def test_a_stranger_opens_a_preview_link_until_it_is_revoked(
    author_page, new_page, make_post, author, check_accessibility
):
    page = author_page
    page.set_viewport_size(PHONE)
    post = make_post("Plan", body="Not for all.", published_at=None, authors=[author.author])
    open_editor(page, f"./write/posts/{post.id}")

    page.locator("#settings-button").click()
    page.locator('#settings a[href$="/previews"]').click()
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#preview-address")
    expect(address).to_be_visible()
    check_accessibility(page)
    stranger = new_page()
    stranger.goto(address.input_value())
    expect(stranger.get_by_role("region", name="Preview")).to_contain_text("Draft.")
    expect(stranger.get_by_role("heading", name="Plan")).to_be_visible()
    check_accessibility(stranger)

    page.get_by_role("button", name=re.compile("Revoke the link")).click()
    expect(page.locator("#share-sheet .pill")).to_have_text("Revoked")
    answer = stranger.goto(address.input_value()) if address.count() else stranger.reload()
    assert answer.status == 410
    db.session.rollback()


def test_sharing_takes_the_focus_and_gives_it_back(author_page, draft):
    page = author_page
    open_editor(page, f"./write/posts/{draft.id}")

    page.locator("#share-preview").press("Enter")
    expect(page.locator("#share-sheet select").first).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#share-sheet")).to_be_hidden()
    expect(page.locator("#share-preview")).to_be_focused()


def test_settings_show_how_a_search_engine_cuts_what_is_typed(author_page, make_post, author):
    page = author_page
    post = make_post("Old", slug="old", published_at=JANUARY, authors=[author.author])
    open_editor(page, f"./write/posts/{post.id}")
    preview = page.locator("result-preview")

    page.get_by_label("Title").fill("A very long title that no engine shows whole " * 3)
    page.locator("#slug").fill("new")

    expect(preview.locator("[data-title]")).to_have_text(re.compile("^A very long .{20,60}…$"))
    expect(preview.locator("[data-address]")).to_contain_text("posts › new")
    expect(preview.locator("[data-moved]")).to_have_text(
        "Readers of /posts/old will be led to /posts/new."
    )
