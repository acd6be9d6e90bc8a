"""Words found in a text: where they stand, what surrounds them, and an address that shows them."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from blogapp.text.folding import fold

LONGEST_PASSAGE = 200
ELLIPSIS = "\u2026"

# How much stands before the first word that was found, at most.
_LEAD = 60
# As far as a cut moves to find where a word ends.
_LONGEST_WORD = 30
_MOST_DIRECTIVES = 4
_CONTEXT_WORDS = 3
_LONGEST_CONTEXT = 60
# What goes on for longer without a gap is no word that an address could name.
_LONGEST_NAMED = 300
# Part of a word between two letters, as browsers see it (Unicode Standard Annex 29, 4.1).
_JOINERS = frozenset(".'\u2019:\u00b7")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_JOINED_TO_NEXT = "\u200d"
_WORD = re.compile(r"\S+")
_GAP = re.compile(r"\s{2,}|[^\S ]")


class Part(NamedTuple):
    """A piece of text, and whether it is something that was looked for."""

    text: str
    marked: bool = False


class Span(NamedTuple):
    """Where in a line something stands that was looked for, and what, by its number."""

    start: int
    end: int
    term: int


class FoldedLine:
    """A line as searches compare it, and the way back from there.

    >>> line = FoldedLine("Das Maß: Café")
    >>> line.text, line.in_source(10, 14)
    ('das mass: cafe', (9, 13))
    """

    def __init__(self, source: str) -> None:
        self.source = source
        # In ASCII nothing moves, and most lines are in it.
        self.text = (
            source.lower() if source.isascii() else "".join(map(_FOLDED.__getitem__, source))
        )
        self._starts: list[int] = []

    def in_source(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of ``text`` stands in the source, in whole characters."""
        if self.source.isascii():
            return start, end
        self._starts = self._starts or list(_starts(self.source))
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1)
        while first and is_within_character(self.source, first):
            first -= 1
        while is_within_character(self.source, last):
            last += 1
        return first, last


@dataclass(frozen=True)
class Cut:
    """A stretch of a line, with what was found there."""

    parts: tuple[Part, ...]
    spans: tuple[Span, ...]


def mark(text: str, spans: Sequence[Span]) -> tuple[Part, ...]:
    """Return all of a text, cut into what was found and what stands between.

    >>> [part.text for part in mark("a lease ends", [Span(2, 7, 0)])]
    ['a ', 'lease', ' ends']
    """
    parts = []
    at = 0
    for start, end in _merged(spans):
        parts += [Part(text[at:start]), Part(text[start:end], marked=True)]
        at = end
    return tuple(part for part in [*parts, Part(text[at:])] if part.text)


def cut(text: str, spans: Sequence[Span], longest: int = LONGEST_PASSAGE) -> Cut:
    """Return the stretch of a line that holds most of what was found, about ``longest`` long.

    It begins and ends with whole words where there are any. Parts that are an ellipsis say
    where something is left out; the spans are those within, still at their places in ``text``.
    """
    start, end = _stretch(text, spans, longest)
    inside = [
        Span(max(span.start, start), min(span.end, end), span.term)
        for span in spans
        if span.start < end and span.end > start
    ]
    shifted = [Span(span.start - start, span.end - start, span.term) for span in inside]
    parts = mark(text[start:end], shifted)
    before = [Part(ELLIPSIS)] if start else []
    after = [Part(ELLIPSIS)] if end < len(text) else []
    return Cut((*before, *parts, *after), tuple(inside))


def fragment(anchor: str, text: str, spans: Sequence[Span]) -> str:
    """Return what stands behind ``#`` in an address that opens at ``anchor`` and marks the spans.

    ``text`` is the line they stand in, the whole block of the page. A browser that knows no text
    fragments (WICG, URL Fragment Text Directives) opens at the anchor alone.

    >>> fragment("locks", "A lease - or none - ends.", [Span(2, 7, 0)])
    'locks:~:text=A-,lease,-%2D%20or%20none'
    """
    places = _merged(spans)[:_MOST_DIRECTIVES]
    named = (_directive(text, start, end) for start, end in places)
    directives = [f"text={directive}" for directive in named if directive]
    name = quote(anchor, safe="-._~!$'()*+,;=:@/?")
    return f"{name}:~:{'&'.join(directives)}" if directives else name


def is_within_character(text: str, at: int) -> bool:
    """Tell whether a cut at ``at`` would tear what people see as one character.

    Marks, joined emoji, skin tones and flags (Unicode Standard Annex 29, roughly).

    >>> is_within_character("e\\u0301", 1), is_within_character("ab", 1)
    (True, False)
    """
    if not 0 < at < len(text):
        return False
    character, before = text[at], text[at - 1]
    if character.isascii():
        return False
    if character == _JOINED_TO_NEXT or before == _JOINED_TO_NEXT:
        return True
    if unicodedata.category(character)[0] == "M" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if "\U000e0020" <= character <= "\U000e007f" or "\u1160" <= character <= "\u11ff":
        return True
    return _is_regional(character) and _regionals_before(text, at) % 2 == 1


