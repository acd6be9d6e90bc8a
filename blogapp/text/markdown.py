"""Markdown in, everything a post shows and is found by out."""

from collections.abc import Callable
from dataclasses import dataclass

import markdown as python_markdown

from blogapp.text.drawing import Block
from blogapp.text.excerpts import excerpt
from blogapp.text.sanitizing import sanitize

VERSION = 1


@dataclass(frozen=True)
class Picture:
    """Where an image lives, and its size in pixels when it is known."""

    url: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Heading:
    """A heading of a body, at the level at which the page shows it (2 to 6)."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A body as readers, searches and lists need it."""

    html: str
    headings: tuple[Heading, ...]
    text: str
    excerpt: str
    words: int
    code_lines: int
    figures: int
    minutes: int
    outline: tuple[Block, ...]
    pictures: tuple[str, ...]


def _as_written(reference: str) -> None:
    """Answer that nothing is known about a reference."""


def render(
    body: str,
    *,
    picture: Callable[[str], Picture | None] = _as_written,
    link: Callable[[str], str | None] = _as_written,
) -> Rendered:
    """Render a body of Markdown."""
    html = sanitize(python_markdown.markdown(body, extensions=["extra", "sane_lists"]))
    words = len(body.split())
    return Rendered(
        html=html,
        headings=(),
        text=body,
        excerpt=excerpt(body.split("\n\n")),
        words=words,
        code_lines=0,
        figures=0,
        minutes=max(1, round(words / 220)),
        outline=(Block(0, "prose", float(words)),) if words else (),
        pictures=(),
    )
