"""Stories of lost text, each told to its end: not one character is missing."""

import re

import pytest
from playwright.sync_api import expect

from blogapp.accounts.passwords import hashed
from blogapp.accounts.sessions import end_all_sessions
from blogapp.extensions import db
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from tests.browser.conftest import _cookies
from tests.browser.losing import Killable, draft_of, open_editor, state, type_text
from tests.browser.measures import UNTIL
from tests.browser.writing import text_of

PASSWORD = "correct horse battery"
BEGINNING = "A lease is a promise.\n\n## Clocks\n\nThey drift.\n"
# What a browser does that was told to keep nothing.
KEEP_NOTHING = """
  IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError") }
  Storage.prototype.setItem = () => { throw new DOMException("refused", "QuotaExceededError") }
"""


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body=BEGINNING, published_at=None, authors=[author.author])


@pytest.fixture
def address(draft):
    return f"./write/posts/{draft.id}"


def test_a_tab_closed_in_the_middle_of_a_word(author_page, address, draft, watch):
    watch.allow("ERR_FAILED")
    author_page.route("**/journal", lambda route: route.abort())
    open_editor(author_page, address)
    type_text(author_page, "Nobody knows ")
    state(author_page, "problem").to_be_visible()
    author_page.keyboard.type("the ti")
    author_page.close()

    again = author_page.context.new_page()
    open_editor(again, address)
    assert text_of(again) == BEGINNING
    again.get_by_text("Show the difference").click()
    expect(again.locator(".kept-text__lines ins")).to_have_text("Nobody knows the ti")
    again.get_by_role("button", name="Discard it").click()
    again.get_by_role("button", name="Undo").click()
    again.get_by_role("button", name="Bring it back").click()

    state(again, "saved").to_be_visible()
    assert text_of(again) == draft_of(draft.id) == f"{BEGINNING}Nobody knows the ti"
    open_editor(again, address)
    expect(again.locator("#kept")).to_be_empty()


def test_leaving_asks_nothing_and_loses_nothing(author_page, address):
    asked = []
    author_page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    open_editor(author_page, address)
    type_text(author_page, "Just in time.")

    author_page.goto("./write")

    assert asked == []
    arrived = "(await (await fetch('write/posts/1')).text()).includes('Just in time.')"
    author_page.evaluate(UNTIL % arrived)


class TestOnAServerOfItsOwn:
    @pytest.fixture
    def server(self, app, listener, tmp_path):
        port = listener.getsockname()[1]
        listener.close()
        self.blog = Killable(app, port, tmp_path / "gunicorn.log")
        self.blog.start()
        yield app.config["PUBLIC_URL"]
        self.blog.kill()

    def test_the_server_killed_between_key_and_save(self, author_page, address, draft, watch):
        watch.allow("ERR_CONNECTION_REFUSED")
        open_editor(author_page, address)
        type_text(author_page, "One. ")
        state(author_page, "saved").to_be_visible()
        type_text(author_page, "Two. ")
        self.blog.kill()
        state(author_page, "problem").to_contain_text("trying again")
        type_text(author_page, "Three.")

        self.blog.start()
        author_page.keyboard.press("Control+s")

        state(author_page, "saved").to_be_visible()
        assert text_of(author_page) == draft_of(draft.id) == f"{BEGINNING}One. Two. Three."


def test_a_session_that_is_over_is_begun_again_in_place(
    author_page, author, make_author, address, draft
):
    author.author.password_hash = hashed(PASSWORD)
    make_author("Bo", password_hash=author.author.password_hash)
    db.session.commit()
    open_editor(author_page, address)
    type_text(author_page, "Hours ")
    end_all_sessions(author.author)
    db.session.commit()
    author_page.keyboard.type("of ")
    state(author_page, "signed-out").to_be_visible()
    author_page.keyboard.type("work.")
    dialog = author_page.get_by_role("dialog", name="Sign in again")

    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_label("Password").press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("do not match")
    dialog.get_by_label("Email").fill("bo@example.com")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("You are signed in as Bo now")
    assert "work" not in draft_of(draft.id)
    dialog.get_by_label("Email").fill("ada-lovelace@example.com")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()

    state(author_page, "saved").to_be_visible()
    expect(dialog).to_be_hidden()
    expect(author_page.locator("#body")).to_be_focused()
    assert text_of(author_page) == draft_of(draft.id) == f"{BEGINNING}Hours of work."


def test_a_minute_offline(author_page, address, draft):
    author_page.clock.install()
    open_editor(author_page, address)
    author_page.context.set_offline(True)
    type_text(author_page, "Written on ")
    state(author_page, "offline").to_contain_text("changes kept here: 1")
    author_page.clock.fast_forward("01:00")
    author_page.keyboard.type("a train.")
    state(author_page, "offline").to_contain_text("changes kept here: 2")

    author_page.context.set_offline(False)

    state(author_page, "saved").to_be_visible()
    expect(author_page.locator("#kept")).to_be_empty()
    assert text_of(author_page) == draft_of(draft.id) == f"{BEGINNING}Written on a train."


def test_two_tabs_on_one_post(author_page, address, draft):
    first, second = author_page, author_page.context.new_page()
    open_editor(first, address)
    open_editor(second, address)
    expect(first.locator("#kept")).to_contain_text("Also open in another tab")

    type_text(first, "At the end.")
    second.locator("#body").press("Control+Home")
    second.keyboard.type("At the beginning. ")

    both = f"At the beginning. {BEGINNING}At the end."
    for tab in (first, second):
        tab.bring_to_front()
        expect(tab.locator("#kept")).to_contain_text("was merged into this text")
        state(tab, "saved").to_be_visible()
        assert text_of(tab) == both
    assert draft_of(draft.id) == both
    second.get_by_role("button", name="Undo").click()
    state(second, "saved").to_be_visible()
    assert text_of(second) == draft_of(draft.id) == f"At the beginning. {BEGINNING}"


