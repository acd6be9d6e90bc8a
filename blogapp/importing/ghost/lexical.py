"""Lexical, the documents of Ghost 5 and later: a tree of nodes, cards among them."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from blogapp.importing.ghost.cards import Cards
from blogapp.importing.ghost.errors import NotThatFormat

_DEEPEST = 100
# The bits of a text's ``format``, in the order in which their elements are opened.
_FORMATS = (
    (16, "code"), (1, "strong"), (2, "em"), (8, "u"), (4, "s"), (128, "mark"),
    (32, "sub"), (64, "sup"),
)  # fmt: skip
_ALIASES = {"extended-text": "text", "extended-heading": "heading", "extended-quote": "quote"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTS = frozenset({"text", "linebreak", "tab", "link", "autolink", "tk", "zwnj", "at-link"})
_TEXTS |= frozenset({"at-link-search", "code-highlight", "emoji", "hashtag"})

Node = Mapping[str, Any]


def write_lexical(text: str, cards: Cards) -> None:
    """Put a document into the body of ``cards``. Raises `NotThatFormat` if it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotThatFormat("its Lexical document is damaged") from error
    root = document.get("root") if isinstance(document, dict) else None
    if not isinstance(root, dict) or not isinstance(root.get("children"), list):
        raise NotThatFormat("its Lexical document has no root")
    _Writer(cards).blocks(root, 0)


class _Writer:
    def __init__(self, cards: Cards) -> None:
        self.cards, self.body = cards, cards.body

    def blocks(self, parent: Node, depth: int) -> None:
        run: list[Node] = []
        for node in _children(parent):
            if _kind(node) in _TEXTS:
                run.append(node)
                continue
            self._paragraph(run, depth)
            run = []
            self._block(node, depth + 1)
        self._paragraph(run, depth)

    def _block(self, node: Node, depth: int) -> None:
        kind = _kind(node)
        if depth > _DEEPEST:
            self.body.note("what is nested more than a hundred levels deep was left out")
        elif kind == "paragraph":
            self._paragraph(_children(node), depth)
        elif kind == "heading":
            tag = node.get("tag") if str(node.get("tag")) in _HEADINGS else "h2"
            self.body.html(f"<{tag}>{self._inline(_children(node), depth)}</{tag}>")
        elif kind in ("quote", "aside"):
            self.body.html(f"<blockquote>{self._flow(node, depth)}</blockquote>")
        elif kind == "list":
            self.body.html(self._list(node, depth))
        elif kind == "code":
            self.body.code(self._plain(node, depth), str(node.get("language") or ""))
        elif node.get("children") and kind not in ("callout", "toggle"):
            self.blocks(node, depth)
        else:
            self.cards.add(kind, node)

    def _paragraph(self, nodes: Iterable[Node], depth: int) -> None:
        if (html := self._inline(nodes, depth)).strip():
            self.body.html(f"<p>{html}</p>")

    def _flow(self, node: Node, depth: int) -> str:
        """Return words, with paragraphs where there are some, for a quote or an item."""
        parts: list[str] = []
        run: list[Node] = []
        for child in _children(node):
            kind = _kind(child)
            if kind in ("paragraph", "quote", "heading", "list"):
                parts.append(self._inline(run, depth))
                run = []
                if kind == "list":
                    parts.append(self._list(child, depth + 1))
                else:
                    parts.append(f"<p>{self._inline(_children(child), depth + 1)}</p>")
            else:
                run.append(child)
        return "".join([*parts, self._inline(run, depth)])

    def _list(self, node: Node, depth: int) -> str:
        if depth > _DEEPEST:
            return ""
        is_numbered = node.get("listType") == "number" or node.get("tag") == "ol"
        start = node.get("start")
        begins = f' start="{start}"' if is_numbered and isinstance(start, int) else ""
        items: list[str] = []
        for child in _children(node):
            nested = [one for one in _children(child) if _kind(one) == "list"]
            if nested and len(nested) == len(_children(child)) and items:
                # A list within an item stands in an item of its own, below it.
                inner = "".join(self._list(one, depth + 1) for one in nested)
                items[-1] = f"{items[-1].removesuffix('</li>')}{inner}</li>"
                continue
            box = ""
            if node.get("listType") == "check":
                box = "☑ " if child.get("checked") is True else "☐ "
            items.append(f"<li>{box}{self._flow(child, depth + 1)}</li>")
        tag = "ol" if is_numbered else "ul"
        return f"<{tag}{begins}>{''.join(items)}</{tag}>"

    def _inline(self, nodes: Iterable[Node], depth: int) -> str:
        """Return the texts and links as HTML; an element spans all texts that have it."""
        html: list[str] = []
        open_tags: list[str] = []
        for node in nodes:
            text, wanted = self._piece(node, depth)
            kept = 0
            while kept < min(len(open_tags), len(wanted)) and open_tags[kept] == wanted[kept]:
                kept += 1
            html += [f"</{tag}>" for tag in reversed(open_tags[kept:])]
            html += [f"<{tag}>" for tag in wanted[kept:]]
            open_tags = wanted
            html.append(text)
        html += [f"</{tag}>" for tag in reversed(open_tags)]
        return "".join(html)

    def _piece(self, node: Node, depth: int) -> tuple[str, list[str]]:
        kind = _kind(node)
        if kind == "linebreak":
            return "<br>", []
        if kind in ("link", "autolink"):
            words = self._inline(_children(node), depth + 1) if depth < _DEEPEST else ""
            url = node.get("url")
            if not isinstance(url, str) or not url:
                return words, []
            return f'<a href="{escape(url)}">{words}</a>', []
        if node.get("children"):
            return (self._inline(_children(node), depth + 1) if depth < _DEEPEST else ""), []
        text = node.get("text")
        if not isinstance(text, str):
            text = "\t" if kind == "tab" else ""
        bits = node.get("format") if isinstance(node.get("format"), int) else 0
        return escape(text), [tag for bit, tag in _FORMATS if bits and bits & bit]

    def _plain(self, node: Node, depth: int) -> str:
        if depth > _DEEPEST:
            return ""
        parts = []
        for child in _children(node):
            if _kind(child) == "linebreak":
                parts.append("\n")
            elif isinstance(child.get("text"), str):
                parts.append(child["text"])
            else:
                parts.append(self._plain(child, depth + 1))
        return "".join(parts)


def _children(node: Node) -> list[Node]:
    children = node.get("children")
    items = children if isinstance(children, list) else []
    return [child for child in items if isinstance(child, dict)]


def _kind(node: Node) -> str:
    kind = str(node.get("type") or "")
    return _ALIASES.get(kind, kind)
