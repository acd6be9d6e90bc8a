"""A server that cannot save: it is said calmly, and what was typed stays and is saved once."""

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.site.models import Site
from tests.browser.losing import draft_of, open_editor, state, type_text
from tests.browser.writing import text_of

BEGINNING = "A lease is a promise.\n"
FULL = {"status": 507, "json": {"error": "The blog's disk is full.", "retry": True}}


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body=BEGINNING, published_at=None, authors=[author.author])


def test_what_cannot_be_saved_is_kept_offered_back_and_saved_once(author_page, draft, watch):
    address = f"./write/posts/{draft.id}"
    watch.allow("507")
    author_page.route("**/journal", lambda route: route.fulfill(**FULL))
    open_editor(author_page, address)
    type_text(author_page, "Nobody knows the time.")
    state(author_page, "problem").to_contain_text("rying again")
    assert draft_of(draft.id) == BEGINNING

    open_editor(author_page, address)
    assert text_of(author_page) == BEGINNING
    author_page.unroute("**/journal")
    author_page.get_by_role("button", name="Bring it back").click()

    state(author_page, "saved").to_be_visible()
    assert text_of(author_page) == draft_of(draft.id) == f"{BEGINNING}Nobody knows the time."
    assert len(db.session.scalars(db.select(Post.id)).all()) == 1


def test_settings_that_cannot_be_saved_come_back_and_are_sent_again(
    owner, new_page, monkeypatch, watch
):
    page = new_page(as_author=owner)
    watch.allow("507")
    page.goto("./write/settings")
    page.locator("#title").fill("Plumbline")
    commit = db.session.commit

    def fail():
        if any(isinstance(each, Site) for each in (*db.session.dirty, *db.session.new)):
            raise OSError(28, "No space left on device")
        commit()

    monkeypatch.setattr(db.session, "commit", fail)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here")
    monkeypatch.undo()
    page.get_by_role("button", name="Send it again").click()

    expect(page.locator("#title")).to_have_value("Plumbline")
    expect(page.get_by_text("Settings saved.")).to_be_visible()
