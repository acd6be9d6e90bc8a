"""What a reader gets out of rendered HTML: words, lines of code, figures, and their order."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from blogapp.text.drawing import (
    WORDS_PER_CODE_LINE,
    WORDS_PER_FIGURE,
    WORDS_PER_LIST_ITEM,
    Block,
    Kind,
)
from blogapp.text.dressing import HEADINGS, Heading
from blogapp.text.excerpts import is_short_version
from blogapp.text.lone_links import POST
from blogapp.text.tokens import VOID, Tag, tokens

WORDS_PER_MINUTE = 220
SECONDS_PER_CODE_LINE = 3
SECONDS_PER_FIGURE = 12

_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "img", "ins"}
    | {"kbd", "mark", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span"}
    | {"strong", "sub", "sup", "time", "u", "var", "wbr"}
)
_NO_EXCERPT = {"callout", "embed"}
_NO_PARAGRAPH = {"li", "figure", "table", "section", "aside", "dl", "summary"}
# Scripts written without spaces: two characters of Chinese or Japanese make about one word.
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
    "|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019.\-][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])")


@dataclass(frozen=True)
class ReadingTime:
    """How long a text takes, in seconds: its words, its code and its figures apart."""

    words: int
    code_lines: int
    figures: int

    @property
    def for_words(self) -> float:
        return self.words * 60 / WORDS_PER_MINUTE

    @property
    def for_code(self) -> float:
        return self.code_lines * SECONDS_PER_CODE_LINE

    @property
    def for_figures(self) -> float:
        return self.figures * SECONDS_PER_FIGURE

    @property
    def minutes(self) -> int:
        """The whole, at least a minute."""
        return max(1, round((self.for_words + self.for_code + self.for_figures) / 60))


@dataclass(frozen=True)
class Reading:
    """The measure of a body; ``paragraphs`` are candidates for an excerpt."""

    text: str
    paragraphs: tuple[str, ...]
    words: int
    code_lines: int
    figures: int
    outline: tuple[Block, ...]

    @property
    def minutes(self) -> int:
        """Reading time, at least a minute; code and figures take their own time."""
        return ReadingTime(self.words, self.code_lines, self.figures).minutes


def read(html: str, headings: Sequence[Heading]) -> Reading:
    """Measure HTML that ``dress`` returned."""
    reader = _Reader(headings)
    for part in tokens(html):
        if isinstance(part, str):
            reader.take_text(part)
        else:
            reader.take_tag(part)
    reader.end_block()
    return reader.reading()


def count_words(text: str) -> int:
    """Count words, also where a script puts no spaces between them.

    >>> count_words("It's state-of-the-art"), count_words("日本語です")
    (2, 3)
    """
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + math.ceil(unspaced / 2)


@dataclass
class _Stretch:
    section: int
    kind: Kind
    weight: float = 0.0
    measures: list[int] = field(default_factory=list)

    def block(self) -> Block:
        return Block(self.section, self.kind, self.weight, tuple(self.measures))


class _Reader:
    def __init__(self, headings: Sequence[Heading]) -> None:
        highest = min((heading.level for heading in headings), default=0)
        self.sections = {heading.id for heading in headings if heading.level == highest}
        self.open: list[Tag] = []
        self.names: list[str] = []
        self.block: list[str] = []
        self.texts: list[str] = []
        self.paragraphs: list[str] = []
        self.outline: list[_Stretch] = []
        self.section = 0
        self.words = self.code_lines = self.figures = 0

    def reading(self) -> Reading:
        return Reading(
            text="\n".join(self.texts),
            paragraphs=tuple(self.paragraphs),
            words=self.words,
            code_lines=self.code_lines,
            figures=self.figures,
            outline=tuple(stretch.block() for stretch in self.outline),
        )

    def take_text(self, text: str) -> None:
        # Numbers of notes and the way back from them are no words of the author's.
        if not (self.open and self.open[-1].name == "a" and _is_note_link(self.open[-1])):
            self.block.append(text)

    def take_tag(self, tag: Tag) -> None:
        if tag.name not in _INLINE:
            self.end_block()
        elif tag.name == "br":
            self.block.append("\n")
        if tag.closing:
            if self.open:
                self.open.pop()
                self.names.pop()
            return
        self.begin(tag)
        if tag.name not in VOID:
            self.open.append(tag)
            self.names.append(tag.name)

    def begin(self, tag: Tag) -> None:
        if tag.attributes.get("id") in self.sections and tag.name in HEADINGS:
            self.section += 1
        elif tag.name == "li" and "section" not in self.names:
            self.add("list", WORDS_PER_LIST_ITEM)
        elif tag.name == "video" or _is_drawn(tag) or (tag.name == "img" and not _is_small(tag)):
            self.figures += 1
            self.outline.append(_Stretch(self.section, "figure", WORDS_PER_FIGURE))

    def end_block(self) -> None:
        text, self.block = "".join(self.block), []
        if not text.strip():
            return
        if any(map(_is_drawn, self.open)):
            # The words of a diagram are looked at; its source and its caption are not read.
            self.texts += [] if {"pre", "summary"} & {*self.names} else [" ".join(text.split())]
            return
        if "pre" in self.names:
            self.take_code(text.strip("\n"))
            return
        text = " ".join(text.split())
        self.texts.append(text)
        self.words += count_words(text)
        if self.names[-1:] == ["p"] and self.is_for_excerpt(text):
            self.paragraphs.append(text)
        if HEADINGS.isdisjoint(self.names) and "li" not in self.names:
            lengths = [count_words(sentence) for sentence in _SENTENCE_END.split(text)]
            self.add("prose", sum(lengths), [length for length in lengths if length])

    def take_code(self, code: str) -> None:
        lines = code.split("\n")
        self.texts.append(code)
        self.code_lines += len(lines)
        if "li" not in self.names:
            weight = len(lines) * WORDS_PER_CODE_LINE
            self.outline.append(_Stretch(self.section, "code", weight, [*map(len, lines)]))

    def is_for_excerpt(self, text: str) -> bool:
        if not _NO_PARAGRAPH.isdisjoint(self.names) or any(
            not _NO_EXCERPT.isdisjoint(tag.classes) or POST in tag.attributes for tag in self.open
        ):
            return False
        return "blockquote" not in self.names or is_short_version(text)

    def add(self, kind: Kind, weight: float, measures: Sequence[int] = ()) -> None:
        if weight <= 0:
            return
        last = self.outline[-1] if self.outline else None
        if last is None or (last.section, last.kind) != (self.section, kind):
            last = _Stretch(self.section, kind)
            self.outline.append(last)
        last.weight += weight
        last.measures.extend(measures)


def _is_note_link(tag: Tag) -> bool:
    return not {"footnotes__mark", "footnotes__back"}.isdisjoint(tag.classes)


def _is_drawn(tag: Tag) -> bool:
    return tag.name == "figure" and "diagram" in tag.classes


def _is_small(image: Tag) -> bool:
    """Tell badges and icons from figures."""
    sizes = [image.attributes.get(name, "") for name in ("width", "height")]
    return any(size.isdecimal() and int(size) <= 48 for size in sizes)
