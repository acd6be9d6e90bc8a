"""The list of posts and the desk, by keyboard."""

import pytest
from playwright.sync_api import expect

from blogapp.extensions import db
from blogapp.site.models import Site
from tests.browser.conftest import DESK, PHONE, TABLET
from tests.browser.measures import SMALL_TARGETS, STICKING_OUT
from tests.conftest import JANUARY


def ready(page):
    """Wait until keys act; and on a list, until its rows do."""
    expect(page.locator("desk-shortcuts[data-ready]")).to_be_attached()
    if page.locator("post-rows").count():
        expect(page.locator("post-rows[data-ready]")).to_be_attached()


@pytest.fixture
def owner_page(new_page, owner):
    return new_page(as_author=owner)


def test_rows_are_chosen_changed_and_brought_back_by_keyboard(owner_page, make_posts):
    make_posts(5)
    page = owner_page
    page.goto("./write")
    ready(page)

    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url("./write/posts")
    ready(page)
    for key in "jxjjx":
        page.keyboard.press(key)
    expect(page.locator(".changes__count")).to_have_text("2 chosen")
    expect(page.locator(".post-table__row[aria-current]")).to_contain_text("Post 3")
    page.get_by_label("What to do").select_option("trash")
    page.get_by_role("button", name="Do it").press("Enter")

    expect(page.locator(".notices")).to_contain_text("2 posts are in the trash.")
    expect(page.locator(".post-table__row")).to_have_count(3)
    page.reload()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".notices")).to_contain_text("Taken back: 2 posts are as they were.")
    expect(page.locator(".post-table__row")).to_have_count(5)


def test_shift_chooses_all_between_two_rows(owner_page, make_posts):
    make_posts(6)
    page = owner_page
    page.goto("./write/posts")
    ready(page)

    boxes = page.locator(".post-table__choice input")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])

    expect(page.locator(".changes__count")).to_have_text("4 chosen")
    page.get_by_label("All 6 that match").check()
    expect(page.locator(".changes__count")).to_have_text("6 chosen")
    boxes.nth(1).click()
    expect(page.get_by_label("All 6 that match")).not_to_be_checked()


def test_letters_do_nothing_once_they_are_switched_off(owner_page, make_posts):
    make_posts(2)
    page = owner_page
    page.goto("./write/posts")
    ready(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Choose the post, or no longer")
    page.get_by_role("link", name="Switch single letters off").click()

    page.get_by_label("Single letters and signs act").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notices")).to_contain_text("Single letters do nothing now.")
    page.goto("./write/posts")
    ready(page)
    for key in ("j", "x", "?", "n"):
        page.keyboard.press(key)

    expect(page.locator(".changes__count")).to_have_text("None chosen")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url("./write/posts")


def test_pages_of_the_desk_fit_and_are_accessible(
    owner_page, owner, make_post, check_accessibility, screenshot
):
    db.session.add(Site(id=1, title="Plumbline", language="de"))
    mine = {"authors": [owner.author]}
    make_post("Ein Entwurf", published_at=None, **mine)
    live = make_post("Veröffentlicht", tags=["SQLite"], domain="Datenbanken", **mine)
    make_post("Weg", deleted_at=JANUARY, **mine)
    page = owner_page

    for name in ("", "/posts", "/posts?state=trashed", "/posts?q=nichts", "/shortcuts"):
        page.goto(f"./write{name}")
        ready(page)
        for view in (DESK, TABLET, PHONE):
            page.set_viewport_size(view)
            assert page.evaluate(STICKING_OUT) == [], (name, view)
            screenshot(page, f"desk{name.replace('/', '-')}-{view['width']}")
        assert page.evaluate(SMALL_TARGETS, 24) == [], name
        menu = page.locator(".desk__nav")
        assert menu.evaluate("(menu) => menu.scrollWidth <= menu.clientWidth"), name
        if "trashed" in name:
            check_accessibility(page)

    page.goto("./write/posts")
    ready(page)
    page.locator(f"#post-{live.id} input").check()
    page.locator("#act").select_option("tag")
    page.locator("[name=do]").click()
    expect(page.get_by_role("combobox", name="Schlagwörter")).to_be_visible()
    check_accessibility(page)
    assert page.evaluate(STICKING_OUT) == []
