"""The editor as a test meets it: its text is the element's, whatever one types it into."""

from playwright.sync_api import expect

_HOLDS = """async (text) => {
  // Asked anew each time: the page with the editor may still be on its way.
  const held = () => document.querySelector("markdown-editor")?.value
  const until = performance.now() + 30_000
  while (held() !== text) {
    if (performance.now() > until) throw new Error(`the text is ${JSON.stringify(held())}`)
    await new Promise(requestAnimationFrame)
  }
}"""


def open_editor(page, address):
    """Open an editor and wait until its text can be typed into for good."""
    page.goto(address)
    wait_for_editor(page)


def wait_for_editor(page):
    expect(page.locator("markdown-editor[data-surface]")).to_be_attached()


def use_editor(page):
    """Do something, and wait for what comes with the first sign of use."""
    page.keyboard.press("Shift")
    expect(page.locator("upload-tray[data-ready]")).to_be_attached()


def text_of(page):
    """Return the whole text."""
    return page.evaluate("document.querySelector('markdown-editor').value")


def expect_text(page, text):
    """Wait until the whole text is this one."""
    page.evaluate(_HOLDS, text)


def select(page, start, end):
    """Select from one offset of the text to another, and give it the focus."""
    page.evaluate(
        "([start, end]) => document.querySelector('markdown-editor').select(start, end)",
        [start, end],
    )


def write(page, text):
    """Put this in the place of all that stands there, as keys do."""
    page.locator("#body").press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
