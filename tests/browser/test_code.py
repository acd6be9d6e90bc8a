"""Code blocks in a browser: copying, pointing at lines, folding; most of it without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE

SESSION = "```console\n$ make test\n12 passed\n$ echo 'one\n> two'\none\ntwo\n```"
CHANGE = "```js del={1} ins={2}\nlet a = 1\nlet a = 2\n```"
NUMBERED = "```python linenos\n{}\n```".format("\n".join(f"line_{n} = {n}" for n in range(1, 13)))
LONG = "```rust\n{}\n```".format("\n".join(f"let {'x' * 90} = {n};" for n in range(1, 81)))
BODY = "\n\n".join(["Text.", SESSION, CHANGE, NUMBERED, LONG, "The end."])
ROOM = "pre => [pre.scrollHeight > pre.clientHeight + 1, pre.scrollWidth > pre.clientWidth]"


@pytest.fixture
def post(make_post):
    return make_post("Code", body=BODY)


def open_with_script(page, address="./posts/code"):
    page.goto(address)
    expect(page.locator("#c4 .copy-code__button", has_text="Copy")).to_be_visible()


@pytest.mark.usefixtures("post")
def test_code_is_copied_by_keyboard_without_prompts_and_output(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_with_script(page)

    for block, copied in (("#c1", "make test\necho 'one\ntwo'"), ("#c2", "let a = 2")):
        button = page.locator(block).get_by_role("button", name="Copy")
        button.focus()
        page.keyboard.press("Enter")

        expect(page.locator(f"{block} [role=status]")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == copied


@pytest.mark.usefixtures("post")
def test_where_a_page_may_not_copy_the_text_is_selected_and_clean(page):
    page.context.grant_permissions(["clipboard-read"])
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));"
        "document.execCommand = () => false"
    )
    open_with_script(page)

    page.locator("#c3").get_by_role("button", name="Copy").click()

    expect(page.locator("#c3 [role=status]")).to_have_text("Press Ctrl C")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split("\n")[:2] == ["line_1 = 1", "line_2 = 2"]


@pytest.mark.usefixtures("post")
def test_without_script_a_line_has_an_address_and_a_selection_has_no_numbers(plain_page):
    plain_page.goto("./posts/code#c4-L70")

    marked = plain_page.locator("#c4-L70")
    expect(marked).to_be_in_viewport()
    ground = "line => getComputedStyle(line).backgroundColor"
    assert marked.evaluate(ground) != plain_page.locator("#c4-L71").evaluate(ground)
    selected = plain_page.evaluate(
        """() => {
            getSelection().selectAllChildren(document.querySelector("#c3 code"))
            return getSelection().toString()
        }"""
    )
    assert selected.startswith("line_1 = 1\nline_2 = 2\n")


@pytest.mark.usefixtures("post")
def test_without_script_a_long_block_opens_and_nothing_is_lost_on_paper(plain_page):
    plain_page.goto("./posts/code")
    pre = plain_page.locator("#c4 pre")
    assert pre.evaluate(ROOM) == [True, True]

    plain_page.get_by_text("Show all 80 lines").click()
    expect(plain_page.get_by_text("Show fewer lines")).to_be_visible()
    assert pre.evaluate(ROOM) == [False, True]

    plain_page.get_by_text("Show fewer lines").click()
    plain_page.emulate_media(media="print")
    assert pre.evaluate(ROOM) == [False, False]


@pytest.mark.usefixtures("post")
def test_numbers_set_the_address_of_a_line_or_of_a_range(page):
    open_with_script(page)
    numbers = page.locator("#c3 .line > a")
    marked = page.locator("#c3 [aria-current]")

    numbers.nth(2).click()
    expect(page).to_have_url(re.compile("#c3-L3$"))
    numbers.nth(4).click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile("#c3-L3-5$"))
    expect(marked).to_have_count(3)

    numbers.nth(4).focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(page).to_have_url(re.compile("#c3-L3-6$"))
    expect(page.get_by_role("link", name="Link to line 6")).to_be_focused()


@pytest.mark.usefixtures("post")
def test_a_link_to_a_range_leads_there(page):
    open_with_script(page, "./posts/code#c4-L60-62")

    marked = page.locator("#c4 [aria-current]")
    expect(marked).to_have_count(3)
    expect(marked.first).to_be_in_viewport()


@pytest.mark.usefixtures("post")
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_long_lines_scroll_inside_their_block_or_wrap(new_page, viewport, check_accessibility):
    page = new_page(viewport=viewport)
    open_with_script(page)
    pre = page.locator("#c4 pre")
    expect(pre).to_have_attribute("tabindex", "0")
    expect(page.locator("#c2 pre")).not_to_have_attribute("tabindex", "0")

    page.locator("#c4").get_by_role("button", name="Wrap").click()

    assert pre.evaluate(ROOM)[1] is False
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    check_accessibility(page)
