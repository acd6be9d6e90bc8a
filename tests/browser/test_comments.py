"""Comments that came along with a post: read on a phone, in the dark; hidden by an author."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.importing.reading import SourceComment
from blogapp.posts.commenting import keep_comments
from tests.browser.conftest import PHONE
from tests.browser.measures import STICKING_OUT

MAY = datetime(2019, 5, 4, 10, tzinfo=UTC)
CODE = "Try <pre>mount -o data=ordered /dev/sda1 /mnt/where/it/was/all/the/time/and/is</pre> again"


@pytest.fixture
def discussed(make_post):
    """A post with an answer to an answer to an answer, and with a mention elsewhere."""
    post = make_post("Hello")
    said = [
        SourceComment(
            id=str(number),
            at=MAY + timedelta(hours=number),
            parent=str(number - 1) if number > 1 else "",
            name="Somebody who signs with more names than most" if number % 2 else "Ada",
            url="https://ada.example/" if number % 2 else "",
            html=CODE,
        )
        for number in range(1, 7)
    ]
    linked = SourceComment(id="9", at=MAY, name="Links", html="[…] it […]", kind="pingback")
    keep_comments(post.id, [*said, linked])
    db.session.commit()
    return post


@pytest.mark.usefixtures("discussed")
def test_comments_are_read_on_a_phone_in_the_dark_and_hidden_with_a_key(
    owner, new_page, check_accessibility, screenshot
):
    page = new_page(as_author=owner, viewport=PHONE, color_scheme="dark")

    page.goto("./posts/hello#comment-6")
    expect(page.locator("#comment-6 .comments__to")).to_be_in_viewport()
    assert page.evaluate(STICKING_OUT) == []
    check_accessibility(page)
    screenshot(page, "comments-phone-dark")

    page.goto("./write/posts/1/comments")
    assert page.evaluate(STICKING_OUT) == []
    check_accessibility(page)
    screenshot(page, "comments-write")
    page.locator("#comment-6 button").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#comment-6 .pill")).to_have_text("Hidden")
    expect(page.locator("#comment-6 button")).to_have_text("Show")
    page.goto("./posts/hello")
    expect(page.locator("#comment-5")).to_be_attached()
    expect(page.locator("#comment-6")).not_to_be_attached()
