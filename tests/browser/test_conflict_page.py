"""Two texts side by side, with the keyboard, on a phone, in the dark, without scripts."""

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.posts import drafting
from blogapp.posts.branching import list_open_branches
from blogapp.posts.drafting import Burst
from blogapp.posts.managing import find_for_writing
from tests.browser.conftest import DESK, PHONE, TABLET
from tests.conftest import JANUARY

STORY = (
    "# A stale read\n\nThe service kept them for twenty seconds. "
    "The replica ran half a second behind, and nobody saw it.\n\n"
    "## One wrong price\n\nA customer saw 12 euros. The shop said 14.\n\n"
    "## What we changed\n\nWe read from the primary now.\n"
)
THEIRS = STORY.replace("twenty", "twenty-five").replace("12 euros", "twelve euros")
MINE = STORY.replace("twenty", "thirty").replace("12 euros", "13 euros").replace("now", "since May")


@pytest.fixture
def post(author, make_author, make_post):
    """A draft on which two people changed the same words."""
    post = make_post("Leases", body=STORY, published_at=None, authors=[author.author])
    jonas = make_author("Jonas Meyer", role="editor")
    for writer, body, kind in ((jonas, THEIRS, "guide"), (author.author, MINE, "note")):
        burst = Burst(f"editor-of-{writer.id}", 1, 0, {"kind": kind}, body)
        drafting.write(find_for_writing(post.id), burst, author_id=writer.id, now=JANUARY)
        db.session.commit()
    return post


def address(post):
    [branch] = list_open_branches(post_id=post.id)
    return f"./write/posts/{post.id}/conflict?branch={branch.id}"


def text_of(post):
    db.session.rollback()
    return drafting.working_copy(find_for_writing(post.id)).body


def test_both_become_one_text_with_the_keyboard_alone(author_page, post):
    author_page.goto(address(post))
    expect(author_page.locator("conflict-place[data-ready]")).to_have_count(2)

    author_page.locator("[name=field-kind]").first.focus()
    author_page.keyboard.press("Space")
    author_page.locator("[name=place-0][value=theirs]").focus()
    author_page.keyboard.press("Space")
    expect(author_page.locator("#place-0 .conflict__result--theirs")).to_be_visible()
    author_page.keyboard.press("ArrowDown")
    expect(author_page.locator("#place-0 .conflict__result--yours")).to_contain_text("thirty")
    author_page.locator("[name=place-1][value=edited]").focus()
    author_page.keyboard.press("Space")
    author_page.locator("[name=text-1]").fill("12.50")
    author_page.locator("#finish").focus()
    author_page.keyboard.press("Enter")

    author_page.wait_for_url(f"**/write/posts/{post.id}")
    expected = STORY.replace("twenty", "thirty").replace("12 euros", "12.50 euros")
    assert text_of(post) == expected.replace("now", "since May")


def test_the_page_fits_every_window_and_everybody(
    author_page, post, check_accessibility, screenshot
):
    author_page.goto(address(post))
    expect(author_page.locator("conflict-place[data-ready]")).to_have_count(2)
    author_page.locator("[name=place-0][value=both]").check()

    for name, size in (("desk", DESK), ("tablet", TABLET), ("phone", PHONE)):
        author_page.set_viewport_size(size)
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert author_page.evaluate(overflow) <= 0
        screenshot(author_page, f"conflict-{name}-light", full_page=True)
    check_accessibility(author_page)
    author_page.emulate_media(color_scheme="dark")
    check_accessibility(author_page, colours=True)
    screenshot(author_page, "conflict-phone-dark", full_page=True)
    author_page.set_viewport_size(DESK)
    screenshot(author_page, "conflict-desk-dark", full_page=True)


def test_without_scripts_the_page_does_the_whole_job(new_page, author, post):
    page = new_page(as_author=author, java_script_enabled=False)
    page.goto(address(post))

    page.locator("[name=field-kind][value=yours]").check()
    page.locator("[name=place-0][value=theirs]").check()
    page.locator("[name=place-1][value=edited]").check()
    page.locator("[name=text-1]").fill("fourteen")
    page.locator("#finish").click()

    page.wait_for_url(f"**/write/posts/{post.id}")
    assert "fourteen euros" in text_of(post)
    assert "twenty-five seconds" in text_of(post)
