"""Markdown in; out comes all that a post shows, is found by, and is drawn from."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from blogapp.text.anchors import Section, read_sections
from blogapp.text.code_blocks import GAP, CodeBlocks, CodeFile
from blogapp.text.drawing import Block
from blogapp.text.dressing import Heading, Picture, dress
from blogapp.text.excerpts import excerpt
from blogapp.text.extending import make_markdown
from blogapp.text.framing import link_frames
from blogapp.text.illustrating import drawable, illustrate
from blogapp.text.reading import WORDS_PER_MINUTE, count_words, read
from blogapp.text.sanitizing import sanitize
from blogapp.text.templating import resolve

__all__ = ["VERSION", "Heading", "Picture", "Rendered", "list_code", "plain", "render"]

VERSION = 6

# As much of a plain text as an excerpt is looked for in.
_BEGINNING = 10_000
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Rendered:
    """A body as pages, lists and searches need it.

    ``html`` is sanitised and stands in ``<div class="prose">``; what it adds to the author's
    words carries ``data-added``. ``pictures`` are image references as they were written,
    ``dropped`` the tags of other site generators that mean nothing here and show nothing.
    ``sections`` are the headings with the anchors that lead to them, for the next version.
    ``troubles`` say which formulas and diagrams are shown as their source, and why.
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
    troubles: tuple[str, ...] = ()
    formatted: bool = True
    sections: tuple[Section, ...] = ()


def _as_written(reference: str) -> None:
    """Answer that nothing is known about a reference."""


def render(
    body: str,
    *,
    picture: Callable[[str], Picture | None] = _as_written,
    link: Callable[[str], str | None] = _as_written,
    language: str = "",
    sections: Iterable[Mapping[str, Any]] = (),
) -> Rendered:
    """Render a body; any text gives an answer.

    ``picture`` says where an image reference lives, ``link`` may rewrite an address; ``None``
    leaves either as it was written. ``language`` is that of the quotation marks. ``sections``
    are those of the version before, whose anchors keep leading to the same sections.

    >>> render("Caches *lie*.").html
    '<p>Caches <em>lie</em>.</p>'
    """
    resolved = resolve(_clean(body))
    code = CodeBlocks()
    converted = _convert(resolved.text, code, language)
    illustrated = illustrate(sanitize(link_frames(converted)), source=code.source)
    before = read_sections(sections)
    dressed = dress(illustrated.html, picture=picture, link=link, sections=before)
    reading = read(code.fill_plainly(dressed.html), dressed.headings)
    return Rendered(
        html=illustrated.finish(code.fill(dressed.html)),
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
        troubles=tuple(illustrated.troubles),
        sections=dressed.sections,
    )


def list_code(body: str) -> list[CodeFile]:
    """Return the code blocks of a body as files, in the order in which a page numbers them.

    >>> [(file.number, file.name, file.text) for file in list_code("```py a.py\\nx = 1\\n```")]
    [(1, 'a.py', 'x = 1\\n')]
    """
    code = CodeBlocks()
    text = resolve(_decoded(body)).text
    make_markdown(code.take).preprocessors["blocks"].run(text.split("\n"))
    return code.files()


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
    # Markers are made of control characters, and of a character that is none.
    return _CONTROLS.sub("", _decoded(body)).replace(GAP, "")


def _decoded(body: str) -> str:
    # Half a surrogate pair is no character.
    body = body.encode("utf-8", "replace").decode("utf-8")
    return body.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _convert(body: str, code: CodeBlocks, language: str) -> str:
    try:
        return make_markdown(drawable(code.take), language=language).convert(body)
    except MemoryError:
        raise  # a limit was set, and whoever set it answers for it
    except Exception:
        # A library must not stand between an author and their words: show them unformatted.
        logging.getLogger(__name__).exception("a body could not be rendered")
        return f"<pre>{escape(body)}</pre>"
