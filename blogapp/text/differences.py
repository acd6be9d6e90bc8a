"""What differs between two texts: by line, and within changed lines by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Comparing costs more than the product of both lengths at worst: a longer passage counts as
# changed whole, and so do all those after so many pairs of words.
MOST_LINES = 1_000
MOST_WORDS = 600
MOST_PAIRS = 2_000_000
# Lines of agreement shown around a difference.
CONTEXT = 2

Kind = Literal["same", "removed", "added", "skipped"]
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Span:
    """A stretch of a line; ``changed`` marks what the other text does not have."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of either text, or ``skipped``: lines that agree, left out (``count`` of them)."""

    kind: Kind
    spans: tuple[Span, ...] = ()
    count: int = 0


def compare(theirs: str, yours: str) -> list[Line]:
    """Return the lines of both texts in order: some ``removed`` from theirs, some ``added``.

    >>> [line.kind for line in compare("a\\nb c", "a\\nb d")]
    ['same', 'removed', 'added']
    """
    lines: list[Line] = []
    old, new = theirs.split("\n"), yours.split("\n")
    pairs = 0
    for same, before, after in _passages(old, new, MOST_LINES):
        if same:
            lines += [Line("same", (Span(text),)) for text in before]
            continue
        words = _words(before), _words(after)
        pairs += len(words[0]) * len(words[1])
        lines += _changed(*words, most=MOST_WORDS if pairs <= MOST_PAIRS else 0)
    return list(_folded(lines))


def _passages(
    old: Sequence[str], new: Sequence[str], most: int
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Yield stretches of both: (they agree, the old one's, the new one's)."""
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if head:
        yield True, old[:head], new[:head]
    if len(before) > most or len(after) > most:
        yield False, before, after
    else:
        # Between words and paragraphs all texts are alike: nothing is lined up by that.
        matcher = SequenceMatcher(_is_blank, before, after)
        for kind, i, j, k, m in matcher.get_opcodes():
            yield kind == "equal", before[i:j], after[k:m]
    if tail:
        yield True, old[len(old) - tail :], new[len(new) - tail :]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many items both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))


def _is_blank(text: str) -> bool:
    return not text.strip()


def _words(lines: Sequence[str]) -> list[str]:
    """Return words and what is between them; of no lines none, of an empty line an empty one."""
    return _WORDS.findall("\n".join(lines)) or [""] * bool(lines)


def _changed(before: list[str], after: list[str], *, most: int) -> Iterator[Line]:
    removed: list[Span] = []
    added: list[Span] = []
    for same, a, b in _passages(before, after, most):
        removed.append(Span("".join(a), changed=not same))
        added.append(Span("".join(b), changed=not same))
    if before:
        yield from (Line("removed", spans) for spans in _by_line(removed))
    if after:
        yield from (Line("added", spans) for spans in _by_line(added))


def _by_line(spans: list[Span]) -> Iterator[tuple[Span, ...]]:
    line: list[Span] = []
    for span in spans:
        first, *others = span.text.split("\n")
        line.append(Span(first, span.changed))
        for text in others:
            yield tuple(part for part in line if part.text)
            line = [Span(text, span.changed)]
    yield tuple(part for part in line if part.text)


def _folded(lines: list[Line]) -> Iterator[Line]:
    """Leave out lines that agree and stand far from any difference."""
    changed = [n for n, line in enumerate(lines) if line.kind != "same"]
    near = {m for n in changed for m in range(n - CONTEXT, n + CONTEXT + 1)}
    skipped = 0
    for n, line in enumerate(lines):
        if n in near:
            if skipped:
                yield Line("skipped", count=skipped)
            skipped = 0
            yield line
        else:
            skipped += 1
    if skipped:
        yield Line("skipped", count=skipped)
