"""Writing, from signing in to the front page, as a person does it in a browser."""

import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from blogapp.accounts.passwords import hashed
from blogapp.extensions import db
from blogapp.posts.drafting import working_copy
from blogapp.posts.publishing import publish
from tests.authoring.conftest import picture, stored
from tests.browser.conftest import DESK, PHONE
from tests.browser.writing import (
    expect_text,
    open_editor,
    select,
    text_of,
    wait_for_editor,
    write,
)
from tests.conftest import JANUARY

PASSWORD = "correct horse battery"


def saved(page):
    return expect(page.locator("#editor-state[data-kind=saved]"))


def image_file(**kwargs):
    file, name = picture(**kwargs)
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body="First line.\n", published_at=None, authors=[author.author])


@pytest.mark.proxied
@pytest.mark.under_path
def test_from_signing_in_to_the_front_page(page, make_author):
    make_author("Mara", email="mara@example.com", password_hash=hashed(PASSWORD))

    page.goto("./write/posts/new")
    page.get_by_label("Email").fill("mara@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    wait_for_editor(page)
    page.get_by_label("Title").fill("Measuring age")
    page.get_by_label("Text, in Markdown").fill("Hits say **nothing** about age.")
    expect(page.locator("[data-preview-pane] strong")).to_have_text("nothing")
    page.get_by_role("button", name="Image", exact=True).click()
    page.get_by_label("Image file").set_input_files(image_file())
    page.get_by_label("What it shows").fill("A map of shards")
    page.get_by_role("button", name="Add image").click()
    expect_text(page, "Hits say **nothing** about age.\n\n![A map of shards](shard-map.png)\n")
    expect(page.locator("[data-preview-pane] img")).to_have_attribute("alt", "A map of shards")
    page.get_by_role("button", name="Publish", exact=True).first.click()
    page.locator("#publish").click()
    expect(page.get_by_text("Live at /posts/measuring-age.")).to_be_visible()

    page.goto("./")
    page.get_by_role("link", name="Measuring age").click()
    expect(page.get_by_role("heading", name="Measuring age")).to_be_visible()
    expect(page.get_by_alt_text("A map of shards")).to_be_visible()


@pytest.mark.proxied
@pytest.mark.under_path
def test_saving_stays_on_the_page_and_keeps_undo(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    text = author_page.locator("#body")
    text.press("Control+End")
    text.press_sequentially("Second line.")

    text.press("Control+s")
    saved(author_page).to_be_visible()
    text.press_sequentially(" Third.")
    text.press("Control+s")
    saved(author_page).to_be_visible()

    assert stored(draft.id).body == "First line.\nSecond line. Third."
    for _ in range(3):
        text.press("Control+z")
    assert text_of(author_page) != "First line.\nSecond line. Third."


@pytest.mark.proxied
@pytest.mark.under_path
def test_a_new_post_gets_its_address_without_a_reload(author_page):
    open_editor(author_page, "./write/posts/new")
    author_page.get_by_label("Title").fill("Leases")
    author_page.locator("#body").fill("Text.")

    author_page.keyboard.press("Control+s")

    expect(author_page).to_have_url(re.compile(r"/write/posts/\d+$"))
    author_page.locator("#body").fill("More text.")
    author_page.keyboard.press("Control+s")
    saved(author_page).to_be_visible()
    assert stored(int(author_page.url.rpartition("/")[2])).body == "More text."


def test_a_wrong_field_is_shown_beside_itself_with_everything_kept(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.locator("#body").fill("Typed.")
    author_page.locator("#slug").fill("not an address")

    author_page.keyboard.press("Control+s")

    expect(author_page.locator("#slug-errors")).to_be_visible()
    expect_text(author_page, "Typed.")
    author_page.get_by_role("alert").get_by_role("link", name="Address").click()
    expect(author_page.locator("#slug")).to_be_focused()


def test_a_post_published_by_somebody_else_meanwhile_costs_no_text(
    new_page, as_author, make_author, make_post
):
    contributor = as_author(make_author("Barbara Liskov", role="contributor"))
    post = make_post("Leases", published_at=None, authors=[contributor.author])
    page = new_page(as_author=contributor)
    open_editor(page, f"./write/posts/{post.id}")
    page.locator("#body").fill("Hours of work.")
    publish(post, now=JANUARY, zone=ZoneInfo("UTC"))
    db.session.commit()

    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="no longer yours")).to_be_visible()
    page.get_by_role("button", name="Keep it as a draft").click()

    expect_text(page, "Hours of work.")
    assert stored(int(page.url.rpartition("/")[2])).body == "Hours of work."
    assert stored(post.id).body == "Text."


@pytest.mark.parametrize(
    ("keys", "text", "selected", "result"),
    [
        ("Control+b", "one two", (4, 7), "one **two**"),
        ("Control+i", "one two", (4, 7), "one *two*"),
        ("Control+e", "one two", (4, 7), "one `two`"),
        ("Control+b", "one **two**", (6, 9), "one two"),
        ("Control+k", "one two", (4, 7), "one [two](https://)"),
        ("Control+Alt+2", "one\ntwo", (4, 4), "one\n## two"),
        ("Control+Shift+Digit8", "one\ntwo", (0, 7), "- one\n- two"),
        ("Control+Shift+Digit8", "- one\n- two", (0, 11), "one\ntwo"),
        ("Control+Shift+Digit7", "one\ntwo", (0, 7), "1. one\n2. two"),
        ("Control+Shift+Period", "one\ntwo", (0, 7), "> one\n> two"),
        ("Control+Shift+KeyE", "x = 1", (0, 5), "```\nx = 1\n```"),
        ("Enter", "- one", (5, 5), "- one\n- "),
        ("Enter", "9. one", (6, 6), "9. one\n10. "),
        ("Enter", "- [x] one", (9, 9), "- [x] one\n- [ ] "),
        ("Enter", "> one", (5, 5), "> one\n> "),
        ("Enter", "- one\n- ", (8, 8), "- one\n"),
        ("Enter", "one", (3, 3), "one\n"),
    ],
)
def test_keys_write_markdown_and_can_be_undone(author_page, draft, keys, text, selected, result):
    open_editor(author_page, f"./write/posts/{draft.id}")
    body = author_page.locator("#body")
    body.fill(text)
    select(author_page, *selected)

    body.press(keys)

    expect_text(author_page, result)
    body.press("Control+z")
    expect_text(author_page, text)


def test_tab_leaves_the_text_and_the_toolbar_is_one_stop(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.get_by_role("button", name="Heading", exact=True).focus()
    author_page.keyboard.press("ArrowRight")
    expect(author_page.get_by_role("button", name="Bold")).to_be_focused()
    author_page.keyboard.press("Tab")
    expect(author_page.locator("[name=mode]:checked")).to_be_focused()
    author_page.keyboard.press("Tab")
    expect(author_page.locator("#body")).to_be_focused()

    author_page.keyboard.press("Tab")

    expect(author_page.locator("#body")).not_to_be_focused()
    assert text_of(author_page) == "First line.\n"


def test_a_post_is_written_and_published_by_keyboard_alone(author_page, browser):
    author_page.goto("./write")
    author_page.get_by_role("link", name="New post").press("Enter")
    # The toolbar is one stop of the Tab key as soon as its script is there.
    expect(author_page.get_by_role("button", name="Bold")).to_have_attribute("tabindex", "-1")
    expect(author_page.get_by_label("Title")).to_be_focused()
    author_page.keyboard.type("By keyboard")
    for _ in range(3):
        author_page.keyboard.press("Tab")
    expect(author_page.locator("#body")).to_be_focused()
    author_page.get_by_label("Title").press("Enter")
    expect(author_page.locator("#body")).to_be_focused()
    author_page.keyboard.type("- one\ntwo\n\n\nDone.")
    author_page.keyboard.press("Control+Enter")
    expect(author_page.locator("#publish-sheet")).to_be_visible()
    while not author_page.evaluate("document.activeElement.id === 'publish'"):
        author_page.keyboard.press("Tab")
        expect(author_page.locator("#publish-sheet :focus")).to_be_visible()
    author_page.keyboard.press("Enter")

    expect(author_page.get_by_text("Live at /posts/by-keyboard.")).to_be_visible()
    assert "<li>two</li>" in re.sub(
        r"\s*(</?li>)\s*", r"\1", browser.get("/posts/by-keyboard").text
    )


@pytest.mark.under_path
def test_the_preview_shows_the_newest_text_whatever_the_order_of_answers(author_page, draft):
    slow = []

    def delay(route):
        slow.append(route) if not slow else route.continue_()

    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.wait_for_load_state("networkidle")
    author_page.route("**/preview?fragment=preview", delay)
    with author_page.expect_request("**/preview?fragment=preview"):
        author_page.locator("#body").fill("Old words.")
    author_page.locator("#body").fill("New words.")
    expect(author_page.locator("[data-preview-pane]")).to_contain_text("New words.")
    slow[0].abort() if slow else None

    expect(author_page.locator("[data-preview-pane]")).to_contain_text("New words.")


@pytest.mark.under_path
def test_tags_become_tokens_with_suggestions(author_page, draft, make_post):
    make_post("Other", tags=["Consistency", "C, the language"])
    open_editor(author_page, f"./write/posts/{draft.id}")
    entry = author_page.get_by_role("combobox", name="Tags")

    entry.press_sequentially("cons")
    expect(author_page.get_by_role("option", name="Consistency 1 post")).to_be_visible()
    entry.press("ArrowDown")
    entry.press("Enter")
    entry.press_sequentially("language")
    author_page.get_by_role("option", name="C, the language").click()
    entry.press_sequentially("New one,")
    entry.press_sequentially("Wrong")
    entry.press("Enter")
    entry.press("Backspace")
    author_page.keyboard.press("Control+s")
    saved(author_page).to_be_visible()

    names = [tag.name for tag in stored(draft.id).tags]
    assert names == ["C, the language", "Consistency", "New one"]


def test_a_time_left_out_is_asked_for_in_the_sheet(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.keyboard.press("Control+Enter")
    author_page.get_by_label("At a set time").check()
    author_page.locator("#publish").click()
    expect(author_page.get_by_text("Choose a day and a time.")).to_be_visible()
    expect(author_page.get_by_label("Date")).to_be_focused()
    author_page.keyboard.press("Escape")
    expect(author_page.get_by_label("Date")).to_be_hidden()

    author_page.get_by_role("alert").get_by_role("link", name="Date").click()

    expect(author_page.get_by_label("Date")).to_be_focused()


@pytest.mark.under_path
def test_a_withdrawal_saves_what_was_typed_and_can_be_undone(author_page, author, make_post):
    post = make_post("Leases", authors=[author.author])
    open_editor(author_page, f"./write/posts/{post.id}")
    author_page.locator("#body").fill("Typed before.")
    author_page.locator("#publish-button").click()
    author_page.get_by_text("Date and visibility").click()
    author_page.get_by_role("button", name="Withdraw").click()
    expect(author_page.get_by_text("is withdrawn")).to_be_visible()
    author_page.get_by_role("button", name="Undo").click()

    expect(author_page.get_by_text("Live at /posts/leases.")).to_be_visible()
    assert working_copy(stored(post.id)).body == "Typed before."


class TestWithoutJavaScript:
    """Everything an author has to do, by plain forms and links."""

    @pytest.fixture
    def page(self, new_page, author):
        return new_page(as_author=author, java_script_enabled=False)

    @pytest.mark.under_path
    def test_write_preview_come_back_tag_and_publish(self, page, browser):
        page.goto("./write/posts/new")
        page.get_by_label("Title").fill("Plain")
        page.locator("#body").fill("\nA *plain* form.")
        page.get_by_label("Tags").fill('CI/CD, "C, the language"')
        page.get_by_role("button", name="Preview").click()
        expect(page.locator(".prose em")).to_have_text("plain")
        page.get_by_role("button", name="Back to writing").click()
        expect(page.locator("#body")).to_have_value("\nA *plain* form.")
        expect(page.get_by_label("Tags")).to_have_value('CI/CD, "C, the language"')
        page.get_by_role("button", name="Publish", exact=True).first.click()
        page.locator("#publish").click()
        expect(page.get_by_role("heading", name="Before it is published")).to_be_visible()
        page.get_by_role("button", name="Publish").click()

        expect(page.get_by_text("Live at /posts/plain.")).to_be_visible()
        assert "<em>plain</em>" in browser.get("/posts/plain").text

    def test_schedule_and_unschedule(self, page, draft):
        page.goto(f"./write/posts/{draft.id}")
        page.get_by_role("button", name="Publish", exact=True).first.click()
        page.get_by_label("At a set time").check()
        page.get_by_label("Date").fill("2099-03-04")
        page.get_by_label("Time", exact=True).fill("09:30")
        expect(page.locator("#publish")).to_have_accessible_name("Schedule")
        page.locator("#publish").click()
        page.get_by_role("button", name="Schedule", exact=True).click()
        expect(page.get_by_text("Goes live on 4 March 2099, 09:30 (UTC).")).to_be_visible()
        page.get_by_role("button", name="Scheduled").click()
        page.get_by_role("button", name="Unschedule").click()

        expect(page.get_by_text("is a draft and will not go live")).to_be_visible()

    def test_a_time_left_out_is_asked_for_in_the_open(self, page, draft):
        page.goto(f"./write/posts/{draft.id}")
        page.get_by_role("button", name="Publish", exact=True).first.click()
        page.get_by_label("At a set time").check()
        page.locator("#publish").click()

        expect(page.get_by_text("Choose a day and a time.")).to_be_visible()

    @pytest.mark.proxied
    @pytest.mark.under_path
    def test_upload(self, page, draft):
        page.goto(f"./write/posts/{draft.id}")
        page.locator("#body").fill("Typed.")
        page.get_by_role("button", name="Add an image").click()
        page.get_by_label("Image file").set_input_files(image_file())
        page.get_by_label("What it shows").fill("A map")
        page.get_by_role("button", name="Add image").click()

        expect(page.locator("#body")).to_have_value("Typed.\n\n![A map](shard-map.png)\n")

    def test_upload_without_description(self, page, draft):
        page.goto(f"./write/posts/{draft.id}")
        page.locator("#body").fill("Typed.")
        page.get_by_role("button", name="Add an image").click()
        page.get_by_label("Image file").set_input_files(image_file())
        page.get_by_role("button", name="Add image").click()

        expect(page.get_by_text("Say in a few words what the image shows.")).to_be_visible()
        expect(page.locator("#body")).to_have_value("Typed.")

    def test_conflict(self, page, draft):
        page.goto(f"./write/posts/{draft.id}")
        stored(draft.id).body = "Changed elsewhere."
        db.session.commit()
        page.locator("#body").fill("Typed.")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("main")).to_contain_text("Changed elsewhere.")
        page.get_by_role("button", name="Keep mine as a post of its own").click()

        expect(page.locator("#body")).to_have_value("Typed.")

    @pytest.mark.under_path
    def test_delete_and_undo(self, page, draft):
        page.goto("./write/posts")
        # What can be done with a post stands over the end of its row when one points at it.
        page.get_by_role("link", name="Leases").hover()
        page.get_by_role("button", name="Move Leases to the trash").click()
        page.get_by_role("button", name="Undo").click()

        expect(page.get_by_text("Taken back: 1 post is as it was.")).to_be_visible()

    def test_settings_on_a_phone(self, new_page, author, draft):
        page = new_page(as_author=author, java_script_enabled=False, viewport=PHONE)
        page.goto(f"./write/posts/{draft.id}")
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Address").fill("not an address")
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Save").click()

        expect(page.locator("#slug-errors")).to_be_visible()


@pytest.fixture
def desk(owner, make_post):
    """A blog with work in every state."""
    make_post(
        "Draft", published_at=None, authors=[owner.author], tags=["CI/CD"], body="# One\n\nTwo."
    )
    make_post("Public", authors=[owner.author], origin="demo")
    return owner


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("path", ["", "/posts", "/posts/1", "/posts/new", "/tags", "/settings"])
def test_pages_are_accessible_and_never_scroll_sideways(
    new_page, desk, check_accessibility, screenshot, scheme, size, path
):
    page = new_page(as_author=desk, viewport=size, color_scheme=scheme)

    page.goto(f"./write{path}")
    page.wait_for_load_state("networkidle")

    screenshot(page, f"write{path.replace('/', '-')}-{size['width']}-{scheme}")
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_sheets_errors_and_conflicts_are_accessible(
    new_page, desk, check_accessibility, screenshot, scheme, size
):
    page = new_page(as_author=desk, viewport=size, color_scheme=scheme)
    page.goto("./write/posts/1")
    for button, sheet in (
        ("#publish-button", "#publish-sheet"),
        ("[aria-label=Image]", "#image-sheet"),
    ):
        page.locator(button).click()
        expect(page.locator(sheet)).to_be_visible()
        check_accessibility(page)
        page.keyboard.press("Escape")

    write(page, "Mine.")
    page.locator("#title").fill("")
    page.keyboard.press("Control+s")
    expect(page.locator("#title-errors")).to_be_visible()
    check_accessibility(page)
