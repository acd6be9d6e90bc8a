"""Frames with pages of others: links in stored HTML, frames where the owner allows their origin.

What is stored stays true when the owner changes the list, and tells in a feed what it showed.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import urlsplit

from blogapp.text.tokens import VOID, Tag, tokens, write

# On a link: it stands for a frame, of this width and height in pixels where they were given.
FRAME = "data-frame"
SIZE = re.compile(r"([0-9]{0,4})x([0-9]{0,4})")

_WRITTEN = re.compile(r"<iframe(?=[\s/])([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+))")
_PIXELS = re.compile(r"([0-9]{1,4})(?:px)?")
_LINK = re.compile(
    rf'(?P<card><p class="embed embed--\w+">)?(?P<link><a [^<>]*\b{FRAME}="[^"<>]*"[^<>]*>)'
    r"(?P<inside>[^<]*(?:<(?!/a>)[^<]*)*)</a>(?(card)</p>)"
)
_TITLE = re.compile(r'<span class="embed__title">([^<]*)</span>')
_TAG = re.compile("<[^<>]*>")
# What may hold a paragraph.
_AROUND = {"article", "aside", "blockquote", "details", "div", "section"}
# The page in it keeps its own origin, and gets nothing of ours: it opens no dialog over the page,
# leads the reader nowhere without a press, and asks for no camera.
_LIMITS = {
    "loading": "lazy",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "sandbox": "allow-scripts allow-same-origin allow-forms allow-popups"
    " allow-popups-to-escape-sandbox allow-presentation",
    "allow": "fullscreen; picture-in-picture; encrypted-media",
    "allowfullscreen": "",
    "data-added": "",
}


def link_frames(html: str) -> str:
    """Return HTML that nobody has sanitised yet with a link before each frame on the web.

    >>> link_frames('<iframe src="https://a.example/b" title="A" width="9"></iframe>')
    '<a href="https://a.example/b" data-frame="9x" data-added="">A</a><iframe></iframe>'
    """
    return _WRITTEN.sub(_linked, html)


def set_apart(parts: list[Tag | str]) -> list[Tag | str]:
    """Return the tokens with a paragraph around each frame's link that stands in none."""
    made: list[Tag | str] = []
    open_tags: list[str] = []
    in_own = False
    for part in parts:
        if isinstance(part, Tag) and part.name == "a":
            begins = not part.closing and FRAME in part.attributes and _AROUND.issuperset(open_tags)
            made += [Tag("p"), part] if begins else [part]
            made += [Tag("p", closing=True)] if part.closing and in_own else []
            in_own = begins
            continue
        made.append(part)
        if isinstance(part, Tag) and part.name not in VOID:
            if not part.closing:
                open_tags.append(part.name)
            elif open_tags:
                open_tags.pop()
    return made


def show_frames(html: str, may_show: Callable[[str], bool]) -> str:
    """Return stored HTML with a frame for each such link whose address ``may_show``."""

    def shown(found: re.Match[str]) -> str:
        [link] = (token for token in tokens(found["link"]) if isinstance(token, Tag))
        address = link.attributes.get("href", "")
        if not may_show(address):
            return found[0]
        title = _TITLE.search(found["inside"])
        words = unescape(title[1] if title else _TAG.sub("", found["inside"])).strip()
        frame = _frame(address, words, link.attributes[FRAME])
        return f'<p class="framed">{frame}</p>' if found["card"] else frame

    return _LINK.sub(shown, html) if FRAME in html else html


def _linked(found: re.Match[str]) -> str:
    given: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(found[1]):
        given.setdefault(name.lower(), unescape("".join(values)).strip())
    address = given.get("src", "")
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "<iframe>"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "<iframe>"
    title = given.get("title") or (parts.hostname + parts.path).removeprefix("www.").rstrip("/")
    size = "x".join(_pixels(given.get(side, "")) for side in ("width", "height"))
    link = Tag("a", attributes={"href": address, FRAME: size, "data-added": ""})
    return f"{write(link)}{escape(title, quote=False)}</a><iframe>"


def _pixels(text: str) -> str:
    found = _PIXELS.fullmatch(text)
    return found[1] if found else ""


def _frame(address: str, title: str, size: str) -> str:
    attributes = {"src": address, "title": title}
    if found := SIZE.fullmatch(size):
        sides = zip(("width", "height"), found.groups(), strict=True)
        attributes |= {side: pixels for side, pixels in sides if pixels}
    return f"{write(Tag('iframe', attributes=attributes | _LIMITS))}</iframe>"
