"""Mobiledoc, the documents of Ghost 1 to 4: sections of marked-up text, cards among them."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from blogapp.importing.bodies import figure
from blogapp.importing.ghost.cards import Cards
from blogapp.importing.ghost.errors import NotThatFormat

_MARKUP, _IMAGE, _LIST, _CARD = 1, 2, 3, 10
_TEXT = 0
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "a": "a", "code": "code"}
_INLINE |= {name: name for name in ("u", "s", "sub", "sup", "mark", "del", "strike")}


def write_mobiledoc(text: str, cards: Cards) -> None:
    """Put a document into the body of ``cards``. Raises `NotThatFormat` if it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotThatFormat("its Mobiledoc document is damaged") from error
    if not isinstance(document, dict) or not isinstance(document.get("sections"), list):
        raise NotThatFormat("its Mobiledoc document has no sections")
    _Writer(document, cards).sections()


class _Writer:
    def __init__(self, document: dict[str, Any], cards: Cards) -> None:
        self.document, self.cards, self.body = document, cards, cards.body

    def sections(self) -> None:
        for section in self._all("sections"):
            kind = section[0] if section else None
            if kind == _MARKUP and len(section) > 2:
                self._text(section[1], section[2])
            elif kind == _LIST and len(section) > 2:
                tag = "ol" if section[1] == "ol" else "ul"
                items = "".join(f"<li>{self._inline(item)}</li>" for item in _lists(section[2]))
                self.body.html(f"<{tag}>{items}</{tag}>")
            elif kind == _IMAGE and len(section) > 1 and isinstance(section[1], str):
                self.body.html(figure(section[1]))
            elif kind == _CARD and len(section) > 1:
                self._card(section[1])
            else:
                self.body.note("a part of the document of an unknown kind was left out")

    def _text(self, tag: Any, markers: Any) -> None:
        html = self._inline(markers)
        if not html.strip():
            return
        if tag in ("blockquote", "aside", "pull-quote"):
            self.body.html(f"<blockquote><p>{html}</p></blockquote>")
        else:
            tag = tag if tag in _BLOCKS else "p"
            self.body.html(f"<{tag}>{html}</{tag}>")

    def _card(self, index: Any) -> None:
        card = self._one("cards", index)
        if len(card) > 1 and isinstance(card[0], str) and isinstance(card[1], dict):
            self.cards.add(card[0], card[1])
        elif len(card) == 1 and isinstance(card[0], str):
            self.cards.add(card[0], {})
        else:
            self.body.note("a card that the document does not hold was left out")

    def _inline(self, markers: Any) -> str:
        html: list[str] = []
        open_tags: list[str] = []
        for marker in _lists(markers):
            if len(marker) < 4:
                continue
            kind, opened, closed, value = marker[:4]
            for index in opened if isinstance(opened, list) else []:
                tag, start = self._markup(index)
                open_tags.append(tag)
                html.append(start)
            html.append(escape(str(value)) if kind == _TEXT else self._atom(value))
            for _ in range(closed if isinstance(closed, int) else 0):
                if open_tags:
                    html.append(_end(open_tags.pop()))
        html += [_end(tag) for tag in reversed(open_tags)]
        return "".join(html)

    def _markup(self, index: Any) -> tuple[str, str]:
        """Return an element's name, empty where it says nothing here, and its start tag."""
        markup = self._one("markups", index)
        tag = _INLINE.get(str(markup[0]).lower(), "") if markup else ""
        if tag != "a":
            return tag, f"<{tag}>" if tag else ""
        pairs = markup[1] if len(markup) > 1 and isinstance(markup[1], list) else []
        given = dict(zip(map(str, pairs[::2]), map(str, pairs[1::2]), strict=False))
        return tag, f'<a href="{escape(given.get("href", ""))}">'

    def _atom(self, index: Any) -> str:
        atom = self._one("atoms", index)
        if atom and atom[0] == "soft-return":
            return "<br>"
        return escape(str(atom[1])) if len(atom) > 1 else ""

    def _all(self, name: str) -> Iterator[list[Any]]:
        return _lists(self.document.get(name))

    def _one(self, name: str, index: Any) -> list[Any]:
        items = self.document.get(name)
        if isinstance(items, list) and isinstance(index, int) and 0 <= index < len(items):
            return items[index] if isinstance(items[index], list) else []
        return []


def _lists(value: Any) -> Iterator[list[Any]]:
    items = value if isinstance(value, list) else []
    return (item for item in items if isinstance(item, list))


def _end(tag: str) -> str:
    return f"</{tag}>" if tag else ""
