"""HTML of other programs as Markdown for this one, with nothing lost on the way.

Markdownify writes it, the blog's own renderer reads it back, and both are compared block by
block. A block that does not come back as it was stays as HTML, which the renderer lets through.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bs4.element import Tag

from blogapp.text.from_html_checking import (
    Shape,
    differing,
    note_shape,
    shapes_of_markdown,
)
from blogapp.text.from_html_reading import Read, read
from blogapp.text.from_html_writing import keep, keep_whole, write_block
from blogapp.text.mojibake import garbled_lines

# Characters; what a post may hold is less.
LONGEST = 4_000_000
_MOST_ROUNDS = 5
_KEPT = re.compile(r"<(?:audio|blockquote|dl|figure|h[1-6]|ol|p|pre|table|ul|video)\b")


@dataclass(frozen=True)
class Converted:
    """A body as Markdown; the blocks that stayed HTML in it, and what a reader would miss."""

    markdown: str
    kept_html: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def to_markdown(html: str, *, base_url: str = "") -> Converted:
    """Return ``html`` as Markdown that the blog renders as the same blocks and words.

    Addresses without a host are completed by ``base_url`` if one is given. Scripts, styles
    and forms are left out and told in ``problems``; any text gives an answer.

    >>> to_markdown('<p>Caches <b>lie</b>.</p><pre class="brush: python">x = 1</pre>').markdown
    'Caches **lie**.\\n\\n```python\\nx = 1\\n```\\n'
    """
    found = read(html[:LONGEST], base_url=base_url)
    if found.whole:
        kept = keep_whole(found.whole)
        return Converted(f"{kept}\n", (kept,), tuple(dict.fromkeys(found.problems)))
    writing = _Writing(found)
    if not writing.run():
        found = read(html[:LONGEST], base_url=base_url, with_notes=False)
        writing = _Writing(found)
        writing.run()
    text = writing.text()
    problems = dict.fromkeys(found.problems)
    if len(html) > LONGEST:
        problems[f"is longer than {LONGEST} characters; the rest was left out"] = None
    for _, garbled, fixed in garbled_lines(text):
        what = f"“{garbled}” looks like “{fixed}” read in the wrong encoding; left as it is"
        problems[what] = None
    return Converted(text, tuple(writing.kept()), tuple(problems))


# How a block is written, from what is nicest to read to what cannot be misread.
_WAYS: tuple[Callable[[Tag], str], ...] = (
    write_block,
    lambda block: write_block(block, plainly=True),
    keep,
)


class _Writing:
    def __init__(self, found: Read) -> None:
        self.blocks = found.blocks()
        self.notes = found.notes
        self.ways = [0] * len(self.blocks)
        self.written = [write_block(block) for block in self.blocks]
        self.wanted = [_shape(block) for block in self.blocks]

    def run(self) -> bool:
        """Write until all comes back as it was; tell whether the notes did."""
        for _ in range(_MOST_ROUNDS):
            shapes = shapes_of_markdown(self.text())
            bad = self._bad(shapes.blocks)
            if not bad:
                return shapes.notes == [_shape(note) for note in self.notes.values()]
            for number in bad:
                self._write_otherwise(number)
        for number in range(len(self.blocks)):
            self.ways[number] = len(_WAYS) - 2
            self._write_otherwise(number)
        return not self.notes

    def text(self) -> str:
        notes = [_note(name, note) for name, note in self.notes.items()]
        parts = [part for part in [*self.written, *notes] if part.strip()]
        return "\n\n".join(parts) + "\n" if parts else ""

    def kept(self) -> list[str]:
        return [text for text in self.written if _KEPT.match(text)]

    def _bad(self, came: list[Shape]) -> set[int]:
        numbers = [number for number, shape in enumerate(self.wanted) if shape]
        wanted = [self.wanted[number] for number in numbers]
        return {numbers[place] for place in differing(wanted, came)}

    def _write_otherwise(self, number: int) -> None:
        self.ways[number] = min(self.ways[number] + 1, len(_WAYS) - 1)
        self.written[number] = _WAYS[self.ways[number]](self.blocks[number])
        if self.ways[number] == len(_WAYS) - 1:
            # HTML cannot say everything that Markdown can: a language of code stays behind.
            self.wanted[number] = note_shape(self.written[number])


def _shape(block: Tag) -> Shape:
    html = block.decode(formatter="minimal").replace(' data-language="', ' title="')
    return note_shape(html.replace(' data-note="', ' title="note-'))


def _note(name: str, note: Tag) -> str:
    text = "\n\n".join(write_block(block) for block in _blocks_of(note))
    return (
        f"[^{name}]: " + "\n".join(f"    {line}" if line else "" for line in text.split("\n"))[4:]
    )


def _blocks_of(note: Tag) -> list[Tag]:
    return [child for child in note.children if isinstance(child, Tag)]
