"""Two authors in one paragraph at the same time: every word of both is there in the end."""

import pytest
from playwright.sync_api import expect

from tests.browser.losing import draft_of, open_editor, state
from tests.browser.writing import expect_text, text_of

PARAGRAPH = "A lease is a promise. Clocks drift. Nobody waits."


@pytest.fixture
def pages(new_page, author, make_author, as_author, make_post):
    """One post in the editors of two authors."""
    bo = as_author(make_author("Bo Stone"))
    post = make_post(
        "Leases", body=PARAGRAPH, published_at=None, authors=[author.author, bo.author]
    )
    pages = new_page(as_author=author), new_page(as_author=bo)
    for page in pages:
        open_editor(page, f"./write/posts/{post.id}")
    return pages


def test_two_authors_at_both_ends_of_one_paragraph(pages):
    ada, bo = pages

    ada.locator("#body").press("Control+Home")
    ada.keyboard.type("Mind this: ")
    state(ada, "saved").to_be_visible()
    bo.locator("#body").press("Control+End")
    bo.keyboard.type(" Not even once.")

    both = f"Mind this: {PARAGRAPH} Not even once."
    state(bo, "saved").to_be_visible()
    expect(bo.locator("#kept")).to_contain_text("Ada Lovelace")
    assert text_of(bo) == draft_of(1) == both
    ada.locator("#body").press("Control+Home")
    ada.keyboard.type("Please. ")
    state(ada, "saved").to_be_visible()
    expect(ada.locator("#kept")).to_contain_text("Bo Stone")
    assert text_of(ada) == draft_of(1) == f"Please. {both}"


def test_two_authors_in_one_sentence(pages, watch):
    watch.allow("ERR_FAILED")
    ada, bo = pages
    bo.route("**/journal", lambda route: route.abort())
    for page, words in ((ada, " Until it ends."), (bo, " While it lasts.")):
        page.locator("#body").press("Control+End")
        page.keyboard.type(words)
    state(ada, "saved").to_be_visible()
    state(bo, "problem").to_be_visible()

    bo.unroute("**/journal")
    bo.keyboard.press("Control+s")
    state(bo, "conflict").to_be_visible()

    assert draft_of(1) == f"{PARAGRAPH} Until it ends."
    bo.get_by_role("link", name="Compare and merge").click()
    expect(bo.locator("main")).to_contain_text("Until it ends.")
    expect(bo.locator("main")).to_contain_text("While it lasts.")


def test_taking_back_what_one_typed_leaves_what_the_other_wrote(pages):
    ada, bo = pages
    ada.locator("#body").press("Control+Home")
    ada.keyboard.type("Mind this: ")
    state(ada, "saved").to_be_visible()
    bo.locator("#body").press("Control+End")
    bo.keyboard.type(" Not even once.")
    state(bo, "saved").to_be_visible()
    expect_text(bo, f"Mind this: {PARAGRAPH} Not even once.")

    for _ in range(4):
        bo.keyboard.press("Control+z")

    state(bo, "saved").to_be_visible()
    assert text_of(bo) == draft_of(1) == f"Mind this: {PARAGRAPH}"
