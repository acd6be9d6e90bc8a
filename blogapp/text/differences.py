"""What differs between two texts: by line, and within changed lines by word."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from blogapp.text.aligning import Budget, align, are_like, counterparts, without_islands
from blogapp.text.words import cut, is_blank, words_of

MOST_LINES = 1_000
# Lines of agreement shown around a difference.
CONTEXT = 2
# Lines of one gap of which each is looked for among the others.
MOST_PAIRED = 20_000
# Words and blanks beside a change that is shown by itself, and how much of it is.
BESIDE = 8
LONGEST_SHOWN = 120

Kind = Literal["same", "removed", "added", "skipped"]


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
    old, new, budget = theirs.split("\n"), yours.split("\n"), Budget()
    for at in align(old, new, is_filler=is_blank, most=MOST_LINES, budget=budget):
        before, after = old[at.i : at.j], new[at.k : at.m]
        if at.same:
            lines += [Line("same", (Span(text),)) for text in before]
        else:
            lines += _changed(before, after, budget)
    return list(_folded(lines))


def compare_words(old: str, new: str) -> list[tuple[Kind, str]]:
    """Return both texts in one, as stretches that are ``same``, ``removed`` or ``added``.

    >>> compare_words("one two", "one three")
    [('same', 'one '), ('removed', 'two'), ('added', 'three')]
    """
    before, after = cut(old), cut(new)
    found: list[tuple[Kind, str]] = []
    for at in without_islands(align(before, after, is_filler=is_blank), before, is_blank):
        if at.same:
            found.append(("same", "".join(before[at.i : at.j])))
            continue
        found.append(("removed", "".join(before[at.i : at.j])))
        found.append(("added", "".join(after[at.k : at.m])))
    return [(kind, text) for kind, text in found if text]


def cut_out(old: str, new: str, *, most: int) -> list[list[tuple[Kind, str]]]:
    """Return the first changes between two texts, each with the words beside it.

    >>> cut_out("so it took twenty seconds", "so it took thirty seconds", most=1)
    [[('same', 'so it took '), ('removed', 'twenty'), ('added', 'thirty'), ('same', ' seconds')]]
    """
    before, after, budget = old.split("\n"), new.split("\n"), Budget()
    found: list[list[tuple[Kind, str]]] = []
    for at in align(before, after, is_filler=is_blank, most=MOST_LINES, budget=budget):
        if at.same or len(found) == most:
            continue
        was, now = "\n".join(before[at.i : at.j]), "\n".join(after[at.k : at.m])
        found += _changes_in(compare_words(was, now))[: most - len(found)]
    return found


def _changes_in(stretches: list[tuple[Kind, str]]) -> list[list[tuple[Kind, str]]]:
    """Return each change among ``stretches`` by itself, cut to be read at a glance."""
    found: list[list[tuple[Kind, str]]] = []
    lead: list[tuple[Kind, str]] = []
    for kind, text in stretches:
        if kind != "same":
            if found and found[-1][-1][0] == "removed" and kind == "added":
                found[-1].append((kind, _shortened(text)))
            else:
                found.append([*lead, (kind, _shortened(text))])
            lead = []
            continue
        words = cut(text)
        if found:
            found[-1].append((kind, "".join(words[:BESIDE])))
        lead = [(kind, "".join(words[-BESIDE:]))]
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN].rstrip()}…"


def count_words(old: str, new: str) -> tuple[int, int]:
    """Return how many words ``new`` adds to ``old``, and how many it takes out.

    >>> count_words("It waited twenty seconds.", "It waited, at most, thirty seconds.")
    (3, 1)
    """
    before, after, budget = old.split("\n"), new.split("\n"), Budget()
    added = removed = 0
    for at in align(before, after, is_filler=is_blank, most=MOST_LINES, budget=budget):
        if at.same:
            continue
        mine, yours = (words_of("\n".join(t)) for t in (before[at.i : at.j], after[at.k : at.m]))
        for words in align(mine, yours, budget=budget):
            added += 0 if words.same else words.m - words.k
            removed += 0 if words.same else words.j - words.i
    return added, removed


def _changed(before: Sequence[str], after: Sequence[str], budget: Budget) -> Iterator[Line]:
    """Yield changed lines, each above the one that took its place."""
    if len(before) == 1 or len(after) == 1 or max(len(before), len(after)) > MOST_PAIRED:
        yield from _reworded(before, after, budget)
        return
    counts = {line: Counter(words_of(line)) for line in {*before, *after}}
    for old, new in counterparts(before, after, lambda a, b: are_like(counts[a], counts[b])):
        if old is not None and old == new:
            yield Line("same", (Span(old),))
            continue
        mine, yours = ([] if line is None else [line] for line in (old, new))
        yield from _reworded(mine, yours, budget)


def _reworded(before: Sequence[str], after: Sequence[str], budget: Budget) -> Iterator[Line]:
    mine, yours = _words(before), _words(after)
    removed: list[Span] = []
    added: list[Span] = []
    stretches = align(mine, yours, is_filler=is_blank, budget=budget)
    for at in without_islands(stretches, mine, is_blank):
        removed.append(Span("".join(mine[at.i : at.j]), changed=not at.same))
        added.append(Span("".join(yours[at.k : at.m]), changed=not at.same))
    if before:
        yield from (Line("removed", spans) for spans in _by_line(removed))
    if after:
        yield from (Line("added", spans) for spans in _by_line(added))


def _words(lines: Sequence[str]) -> list[str]:
    """Return words and what is between them; of no lines none, of an empty line an empty one."""
    return cut("\n".join(lines)) or [""] * bool(lines)


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
