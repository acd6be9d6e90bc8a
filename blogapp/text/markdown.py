"""Markdown in; out comes all that a post shows, is found by, and is drawn from."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from blogapp.text.drawing import Block
from blogapp.text.dressing import Heading, Picture, dress
from blogapp.text.excerpts import excerpt
from blogapp.text.extending import make_markdown
from blogapp.text.highlighting import highlight
from blogapp.text.reading import WORDS_PER_MINUTE, count_words, read
from blogapp.text.sanitizing import sanitize
from blogapp.text.templating import ADDED, resolve

__all__ = ["VERSION", "Heading", "Picture", "Rendered", "plain", "render"]

VERSION = 3

# As much of a plain text as an excerpt is looked for in.
_BEGINNING = 10_000
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Rendered:
    """A body as pages, lists and searches need it.

    ``html`` is sanitised and stands in ``<div class="prose">``; what it adds to the author's
    words carries ``data-added``. ``pictures`` are image references as they were written,
    ``dropped`` the tags of other site generators that mean nothing here and show nothing.
    What is not ``formatted`` is shown as it was typed.
    """

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
    dropped: tuple[str, ...] = ()
    formatted: bool = True


def _as_written(reference: str) -> None:
    """Answer that nothing is known about a reference."""


def render(
    body: str,
    *,
    picture: Callable[[str], Picture | None] = _as_written,
    link: Callable[[str], str | None] = _as_written,
) -> Rendered:
    """Render a body; any text gives an answer.

    ``picture`` says where an image reference lives, ``link`` may rewrite an address; ``None``
    leaves either as it was written.

    >>> render("Caches *lie*.").html
    '<p>Caches <em>lie</em>.</p>'
    """
    resolved = resolve(_clean(body))
    dressed = dress(sanitize(_convert(resolved.text)), picture=picture, link=link)
    reading = read(dressed.html, dressed.headings)
    return Rendered(
        html=dressed.html,
        headings=dressed.headings,
        text=reading.text,
        excerpt=excerpt(reading.paragraphs),
        words=reading.words,
        code_lines=reading.code_lines,
        figures=reading.figures,
        minutes=reading.minutes,
        outline=reading.outline,
        pictures=dressed.pictures,
        dropped=tuple(tag.text for tag in resolved.dropped),
    )


def plain(body: str) -> Rendered:
    """Return a body as its author typed it, in one block; takes time in proportion to its length.

    >>> plain("Caches *lie* < 1.").html
    '<pre class="prose__plain">Caches *lie* &lt; 1.</pre>'
    """
    text = _clean(body)
    words = count_words(text)
    beginning = [part for part in text[:_BEGINNING].split("\n\n") if part.strip()]
    return Rendered(
        html=f'<pre class="prose__plain">{escape(text, quote=False)}</pre>',
        headings=(),
        text=text,
        excerpt=excerpt([" ".join(part.split()) for part in beginning]),
        words=words,
        code_lines=0,
        figures=0,
        minutes=max(1, round(words / WORDS_PER_MINUTE)),
        outline=(Block(0, "prose", words, (words,)),) if words else (),
        pictures=(),
        formatted=False,
    )


def _clean(body: str) -> str:
    # Half a surrogate pair is no character, and markers are made of control characters.
    body = body.encode("utf-8", "replace").decode("utf-8")
    body = body.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", body)


def _convert(body: str) -> str:
    try:
        return make_markdown(_code).convert(body)
    except MemoryError:
        raise  # a limit was set, and whoever set it answers for it
    except Exception:
        # A library must not stand between an author and their words: show them unformatted.
        logging.getLogger(__name__).exception("a body could not be rendered")
        return f"<pre>{escape(body)}</pre>"


def _code(text: str, info: str) -> str:
    html = highlight(text, info.removesuffix(ADDED))
    return html.replace("<pre", '<pre data-added=""', 1) if info.endswith(ADDED) else html
