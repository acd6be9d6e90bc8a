"""Bodies that are put together of HTML, which becomes Markdown, and of Markdown as it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from blogapp.importing.values import sound
from blogapp.text.from_html import to_markdown

_FENCES = re.compile(r"`{3,}")
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")


@dataclass
class Body:
    """A body as it grows: pieces in order, and what its owner should know of them."""

    base_url: str = ""
    notes: list[str] = field(default_factory=list)
    _pieces: list[tuple[str, bool]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def html(self, html: str) -> None:
        """Add a piece of HTML, which is converted with what stands before and behind it."""
        if html.strip():
            self._pieces.append((html, False))

    def markdown(self, text: str) -> None:
        """Add a block of Markdown that stays as it is."""
        if text.strip():
            self._pieces.append((text.strip("\n"), True))

    def code(self, code: str, language: str = "") -> None:
        """Add a block of code, fenced so that nothing in it ends it."""
        self.markdown(fenced(code, language))

    def note(self, what: str) -> None:
        if what not in self.notes:
            self.notes.append(what)

    def written(self) -> str:
        """Return all of it as Markdown; call it once, since it adds to the notes."""
        text = "\n\n".join(filter(None, (part.strip("\n") for part in self._written())))
        return sound(text) + "\n" * bool(text)

    def convert(self, html: str) -> str:
        """Return a piece of HTML as Markdown, noting what it lost."""
        converted = to_markdown(sound(html), base_url=self.base_url)
        for problem in converted.problems:
            self.note(problem)
        return converted.markdown

    def _written(self) -> Iterator[str]:
        run: list[str] = []
        for text, is_markdown in [*self._pieces, ("", True)]:
            if not is_markdown:
                run.append(text)
                continue
            if run:
                yield self.convert("\n".join(run))
            run = []
            yield text


def fenced(code: str, language: str = "") -> str:
    """Return ``code`` as a fenced block.

    >>> print(fenced("a = 1", "python"))
    ```python
    a = 1
    ```
    """
    longest = max((len(run[0]) for run in _FENCES.finditer(code)), default=2)
    fence = "`" * (longest + 1)
    label = language.strip() if _LANGUAGE.fullmatch(language.strip()) else ""
    return f"{fence}{label}\n{code.strip(chr(10))}\n{fence}"


def quoted(markdown: str) -> str:
    """Return Markdown as a quote.

    >>> quoted("a\\n\\nb")
    '> a\\n>\\n> b'
    """
    return "\n".join(f"> {line}" if line.strip() else ">" for line in markdown.split("\n"))


def figure(src: str, *, alt: str = "", caption: str = "", href: str = "") -> str:
    """Return HTML of a picture; ``caption`` is HTML, all else is text."""
    picture = f'<img src="{escape(src)}" alt="{escape(alt)}">'
    if href:
        picture = f'<a href="{escape(href)}">{picture}</a>'
    told = f"<figcaption>{caption}</figcaption>" if caption.strip() else ""
    return f"<figure>{picture}{told}</figure>"


def link(href: str, words: str) -> str:
    """Return a paragraph of HTML that is nothing but a link."""
    return f'<p><a href="{escape(href)}">{escape(words or href)}</a></p>'
