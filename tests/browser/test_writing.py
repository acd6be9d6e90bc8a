"""The text itself: what keys, menus, pasting and searching make of it, on both surfaces."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.measures import UNTIL
from tests.browser.writing import (
    expect_text,
    open_editor,
    select,
    text_of,
    use_editor,
    wait_for_editor,
    write,
)

PASTE = """(held) => {
  const clipboardData = new DataTransfer()
  for (const [kind, text] of Object.entries(held)) clipboardData.setData(kind, text)
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
  document.querySelector("#body").dispatchEvent(event)
  return event.defaultPrevented
}"""
FILES = """(kind) => {
  const held = new DataTransfer()
  held.items.add(new File(["x"], "map.png", { type: "image/png" }))
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })
    : new DragEvent("drop", {
        dataTransfer: held, clientX: 60, clientY: 300, bubbles: true, cancelable: true,
      })
  const editor = document.querySelector("markdown-editor")
  let heard = null
  editor.addEventListener("editor-files", (event) => {
    const { detail } = event
    // Nobody is to send it anywhere.
    event.stopPropagation()
    heard = detail.files.map((file) => file.name)
    detail.marker.replaceWith("![Sending map.png]()", { isPassing: true })
    window.marker = detail.marker
  }, { once: true })
  document.querySelector("#body").dispatchEvent(event)
  return heard
}"""
SHIFTED_PASTE = """() => {
  const keys = { key: "V", ctrlKey: true, shiftKey: true, bubbles: true }
  document.querySelector("#body").dispatchEvent(new KeyboardEvent("keydown", keys))
}"""
RICH = """<meta charset="utf-8"><style>p { color: red }</style>
<h2>Ages</h2><p>One <b>two</b> <a href="https://example.com/a_(b)">three</a>, snake_case and *.</p>
<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start="3"><li>x</li></ol>
<pre><code class="language-py">x = 1
</code></pre><table><tr><th>k</th><th>v</th></tr><tr><td>a|b</td><td>2</td></tr></table>
<blockquote><p>said</p></blockquote>"""
RICH_AS_MARKDOWN = """## Ages

