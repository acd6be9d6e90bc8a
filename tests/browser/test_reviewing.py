"""A review in a browser: asked for beside the text, read, remarked on, and published."""

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.posts.approving import keep_rule
from tests.authoring.conftest import stored
from tests.browser.conftest import PHONE
from tests.browser.writing import open_editor, wait_for_editor, write


@pytest.fixture
def contributor(make_author, as_author):
    return as_author(make_author("Barbara Liskov", role="contributor"))


@pytest.fixture
def editor(make_author, as_author):
    return as_author(make_author("Edsger Dijkstra", role="editor"))


def test_a_text_goes_from_who_wrote_it_by_who_read_it_to_readers(
    contributor, editor, new_page, make_post, check_accessibility
):
    keep_rule(None, needed=1)
    post = make_post("Leases", published_at=None, authors=[contributor.author])
    writing = new_page(as_author=contributor)
    open_editor(writing, f"./write/posts/{post.id}")
    write(writing, "The lease was lost.")

    writing.locator("#review-button").click()
    sheet = writing.locator("#review-sheet")
    expect(sheet).to_contain_text("needs 1 approval")
    check_accessibility(writing)
    sheet.get_by_label("Note to reviewers").fill("Is it true?")
    sheet.get_by_role("button", name="Ask for a review").click()
    expect(writing.get_by_text("Asked for a review.")).to_be_visible()

    reading = new_page(as_author=editor, viewport=PHONE)
    reading.goto("./write")
    reading.locator("#waiting + ul").get_by_role("link", name="Leases").click()
    expect(reading.locator(".review__text")).to_contain_text("The lease was lost.")
    check_accessibility(reading)
    reading.get_by_label("Your remark").fill("By *whom*?")
    reading.get_by_text("About a passage").click()
    reading.get_by_label("The passage").fill("lease was lost")
    reading.get_by_role("button", name="Say it").click()
    expect(reading.get_by_text("Line 1 of the source")).to_be_visible()

    open_editor(writing, f"./write/posts/{post.id}")
    writing.locator("#review-button").click()
    expect(sheet).to_contain_text("By whom?")
    reading.get_by_role("button", name="Approve and publish").click()
    wait_for_editor(reading)
    expect(reading.get_by_text("Approved, and live at /posts/leases.")).to_be_visible()
    db.session.rollback()
    assert stored(post.id).body == "The lease was lost."
