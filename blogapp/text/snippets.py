"""A piece of HTML for the head of a page, read strictly and written anew."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

_INLINE = ("script", "style")
_VOID = ("link", "meta")
_ALLOWED = {*_INLINE, *_VOID}
# What a meta element could turn the whole page into: a redirect, another policy.
_REFUSED_ATTRIBUTES = {"http-equiv", "nonce", "style"}
_NAME = re.compile(r"[a-z][a-z0-9-]*")
# In a script "<!--" opens a state in which "</script>" does not close it (WHATWG HTML, 13.2.5).
_UNSAFE_TEXT = re.compile(r"<!--|</(?:script|style)", re.IGNORECASE)
# Where a link's file goes by its relation; others only name an address.
_LOADED_BY = {"stylesheet": "style", "modulepreload": "script"}


class BadSnippet(ValueError):
    """The snippet holds something that has no place in a head; the message says what."""


@dataclass(frozen=True)
class Snippet:
    """HTML to put into a head, and what the page's policy has to admit for it."""

    html: str
    inline: Sequence[tuple[str, str]]  # "script" or "style", and the text between its tags
    loads: Sequence[tuple[str, str]]  # "script" or "style", and the address


def read_snippet(text: str) -> Snippet:
    """Return the script, style, link and meta elements in ``text``, written anew.

    >>> read_snippet('<script async src="https://a.example/x.js"></script>').html
    '<script async src="https://a.example/x.js"></script>'

    Raises `BadSnippet` for every other element, for text, handlers and inline styles.
    """
    reader = _Reader()
    reader.feed(text.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._inline: list[tuple[str, str]] = []
        self._loads: list[tuple[str, str]] = []
        self._open = ""
        self._has_source = False
        self._text = ""

    def finished(self) -> Snippet:
        if self._open:
            raise BadSnippet(f"<{self._open}> is not closed.")
        return Snippet("\n".join(self._written), self._inline, self._loads)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ALLOWED:
            raise BadSnippet(f"<{tag}> does not belong into a head.")
        attributes = _checked(tag, attrs)
        written = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"'
            for name, value in attributes.items()
        )
        self._written.append(f"<{tag}{written}>")
        self._note_what_it_loads(tag, attributes)
        if tag in _INLINE:
            self._open, self._text = tag, ""
            self._has_source = tag == "script" and "src" in attributes

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open:
            raise BadSnippet(f"</{tag}> closes nothing.")
        if self._has_source and self._text.strip():
            raise BadSnippet("A script has an address or a text, not both.")
        if _UNSAFE_TEXT.search(self._text):
            raise BadSnippet(f"The text of a <{tag}> holds something that browsers may not close.")
        if not self._has_source:
            self._inline.append((tag, self._text))
        self._written[-1] += f"{self._text}</{tag}>"
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text += data
        elif data.strip():
            raise BadSnippet(f"“{data.strip()[:40]}” is text; a head shows none.")

    def handle_decl(self, decl: str) -> None:
        raise BadSnippet("A document type does not belong into a head.")

    def handle_pi(self, data: str) -> None:
        raise BadSnippet(f"<?{data[:20]} is no HTML.")

    def unknown_decl(self, data: str) -> None:
        raise BadSnippet(f"<![{data[:20]} is no HTML.")

    def _note_what_it_loads(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "script" and (source := attributes.get("src")):
            self._loads.append(("script", source))
        if tag == "link" and (address := attributes.get("href")):
            for relation in (attributes.get("rel") or "").lower().split():
                if kind := _LOADED_BY.get(relation):
                    self._loads.append((kind, address))


def _checked(tag: str, attrs: Sequence[tuple[str, str | None]]) -> dict[str, str | None]:
    names = [name for name, _ in attrs]
    for name, value in attrs:
        if not _NAME.fullmatch(name) or name.startswith("on") or name in _REFUSED_ATTRIBUTES:
            raise BadSnippet(f"The attribute {name} of <{tag}> is not allowed.")
        if re.match(r"[\s\x00-\x20]*(javascript|vbscript|data)\s*:", value or "", re.IGNORECASE):
            raise BadSnippet(f"The attribute {name} of <{tag}> holds a script.")
    if len(names) != len(set(names)):
        raise BadSnippet(f"An attribute of <{tag}> stands twice.")
    return dict(attrs)
