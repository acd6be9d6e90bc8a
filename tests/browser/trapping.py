"""Noticing what runs on a page, is stopped by its policy, or leaves for another host."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Error

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
# Called before anything on a page: whatever an attack would call says so.
LISTEN = """
for (const name of ["alert", "confirm", "prompt", "print", "open", "write", "writeln"]) {
  const owner = name.startsWith("write") ? Document.prototype : window
  owner[name] = (...words) => { console.log("ran", name, String(words[0]).slice(0, 80)) }
}
"""

# Does to every element what a reader could do to it, and calls by name what it listens for.
PROVOKE = """(within) => {
  const keep = (event) => {
    const link = event.target.closest?.("a[href], area[href]")
    if (link && !/^javascript:/i.test(link.protocol)) event.preventDefault()
    const isPlain = (form) => !/^javascript:/i.test(form.action)
    if (event.type === "submit" && isPlain(event.target)) event.preventDefault()
  }
  for (const type of ["click", "submit"]) addEventListener(type, keep, true)
  const usual = ["pointerover", "mouseover", "mouseenter", "mousemove", "mousedown", "mouseup",
    "focus", "blur", "keydown", "copy", "contextmenu"]
  for (const root of document.querySelectorAll(within))
    for (const element of [root, ...root.querySelectorAll("*")]) {
      const own = [...element.attributes].map((a) => a.name).filter((name) => /^on/i.test(name))
      for (const type of new Set([...usual, ...own.map((name) => name.slice(2))]))
        element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }))
      element.focus?.()
      // Controls of the filter would ask for another list each.
      if (!element.closest("label, select")) element.click?.()
    }
}"""


class Trap:
    """Notices whatever runs, is stopped by the policy, or leaves for another host."""

    def __init__(self, context, server):
        self.host = urlsplit(server).netloc
        self.caught = []
        context.add_init_script(LISTEN)
        context.on("console", self._console)
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("page", lambda page: self.caught.append(f"window {page.url}"))
        # Nothing leaves this machine, whatever it was.
        elsewhere = re.compile(rf"^(?!{re.escape(server)}/)")
        context.route(elsewhere, lambda route: route.abort())

    def _console(self, message):
        if message.text.startswith("ran "):
            self.caught.append(message.text)
        elif "Content Security Policy" in message.text and not self._is_media(message.text):
            self.caught.append(f"stopped: {message.text}")

    def _dialog(self, dialog):
        if dialog.type == "beforeunload":
            # A text was changed, and the page asks about it.
            dialog.accept()
            return
        self.caught.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request):
        harmless = request.resource_type in {"image", "media"}
        if urlsplit(request.url).scheme != "data" and self._is_foreign(request) and not harmless:
            self.caught.append(f"{request.resource_type} {request.url}")

    def _is_foreign(self, request):
        return urlsplit(request.url).netloc != self.host

    def _is_media(self, text):
        # A picture on another host may be written down; the policy keeps it from loading.
        return "img-src" in text or "media-src" in text


def open_and_provoke(page, address, within="main"):
    try:
        page.goto(address)
    except Error:
        # What was pressed on the page before was still leading somewhere.
        page.goto(address)
    page.evaluate(PROVOKE, within)
    # What was put off until the next frame has happened after two.
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")


def serve(page, html, policy=POLICY):
    """Let the address `raw` answer with this HTML between the scripts of a post's page."""
    files = ("vendor/htmx-4.0.1.min.js", "js/elements/copy-code.js", "js/page.js")
    scripts = "".join(f'<script type="module" src="static/{file}"></script>' for file in files)
    page.unroute_all()
    page.route(
        "**/raw",
        lambda route: route.fulfill(
            body=f"<!doctype html><title>x</title>{scripts}<main>{html}</main>",
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": policy},
        ),
    )