One **two** [three](<https://example.com/a_(b)>), snake_case and \\*.

- a
  - b
- c

3. x

```py
x = 1
```

| k | v |
| --- | --- |
| a\\|b | 2 |

> said"""
DOCS = """<b style="font-weight:normal" id="docs-internal-guid-1"><p><span
style="font-weight:700">Bold </span><span>and plain</span></p></b>"""
LONG = "\n\n".join(f"## Part {i}\n\n{'Words of this part. ' * 40}" for i in range(1, 13))


@pytest.fixture
def draft(author, make_post):
    return make_post("Leases", body="First line.\n", published_at=None, authors=[author.author])


@pytest.fixture(params=["code", "plain"])
def surface(request, new_page, author, draft):
    """The editor in CodeMirror and as a textarea."""
    page = new_page(as_author=author)
    open_editor(page, f"./write/posts/{draft.id}")
    if request.param == "plain":
        page.get_by_label("Plain text field").check()
    expect(page.locator("markdown-editor")).to_have_attribute("data-surface", request.param)
    page.locator("#body").focus()
    return page


def found(page):
    return expect(page.locator(".find-bar__count"))


def test_the_slash_menu_puts_in_what_is_chosen_by_keys(surface):
    write(surface, "Hello ")
    surface.keyboard.type("/call")
    expect(surface.get_by_role("option", name="Callout")).to_have_attribute("aria-selected", "true")
    surface.keyboard.press("Enter")
    surface.keyboard.type("Mind.")
    expect_text(surface, "Hello \n\n> [!NOTE]\n> Mind.\n")

    surface.keyboard.press("Enter")
    surface.keyboard.press("Enter")
    surface.keyboard.type("/t")
    surface.keyboard.press("ArrowDown")
    surface.keyboard.press("Escape")
    expect(surface.get_by_role("listbox", name="Insert")).to_be_hidden()
    surface.keyboard.type("mp /list")
    surface.keyboard.press("Enter")
    surface.keyboard.type("item")

    assert text_of(surface).rstrip() == "Hello \n\n> [!NOTE]\n> Mind.\n\n- /tmp item".replace(
        "\n\n- /tmp", "\n- /tmp"
    )


def test_no_menu_opens_within_code(surface):
    write(surface, "```\n")

    surface.keyboard.type("ls /")

    expect(surface.get_by_role("listbox", name="Insert")).to_be_hidden()


def test_two_brackets_suggest_posts_one_may_see(surface, make_post, make_author):
    make_post("Leases [again]")
    make_post("Leases of others", published_at=None, authors=[make_author("Bo")])
    write(surface, "See ")

    surface.keyboard.type("[[leases [".removesuffix(" ["))
    options = surface.get_by_role("option")
    expect(options).to_have_text([re.compile(r"Leases \[again\]"), re.compile("Leases.*Draft")])
    surface.keyboard.press("Enter")

    expect_text(surface, "See [Leases \\[again\\]](/posts/leases-again)")


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ({"text/plain": "https://example.com/x"}, "see [this](https://example.com/x) now"),
        ({"text/plain": "a\tb|c\n1\t2"}, "see | a | b\\|c |\n| --- | --- |\n| 1 | 2 | now"),
        ({"text/plain": "Ages", "text/html": RICH}, f"see {RICH_AS_MARKDOWN} now"),
        ({"text/plain": "Bold", "text/html": DOCS}, "see **Bold** and plain now"),
    ],
    ids=["address", "cells", "rich", "docs"],
)
def test_what_is_pasted_becomes_markdown(surface, held, text):
    write(surface, "see this now")
    select(surface, 4, 8)

    assert surface.evaluate(PASTE, held)

    expect_text(surface, text)
    surface.keyboard.press("Control+z")
    expect_text(surface, "see this now")


def test_what_is_pasted_before_all_is_there_waits_for_it_or_goes_in_as_it_is(author_page, draft):
    author_page.route("**/joined/editor-on-use.*", lambda route: route.abort())
    open_editor(author_page, f"./write/posts/{draft.id}")
    rich = {"text/plain": "Bold", "text/html": "<b>Bold</b> "}

    assert author_page.evaluate(PASTE, rich)
    expect_text(author_page, "BoldFirst line.\n")

    author_page.unroute("**/joined/editor-on-use.*")
    assert author_page.evaluate(PASTE, rich)
    expect_text(author_page, "Bold**Bold**First line.\n")


def test_text_without_formatting_is_left_to_the_surface(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.get_by_label("Plain text field").check()
    author_page.locator("#body").focus()
    use_editor(author_page)
    plain = {"text/plain": "x = 1", "text/html": "<div><span style='color:red'>x = 1</span></div>"}

    assert not author_page.evaluate(PASTE, plain)
    author_page.evaluate(SHIFTED_PASTE)
    assert not author_page.evaluate(PASTE, {"text/plain": "Ages", "text/html": RICH})


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_files_are_handed_on_with_a_place_that_stays(surface, kind):
    write(surface, "One.\n")
    use_editor(surface)

    assert surface.evaluate(FILES, kind) == ["map.png"]

    select(surface, 0, 0)
    surface.keyboard.type("Before. ")
    surface.evaluate("window.marker.replaceWith('![A map](map.png)')")
    assert text_of(surface).startswith("Before. One.\n")
    assert "![A map](map.png)" in text_of(surface)
    assert "Sending" not in text_of(surface)


def test_a_text_from_elsewhere_keeps_caret_and_undo(surface):
    write(surface, "one\ntwo\nthree\n")
    select(surface, 6, 6)
    surface.keyboard.type("!")

    surface.evaluate(
        "e => document.querySelector('markdown-editor').replace(e)", "zero\none\ntw!o\nTHREE\n"
    )
    surface.keyboard.type("?")

    expect_text(surface, "zero\none\ntw!?o\nTHREE\n")
    for _ in range(4):
        surface.keyboard.press("Control+z")
    assert "?" not in text_of(surface)


def test_finding_and_replacing_by_keys(surface):
    write(surface, "Lease, lease and release.")
    surface.keyboard.press("Control+f")
    surface.keyboard.type("lease")
    found(surface).to_have_text("1 of 3")
    surface.get_by_label("Whole words").check()
    found(surface).to_have_text("1 of 2")
    surface.get_by_label("Match case").check()
    found(surface).to_have_text("1 of 1")
    surface.get_by_label("Match case").uncheck()
    surface.get_by_label("Regular expression").check()
    surface.get_by_label("Find", exact=True).fill("(l)(ease")
    found(surface).to_have_text("Not an expression")
    surface.get_by_label("Find", exact=True).fill("(l)(ease)")
    surface.keyboard.press("Escape")
    surface.keyboard.press("Control+h")
    surface.get_by_label("Replace with").fill("$2-$1")
    surface.keyboard.press("Control+Enter")

    found(surface).to_have_text("Replaced: 2")
    expect_text(surface, "ease-L, ease-l and release.")
    surface.keyboard.press("Escape")
    expect(surface.locator("#body")).to_be_focused()


def test_tab_is_no_trap_and_writes_where_asked(surface):
    write(surface, "- one\n- two")
    surface.keyboard.press("Control+m")
    surface.keyboard.press("Tab")
    expect_text(surface, "- one\n  - two")
    surface.keyboard.press("Shift+Tab")
    expect_text(surface, "- one\n- two")
    surface.keyboard.press("Control+m")

    surface.keyboard.press("Tab")

    expect(surface.locator("#body")).not_to_be_focused()
    expect_text(surface, "- one\n- two")


def test_the_choice_of_the_plain_field_is_remembered(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    author_page.locator("#body").press("Control+End")
    author_page.keyboard.type("Typed.")
    author_page.get_by_label("Plain text field").check()
    expect(author_page.locator("textarea#body")).to_have_value("First line.\nTyped.")
    author_page.on("dialog", lambda dialog: dialog.accept())

    author_page.goto("./write")
    open_editor(author_page, f"./write/posts/{draft.id}")

    expect(author_page.locator("textarea#body")).to_be_visible()
    author_page.get_by_label("Plain text field").uncheck()
    expect(author_page.locator(".cm-editor")).to_be_visible()


def test_text_preview_and_map_stand_at_one_place(author_page, author, make_post):
    post = make_post("Long", body=LONG, published_at=None, authors=[author.author])
    open_editor(author_page, f"./write/posts/{post.id}")
    preview = author_page.locator(".editor__preview")
    expect(author_page.locator("[data-preview-pane] #part-12")).to_have_attribute("data-line", "45")
    assert author_page.locator("document-map path").count() > 0

    author_page.locator("#body").focus()
    author_page.evaluate("document.querySelector('markdown-editor').goToLine(45)")
    author_page.evaluate(UNTIL % "document.querySelector('.editor__preview').scrollTop > 1000")
    expect(author_page.locator("[data-preview-pane] #part-12")).to_be_in_viewport()

    box = author_page.locator("document-map svg").first.bounding_box()
    author_page.mouse.click(box["x"] + 5, box["y"] + 2)
    author_page.evaluate(UNTIL % "document.querySelector('.editor__preview').scrollTop < 300")
    preview.hover()
    author_page.mouse.wheel(0, 100_000)
    author_page.evaluate(UNTIL % "document.querySelector('.cm-scroller').scrollTop > 1000")


def test_modes_and_headings_by_keys(author_page, author, make_post):
    post = make_post("Long", body=LONG, published_at=None, authors=[author.author])
    open_editor(author_page, f"./write/posts/{post.id}")
    author_page.locator("#body").focus()

    author_page.keyboard.press("Control+3")
    expect(author_page.locator("#body")).to_be_hidden()
    expect(author_page.locator(".editor__preview")).to_be_focused()
    author_page.keyboard.press("Control+1")
    expect(author_page.locator(".editor__preview")).to_be_hidden()
    author_page.keyboard.press("Control+Shift+p")
    expect(author_page.locator(".editor__preview")).to_be_visible()
    author_page.keyboard.press("Control+Shift+o")
    author_page.keyboard.type("part 11")
    author_page.keyboard.press("Enter")
    author_page.keyboard.type("# ")

    assert "\n# ## Part 11\n" in text_of(author_page)


def test_pictures_of_the_preview_are_not_loaded_anew(author_page, author, make_post):
    body = "One.\n\n![A square](/static/icons/mark.svg)\n"
    post = make_post("Drawn", body=body, published_at=None, authors=[author.author])
    open_editor(author_page, f"./write/posts/{post.id}")
    image = author_page.locator("[data-preview-pane] img")
    image.evaluate("image => { image.wasHere = true }")

    author_page.locator("#body").press("Control+Home")
    author_page.keyboard.type("Zero. ")

    expect(author_page.locator("[data-preview-pane]")).to_contain_text("Zero. One.")
    assert image.evaluate("image => image.wasHere")


def test_figures_follow_what_is_typed(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    foot = author_page.locator(".editor__figures")
    expect(foot).to_contain_text("2 words")

    write(author_page, "One two three.\n\n```\ncode\n```\n")

    expect(foot).to_contain_text("3 words")
    expect(foot).to_contain_text("29 characters")
    expect(foot).to_contain_text("70% code")


def test_figures_follow_who_writes_before_the_first_preview_is_there(author_page):
    held = []
    author_page.route("**/preview?fragment=preview", lambda route: held.append(route))
    author_page.set_viewport_size(PHONE)
    with author_page.expect_request("**/preview?fragment=preview"):
        open_editor(author_page, "./write/posts/new")

    write(author_page, "One two three.")
    expect(author_page.locator(".editor__figures")).to_contain_text("14 characters")
    expect(author_page.locator("#editor-state")).to_contain_text("Saved")
    for route in held:
        route.continue_()

    expect(author_page.locator(".editor__figures")).to_contain_text("3 words")


def test_lines_from_the_right_stand_on_the_right(author_page, draft):
    open_editor(author_page, f"./write/posts/{draft.id}")
    write(author_page, "שלום עולם\nHello")

    directions = UNTIL % (
        "[...document.querySelectorAll('.cm-line')]"
        ".map((line) => getComputedStyle(line).direction).join() === 'rtl,ltr'"
    )
    author_page.evaluate(directions)


@pytest.mark.parametrize("choice", ["code", "plain"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_both_surfaces_are_accessible_and_fit(
    new_page, author, make_post, check_accessibility, screenshot, choice, size
):
    body = f"# Ages\n\n{'x' * 400}\n\n- one\n- [two](https://example.com/{'y' * 200})\n"
    post = make_post("Leases", body=body, published_at=None, authors=[author.author])
    page = new_page(as_author=author, viewport=size)
    open_editor(page, f"./write/posts/{post.id}")
    if choice == "plain":
        page.get_by_label("Plain text field").check()
        wait_for_editor(page)
    page.locator("#body").press("Control+End")
    page.keyboard.type("/")
    expect(page.get_by_role("option", name="Heading")).to_be_visible()

    screenshot(page, f"writing-{choice}-{size['width']}")
    check_accessibility(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+h")
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    name = page.locator("#body")
    expect(name).to_have_accessible_name("Text, in Markdown")
