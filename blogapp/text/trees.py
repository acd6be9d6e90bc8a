"""Sanitised HTML as a tree whose elements know how they were written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from blogapp.text.tokens import VOID

# Names keep their case in drawings; a value may hold a ">".
_PIECE = re.compile(r"<(/?)([a-zA-Z][\w:-]*)((?:\s[^\s=<>]+(?:=\"[^\"]*\")?)*)\s*/?>|[^<]+|<")
# What is looked at as one thing: nobody reads a part of a formula or of a picture.
_WHOLE = frozenset({"audio", "iframe", "math", "picture", "svg", "video"})
# Further down nothing is taken apart any more.
DEEPEST = 40


class NotWellFormed(Exception):
    """A tag is closed that is not open, or is never closed."""


@dataclass(slots=True)
class Element:
    """An element; one that is not taken apart is ``whole``, as it is written."""

    name: str
    opening: str
    children: list["Element | str"] = field(default_factory=list)
    whole: str = ""

    @property
    def closing(self) -> str:
        return "" if self.name in VOID else f"</{self.name}>"


Node = Element | str


def parse(html: str) -> list[Node]:
    """Return the nodes of ``html``, with text as it is escaped. Raises `NotWellFormed`.

    >>> [node if isinstance(node, str) else node.name for node in parse("a<b>c</b>&lt;")]
    ['a', 'b', '&lt;']
    """
    level: list[Node] = []
    open_ones: list[tuple[str, list[Node]]] = []
    pieces = _PIECE.finditer(html)
    for piece in pieces:
        name = piece[2]
        if name is None:
            level.append("&lt;" if piece[0] == "<" else piece[0])
        elif piece[1]:
            if not open_ones or open_ones[-1][0] != name:
                raise NotWellFormed(f"</{name}>")
            level = open_ones.pop()[1]
        else:
            element = Element(name, piece[0])
            level.append(element)
            if name in _WHOLE or (len(open_ones) >= DEEPEST and name not in VOID):
                element.whole = html[piece.start() : _end(name, pieces)]
            elif name not in VOID:
                open_ones.append((name, level))
                level = element.children
    if open_ones:
        raise NotWellFormed(f"<{open_ones[-1][0]}>")
    return level


def write(nodes: Sequence[Node]) -> str:
    """Return nodes as HTML.

    >>> write(parse('<p>a <img src="b">&amp;</p>'))
    '<p>a <img src="b">&amp;</p>'
    """
    return "".join(
        node
        if isinstance(node, str)
        else node.whole or f"{node.opening}{write(node.children)}{node.closing}"
        for node in nodes
    )


def _end(name: str, pieces: Iterator[re.Match[str]]) -> int:
    """Return where the element ends whose opening tag was read last."""
    depth = 1
    for piece in pieces:
        if piece[2] == name and not piece[0].endswith("/>"):
            depth += -1 if piece[1] else 1
            if not depth:
                return piece.end()
    raise NotWellFormed(f"<{name}>")