def test_two_tabs_in_one_place(author_page, address, draft, watch):
    watch.allow("ERR_FAILED")
    first, second = author_page, author_page.context.new_page()
    open_editor(first, address)
    open_editor(second, address)
    second.route("**/journal", lambda route: route.abort())
    type_text(first, "Theirs.")
    state(first, "saved").to_be_visible()
    type_text(second, "Mine")
    state(second, "problem").to_be_visible()

    second.unroute("**/journal")
    second.keyboard.press("Control+s")
    state(second, "conflict").to_be_visible()
    second.keyboard.type(", and more.")
    expect(second.locator("#publish-button")).to_be_disabled()
    assert second.evaluate("document.querySelector('draft-keeper').flush()")

    assert draft_of(draft.id) == f"{BEGINNING}Theirs."
    second.get_by_role("link", name="Compare and merge").click()
    expect(second.locator("main")).to_contain_text("Theirs.")
    expect(second.locator("main")).to_contain_text("Mine, and more.")


def test_new_posts_in_two_tabs_are_kept_apart(author_page, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    context = author_page.context
    first, second = author_page, context.new_page()
    for tab in (first, second):
        open_editor(tab, "./write/posts/new")
    context.set_offline(True)
    type_text(first, "The first text.")
    type_text(second, "The second text.")
    for tab in (first, second):
        state(tab, "offline").to_be_visible()
        tab.close()
    context.set_offline(False)

    again = context.new_page()
    open_editor(again, "./write/posts/new")
    expect(again.locator("#kept")).to_contain_text("Unfinished texts in this browser: 2")
    kept = again.get_by_role("listitem").filter(has_text="The first text.")
    kept.get_by_role("button", name="Bring it back").click()

    expect(again).to_have_url(re.compile(r"/write/posts/\d+$"))
    state(again, "saved").to_be_visible()
    assert text_of(again) == draft_of(int(again.url.rpartition("/")[2])) == "The first text."
    with context.expect_page() as opened:
        again.get_by_role("button", name="Bring it back").click()
    state(opened.value, "saved").to_be_visible()
    assert text_of(opened.value) == "The second text."
    posts = db.session.scalars(db.select(Post.id)).all()
    assert sorted(map(draft_of, posts)) == ["The first text.", "The second text."]


def test_a_token_that_is_too_old_is_renewed_without_a_word(author_page, author, address, draft):
    open_editor(author_page, address)
    type_text(author_page, "One. ")
    state(author_page, "saved").to_be_visible()
    # The session as it was before it had a token.
    author_page.context.add_cookies(_cookies(author, author_page.url))

    author_page.keyboard.type("Two.")

    state(author_page, "saved").to_be_visible()
    assert draft_of(draft.id) == f"{BEGINNING}One. Two."


def test_where_the_browser_keeps_nothing_that_is_said(author_page, address, draft):
    asked = []
    author_page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    author_page.add_init_script(KEEP_NOTHING)
    open_editor(author_page, address)
    author_page.context.set_offline(True)

    type_text(author_page, "On this page alone.")

    expect(author_page.locator("#kept")).to_contain_text("This browser keeps no copy")
    state(author_page, "offline").to_contain_text("on this page alone")
    author_page.close(run_before_unload=True)
    author_page.context.set_offline(False)
    state(author_page, "saved").to_be_visible()
    assert asked == ["beforeunload"]
    assert draft_of(draft.id) == f"{BEGINNING}On this page alone."


def test_what_a_closed_tab_left_joins_what_was_typed_since(author_page, address, draft, watch):
    watch.allow("ERR_FAILED")
    author_page.route("**/journal", lambda route: route.abort())
    open_editor(author_page, address)
    type_text(author_page, "Left behind.")
    state(author_page, "problem").to_be_visible()
    author_page.close()
    again = author_page.context.new_page()
    open_editor(again, address)

    again.locator("#body").press("Control+Home")
    again.keyboard.type("Typed since. ")
    again.get_by_role("button", name="Bring it back").click()

    expect(again.get_by_role("button", name="Bring it back")).to_be_hidden()
    state(again, "saved").to_be_visible()
    both = f"Typed since. {BEGINNING}Left behind."
    assert text_of(again) == draft_of(draft.id) == both


def test_whose_name_is_taken_from_a_post_goes_on_in_one_of_their_own(
    new_page, make_author, as_author, make_post
):
    cy, other = make_author("Cy"), make_author("Dee")
    post = make_post("Leases", body=BEGINNING, published_at=None, authors=[cy])
    page = new_page(as_author=as_author(cy))
    open_editor(page, f"./write/posts/{post.id}")
    type_text(page, "One. ")
    state(page, "saved").to_be_visible()
    find_for_writing(post.id).bylines[0].author_id = other.id
    db.session.commit()
    page.keyboard.type("Two.")
    state(page, "problem").to_be_visible()

    page.get_by_role("button", name="Keep it as a draft of my own").click()

    expect(page).to_have_url(re.compile(rf"/write/posts/(?!{post.id}$)\d+$"))
    own = int(page.url.rpartition("/")[2])
    assert draft_of(own) == f"{BEGINNING}One. Two."
    assert draft_of(post.id) == f"{BEGINNING}One. "
