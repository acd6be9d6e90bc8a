"""What a post said at other times: stepped through by keys, brought back without a loss."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.posts.content import content_of
from blogapp.posts.managing import find_for_writing
from blogapp.posts.revising import keep_revision
from tests.browser.conftest import PHONE
from tests.browser.measures import CUT_OFF, STICKING_OUT
from tests.browser.writing import expect_text, open_editor, text_of
from tests.conftest import JANUARY

PARAGRAPHS = [f"Paragraph {n} says what it says." for n in range(12)]
OLD = "\n\n".join(PARAGRAPHS)


@pytest.fixture
def post(owner, make_post):
    return make_post("Leases", body=OLD, published_at=None, authors=[owner.author])


@pytest.fixture
def keep(owner, post):
    def keep(body, *, hours):
        found = find_for_writing(post.id)
        keep_revision(
            found,
            content_of(found).changed(body=body),
            kind="saved",
            author_id=owner.author.id,
            now=JANUARY + timedelta(hours=hours),
        )
        db.session.commit()

    return keep


def test_a_comparison_is_stepped_through_by_keys_on_a_phone_in_the_dark(
    post, keep, new_page, owner, check_accessibility
):
    keep(OLD, hours=0)
    keep(
        OLD.replace("Paragraph 1 says", "Paragraph 1 said")
        + "\n\n![A chart](/static/icons/mark.svg)",
        hours=1,
    )
    page = new_page(as_author=owner, viewport=PHONE, color_scheme="dark")

    page.goto(f"./write/posts/{post.id}/revisions")
    page.get_by_role("button", name="Compare the two").press("Enter")
    expect(page.locator("change-steps[data-ready]")).to_be_attached()
    step = page.get_by_role("button", name="Next change")
    step.press("Enter")

    expect(page.locator("#change-1")).to_have_attribute("aria-current", "true")
    expect(page.locator("#change-1")).to_be_in_viewport()
    said = page.locator("change-steps [role=status]")
    expect(said).to_contain_text("Change 1 of 2")
    expect(said).to_contain_text("Removed: says")
    step.press("Enter")
    expect(page.locator("#change-2 img")).to_be_in_viewport()
    expect(step).to_be_focused()
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(CUT_OFF) == []
    check_accessibility(page)
    page.emulate_media(color_scheme="light")
    page.goto(f"{page.url}&view=source")
    check_accessibility(page)
    page.goto(f"./write/posts/{post.id}/revisions")
    check_accessibility(page)


def test_an_old_revision_is_restored_and_taken_back_with_every_word_that_was_typed(
    post, keep, new_page, owner
):
    keep("An older text.", hours=0)
    page = new_page(as_author=owner)
    open_editor(page, f"./write/posts/{post.id}")
    page.locator("#body").press("Control+End")
    page.keyboard.type(" Typed and never saved.")
    expect(page.locator("#editor-state[data-kind=saved]")).to_be_attached()
    typed = text_of(page)

    page.goto(f"./write/posts/{post.id}/revisions")
    page.get_by_role("link", name="Restore revision 1").click()
    expect(page.locator(".page-diff ins")).to_have_text("Added: An older text. End of change.")
    page.locator("#restore").click()
    expect_text(page, "An older text.")
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.locator("#notices")).to_contain_text("is in the editor now")

    expect_text(page, typed)
    assert typed.startswith(OLD)
    assert typed.endswith(" Typed and never saved.")