class _FoldedCharacters(dict[str, str]):
    """What each character becomes, worked out once."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = " " if character.isspace() else fold(character)
        return folded


_FOLDED = _FoldedCharacters()


def _starts(source: str) -> Iterator[int]:
    at = 0
    for character in source:
        yield at
        at += len(_FOLDED[character])


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _regionals_before(text: str, at: int) -> int:
    start = at
    while start and _is_regional(text[start - 1]):
        start -= 1
    return at - start


def _merged(spans: Sequence[Span]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], span.end)
        else:
            merged.append((span.start, span.end))
    return merged


def _stretch(text: str, spans: Sequence[Span], longest: int) -> tuple[int, int]:
    if len(text) <= longest:
        return 0, len(text)
    found = sorted(spans)
    first = _best_first(found, longest)
    at = found[first].start if found else 0
    start = 0 if at <= _LEAD else _word_start(text, at - _LEAD, at)
    held = [span.end for span in found[first:] if span.end <= start + longest]
    return start, _word_end(text, start + longest, max(held, default=start + 1))


def _best_first(found: Sequence[Span], longest: int) -> int:
    """The place among the spans from which on a stretch holds the most different ones."""
    reach = longest - _LEAD

    def held(first: int) -> int:
        end = found[first].start + reach
        return len({span.term for span in found[first:] if span.end <= end})

    return max(range(len(found)), key=held, default=0)


def _word_start(text: str, at: int, latest: int) -> int:
    blank = next((i for i in range(at, min(latest, at + _LONGEST_WORD)) if text[i].isspace()), -1)
    if blank >= 0:
        return blank + 1
    while is_within_character(text, at):
        at += 1
    return at


def _word_end(text: str, at: int, earliest: int) -> int:
    if at >= len(text):
        return len(text)
    lowest = max(earliest, at - _LONGEST_WORD)
    blank = next((i for i in range(at, lowest - 1, -1) if text[i].isspace()), -1)
    if blank >= 0:
        return blank
    while at > 1 and is_within_character(text, at):
        at -= 1
    return at


def _directive(text: str, start: int, end: int) -> str:
    """Mark one place: it alone, told from others like it by the words around it.

    Empty where the word that it is part of is too long.
    """
    first, last = start - _LONGEST_NAMED, end + _LONGEST_NAMED
    if not any(map(_is_letter, text[start:end])):
        # Browsers look for whole words; symbols belong to those beside them.
        start, end = max(0, start - 1), min(len(text), end + 1)
        start += text[start].isspace()
        end -= text[end - 1].isspace()
    while start and start > first and _is_inside_word(text, start):
        start -= 1
    while end < len(text) and end < last and _is_inside_word(text, end):
        end += 1
    if start == first or end == last:
        return ""
    prefix = _last_words(text[max(0, start - _LONGEST_CONTEXT) : start], start > _LONGEST_CONTEXT)
    suffix = _first_words(text[end : end + _LONGEST_CONTEXT], end + _LONGEST_CONTEXT < len(text))
    before = f"{_encoded(prefix)}-," if prefix else ""
    after = f",-{_encoded(suffix)}" if suffix else ""
    return f"{before}{_encoded(text[start:end])}{after}"


def _last_words(text: str, is_cut: bool) -> str:
    """The last three words, or as many as stand together: code keeps its runs of blanks."""
    text = _GAP.split(text)[-1] if _GAP.search(text.rstrip()) else text
    words = [*_WORD.finditer(text)]
    words = words[1:] if is_cut and words and words[0].start() == 0 else words
    return text[words[-_CONTEXT_WORDS:][0].start() :].strip() if words else ""


def _first_words(text: str, is_cut: bool) -> str:
    text = _GAP.split(text)[0] if _GAP.search(text.lstrip()) else text
    words = [*_WORD.finditer(text)]
    words = words[:-1] if is_cut and words and words[-1].end() == len(text) else words
    return text[: words[:_CONTEXT_WORDS][-1].end()].strip() if words else ""


def _is_inside_word(text: str, at: int) -> bool:
    """Tell whether a browser sees the characters beside this place as parts of one word."""
    before, after = text[at - 1], text[at]
    if _UNSPACED.match(before) or _UNSPACED.match(after):
        return is_within_character(text, at)
    if is_within_character(text, at):
        return True
    if before in _JOINERS:
        return _is_letter(after) and at > 1 and _is_letter(text[at - 2])
    if after in _JOINERS:
        return _is_letter(before) and at + 1 < len(text) and _is_letter(text[at + 1])
    return _is_letter(before) and _is_letter(after)


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def _encoded(text: str) -> str:
    # The hyphen belongs to the syntax of directives, and is never encoded by itself.
    return quote(" ".join(text.split()), safe="").replace("-", "%2D")
