"""How long a key takes to its frame in the editor, on both surfaces: `python -m bench.typing`."""

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.blogs import ROOT, run_blogapp
from bench.rendering import text_of
from bench.serving import gunicorn
from tests.browser.programs import ARGUMENTS, find_chromium

KILOBYTES = 100
KEYS = 150
PASSWORD = "measured from key to frame"

# From the key's own time to the moment after its frame was handed over.
WATCH = """() => {
  window.frames_of_keys = []
  document.addEventListener("keydown", (event) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        window.frames_of_keys.push(performance.now() - event.timeStamp)
      }
      channel.port2.postMessage(null)
    })
  }, true)
}"""
STAND = """(text) => {
  const editor = document.querySelector("markdown-editor")
  editor.replace(text)
  const at = text.indexOf("\\n", text.length / 2)
  editor.select(at, at)
}"""


@dataclass(frozen=True)
class Typing:
    """Milliseconds from key to frame on one surface."""

    surface: str
    median: float
    slowest_twentieth: float


def measure(kilobytes: int = KILOBYTES, keys: int = KEYS) -> list[Typing]:
    """Type in the middle of a post this long, the preview beside it, and tell what keys took."""
    with tempfile.TemporaryDirectory() as folder:
        run_blogapp(Path(folder), "synth", "--posts", "10")
        _add_author(folder)
        with gunicorn("blog", "wsgi:app", Path(folder)) as server, sync_playwright() as playwright:
            path = find_chromium()
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.address}/write/posts/new")
            page.get_by_label("Email").fill("author@example.com")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            found = [_measure_surface(page, name, kilobytes, keys) for name in ("code", "plain")]
            browser.close()
    return found


def report() -> str:
    """Return the figures as Markdown."""
    rows = [
        f"| {one.surface} | {one.median:.1f} | {one.slowest_twentieth:.1f} |" for one in measure()
    ]
    return "\n".join(
        [
            "### Typing",
            "",
            f"{KEYS} keys in the middle of a post of {KILOBYTES} KB, preview and map beside it; a"
            " frame comes every 16.7 ms.",
            "",
            "| surface | ms from key to frame, median | slowest twentieth |",
            "| --- | ---: | ---: |",
            *rows,
        ]
    )


def _add_author(folder: str) -> None:
    add = ["author", "add", "author@example.com", "--name", "Author", "--role", "owner"]
    subprocess.run(
        [sys.executable, "-c", "from blogapp.cli import main; main()", *add, "--password-stdin"],
        input=PASSWORD,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"BLOG_INSTANCE": folder},
        stdout=subprocess.DEVNULL,
    )


def _measure_surface(page: Page, surface: str, kilobytes: int, keys: int) -> Typing:
    page.locator("markdown-editor[data-surface]").wait_for(state="attached")
    box = page.get_by_label("Plain text field")
    box.set_checked(surface == "plain")
    page.locator(f"markdown-editor[data-surface={surface}]").wait_for(state="attached")
    page.evaluate(STAND, text_of(kilobytes))
    page.locator(".editor__preview:not([aria-busy]) .prose h2").first.wait_for(timeout=60_000)
    page.evaluate(WATCH)
    for at in range(keys):
        page.keyboard.press("Space" if at % 6 == 5 else "abcde"[at % 6], delay=30)
    # The first keys warm up what is compiled when it is used.
    taken = sorted(page.evaluate("window.frames_of_keys")[10:])
    page.evaluate("window.frames_of_keys = []")
    return Typing(surface, statistics.median(taken), taken[int(0.95 * len(taken))])


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
