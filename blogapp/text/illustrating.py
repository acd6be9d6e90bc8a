"""Formulas and diagrams in sanitised HTML: measured as words and figures, shown as drawn.

What draws them writes more than the sanitiser lets authors write, and the rest of the rendering
wants to know no more than what they say. So each is kept aside, with a line of text in its
place, until the page is done.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

from blogapp.text.diagramming import Diagram, Draughtsman, NotDrawn
from blogapp.text.excerpts import cut
from blogapp.text.formulas import block
from blogapp.text.templating import ADDED
from blogapp.text.tokens import Tag, tokens, write
from blogapp.text.typesetting import NotSet, Typesetter

MOST_TROUBLES = 50
# Only here can an element have this attribute: the sanitiser takes it from all others.
PLACE = "data-drawn"

_DRAWN = re.compile(r"[.{\s]*(?:lang(?:uage)?-)?(math|mermaid)(?![\w.-])", re.IGNORECASE)
_TITLE = re.compile(r"(?<![\w-])(?:title|caption)\s*=\s*\"([^\"]*)\"")
_WORTH_LOOKING = re.compile(r"class=\"(?:math\b|diagram\")")
_PLACES = re.compile(rf"<(code|span) {PLACE}=\"(\d+)\">[^<]*</\1>")
# A formula longer than this, in characters, may have to be scrolled on a phone.
_FITS = 24
# Pixels from which a diagram is not shrunk to the room there is; the styles say how far.
_SIZES = {1800: "vast", 1000: "ample", 640: "wide", 400: "broad"}


@dataclass
class Illustrated:
    """HTML with a line of text for each formula and diagram; ``finish`` puts them in.

    ``troubles`` say in a line each what could not be drawn, and why.
    """

    html: str
    pieces: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def finish(self, html: str) -> str:
        """Return the HTML that was made from ``self.html`` with what was kept aside."""
        return _PLACES.sub(lambda place: self.pieces[int(place[2])], html) if self.pieces else html


def drawable(code: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """Return what makes HTML of a fenced block: what is to be drawn, or what ``code`` makes."""

    def make(text: str, info: str) -> str:
        drawn = _DRAWN.match(info.removesuffix(ADDED))
        if not drawn or not text.strip():
            return code(text, info)
        if drawn[1].lower() == "math":
            return block(text)
        said = _TITLE.search(info)
        title = f' title="{escape(said[1])}"' if said else ""
        return f'<div class="diagram"{title}>{code(text, info)}</div>'

    return make


def illustrate(html: str, *, source: Callable[[str], str] = str) -> Illustrated:
    """Draw the formulas and diagrams of sanitised HTML; what cannot be drawn is code.

    ``source`` returns the code that the text of a ``pre`` stands for.

    >>> illustrate('<p><code class="math">x^2</code></p>').html
    '<p><code data-drawn="0">x^2</code></p>'
    """
    return _Illustrating(html, source).run() if _WORTH_LOOKING.search(html) else Illustrated(html)


class _Illustrating:
    def __init__(self, html: str, source: Callable[[str], str]) -> None:
        self.source = source
        self.parts = list(tokens(html))
        self.done = Illustrated("")
        self.typesetter = Typesetter()
        self.draughtsman = Draughtsman()

    def run(self) -> Illustrated:
        self.done.html = "".join(self.written(0, len(self.parts)))
        return self.done

    def written(self, at: int, end: int) -> Iterator[str]:
        while at < end:
            part = self.parts[at]
            if isinstance(part, Tag) and not part.closing and part.name == "code":
                if "math" in part.classes and (text := self.only_text(at)) is not None:
                    yield self.formula(text[0], display="math--display" in part.classes)
                    at = text[1]
                    continue
            elif isinstance(part, Tag) and part.name == "div" and "diagram" in part.classes:
                closing = self.closing(at)
                yield self.diagram(at, closing)
                at = closing + 1
                continue
            yield write(part)
            at += 1

    def only_text(self, at: int) -> tuple[str, int] | None:
        """Return the text of an element that holds nothing else, and the place after it."""
        words: list[str] = []
        for place in range(at + 1, len(self.parts)):
            part = self.parts[place]
            if isinstance(part, Tag):
                return ("".join(words), place + 1) if part.closing else None
            words.append(part)
        return None

    def closing(self, at: int) -> int:
        depth = 0
        for place in range(at, len(self.parts)):
            part = self.parts[place]
            if isinstance(part, Tag) and part.name == "div":
                depth += -1 if part.closing else 1
                if depth == 0:
                    return place
        return len(self.parts) - 1

    # --- formulas

    def formula(self, tex: str, *, display: bool) -> str:
        try:
            found = self.typesetter.set(tex, display=display)
        except NotSet as error:
            self.trouble(tex, error)
            words = {"class": "equation__source"} if display else {}
            return write(Tag("code", attributes=words)) + write(tex) + "</code>"
        place = self.place("code", found.mathml, found.text or tex)
        if not display:
            return place
        attributes = {"class": "equation"}
        if len(found.text) > _FITS:
            attributes |= {"role": "group", "aria-label": "Equation", "tabindex": "0"}
        return f"{write(Tag('span', attributes=attributes))}{place}</span>"

    # --- diagrams

    def diagram(self, at: int, end: int) -> str:
        """Return a figure with its source, or that alone."""
        shown = "".join(self.written(at + 1, end))
        opening = self.parts[at]
        title = opening.attributes.get("title", "") if isinstance(opening, Tag) else ""
        mermaid = self.code(at, end)
        try:
            found = self.draughtsman.draw(mermaid, title)
        except NotDrawn as error:
            self.trouble(mermaid, error)
            return shown
        return self.figure(found, title, shown)

    def figure(self, diagram: Diagram, title: str, source: str) -> str:
        size = next((name for least, name in _SIZES.items() if diagram.width > least), "")
        classes = f"diagram diagram--{size}" if size else "diagram"
        scroll = {"class": "diagram__scroll"}
        if size:
            scroll |= {"role": "group", "aria-label": "Diagram", "tabindex": "0"}
        caption = f"<span>{write(title)}</span>" if title else ""
        return (
            f'<figure class="{classes}">{write(Tag("div", attributes=scroll))}'
            f"{self.place('span', diagram.svg, diagram.text)}</div><figcaption>{caption}"
            f'<details data-added=""><summary>Source of the diagram</summary>{source}</details>'
            "</figcaption></figure>"
        )

    def code(self, at: int, end: int) -> str:
        words: list[str] = []
        inside = False
        for part in self.parts[at:end]:
            if isinstance(part, str):
                words.append(part if inside else "")
            elif part.name == "pre":
                inside = not part.closing
        return self.source("".join(words))

    # --- both

    def place(self, tag: str, piece: str, text: str) -> str:
        self.done.pieces.append(piece)
        number = str(len(self.done.pieces) - 1)
        return f"{write(Tag(tag, attributes={PLACE: number}))}{write(text)}</{tag}>"

    def trouble(self, source: str, error: Exception) -> None:
        if len(self.done.troubles) < MOST_TROUBLES:
            self.done.troubles.append(f"{cut(' '.join(source.split()), 60)}: {error}")
