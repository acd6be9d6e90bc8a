"""Sheets over the editor and rows of the list have room, whatever stands in them."""

import pytest

from blogapp.extensions import db
from blogapp.posts import drafting
from blogapp.posts.drafting import Burst
from blogapp.posts.managing import find_for_writing
from tests.browser.conftest import DESK, PHONE
from tests.browser.writing import open_editor
from tests.conftest import JANUARY

NARROW = {"width": 1100, "height": 640}
BOXES = """(selectors) => selectors.map((selector) => {
  const { top, bottom, left, right } = document.querySelector(selector).getBoundingClientRect()
  return { top, bottom, left, right, width: innerWidth, height: innerHeight }
})"""


@pytest.fixture
def reworked(author, make_post):
    """A live post whose editor holds changes."""
    post = make_post("Leases", published_at=JANUARY, authors=[author.author])
    burst = Burst("an-editor", 1, 0, {}, "Words that readers do not see.")
    drafting.write(find_for_writing(post.id), burst, author_id=author.author.id, now=JANUARY)
    db.session.commit()
    return post


def boxes(page, *selectors):
    """Where these are, all at one moment: a sheet grows when what it asked for arrives."""
    return page.evaluate(BOXES, selectors)


@pytest.mark.parametrize("size", [PHONE, NARROW, DESK], ids=["phone", "narrow", "desk"])
def test_a_sheet_ends_within_the_window_and_its_buttons_are_in_sight(author_page, reworked, size):
    page = author_page
    page.set_viewport_size(size)
    open_editor(page, f"./write/posts/{reworked.id}")

    page.locator("#publish-button").click()
    bar, sheet, button = boxes(page, ".editor__bar", "#publish-sheet", "#publish")
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('#image-sheet').showPopover()")
    [image] = boxes(page, "#image-sheet")

    assert button["bottom"] <= sheet["bottom"] <= sheet["height"]
    assert image["bottom"] <= image["height"]
    if size is not PHONE:
        assert sheet["top"] >= bar["bottom"]


def test_states_and_a_time_stand_clear_of_each_other_on_a_phone(author_page, reworked):
    page = author_page
    page.set_viewport_size(PHONE)
    page.goto("./write/posts")

    states, when = boxes(page, ".post-table__state", ".post-table__when")
    assert page.locator(".post-table__state .pill").count() == 2
    assert states["bottom"] <= when["top"] or states["right"] <= when["left"]
