"""Merging two versions of a text that grew out of one: by line, within changed lines by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Self

from blogapp.text.aligning import Budget, align
from blogapp.text.words import cut, is_blank

MOST_LINES = 1_000
# Conflicts with no more than this between them are one to decide about.
NEAREST = 40  # characters

NEWLINES = "\n"

Kind = Literal["same", "theirs", "yours", "both", "conflict"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of all three texts; ``kind`` says who changed it, ``both`` in the same way."""

    kind: Kind
    ancestor: str
    theirs: str
    yours: str

    @property
    def text(self) -> str:
        """What is merged here; of a conflict, theirs."""
        return self.yours if self.kind == "yours" else self.theirs


@dataclass(frozen=True, slots=True)
class Merge:
    """Three texts, cut into parts that follow each other."""

    parts: tuple[Part, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nobody has to decide anything."""
        return all(part.kind != "conflict" for part in self.parts)

    @property
    def text(self) -> str:
        """What is merged; where two stand against each other, theirs."""
        return "".join(part.text for part in self.parts)

    @property
    def conflicts(self) -> list[Part]:
        """What has to be decided, in the order of the text."""
        return [part for part in self.parts if part.kind == "conflict"]

    def resolved(self, chosen: Sequence[str]) -> str:
        """Return the text with what was ``chosen`` for each conflict, in their order."""
        left = iter(chosen)
        return "".join(next(left) if p.kind == "conflict" else p.text for p in self.parts)

    def gathered(self, most: int) -> Self:
        """Return the same with at most so many conflicts: each of several and what is between."""
        at = [n for n, part in enumerate(self.parts) if part.kind == "conflict"]
        if len(at) <= most:
            return self
        parts: list[Part] = []
        done = 0
        size = -(-len(at) // most)
        for first in range(0, len(at), size):
            start, end = at[first], at[min(first + size, len(at)) - 1] + 1
            parts += [*self.parts[done:start], _union("conflict", list(self.parts[start:end]))]
            done = end
        return type(self)((*parts, *self.parts[done:]))


def both(part: Part, before: str, after: str) -> str:
    """Return what both sides wrote in the place of ``part``, apart from each other.

    ``before`` and ``after`` is what stands around it: paragraphs stay paragraphs.
    """
    theirs, yours = part.theirs, part.yours
    if not theirs.strip() or not yours.strip():
        return theirs if theirs.strip() else yours
    is_block = (not before or before.endswith("\n")) and (not after or after.startswith("\n"))
    if "\n\n" in theirs + yours or (is_block and (not before or before.endswith("\n\n"))):
        return f"{theirs.rstrip(NEWLINES)}\n\n{yours.lstrip(NEWLINES)}"
    if is_block or "\n" in theirs + yours:
        return f"{theirs.rstrip(NEWLINES)}\n{yours.lstrip(NEWLINES)}"
    is_apart = theirs[-1].isspace() or yours[0].isspace()
    return f"{theirs}{'' if is_apart else ' '}{yours}"


def merge(ancestor: str, theirs: str, yours: str) -> Merge:
    """Return how ``theirs`` and ``yours`` become one text again, in bounded time.

    What only one side changed is taken from it. What both put in the same place differently
    is a conflict; so is what one took out and the other changed. Which side is which makes
    no difference to the text of a clean merge.

    >>> merge("one two three", "one 2 three", "one two three four").text
    'one 2 three four'
    """
    lines = (_lines(ancestor), _lines(theirs), _lines(yours))
    budgets = Budget(), Budget()
    parts: list[Part] = []
    for part in _parts(*lines, budgets=(Budget(), Budget()), most=MOST_LINES):
        if part.kind != "conflict":
            parts.append(part)
            continue
        words = (cut(part.ancestor), cut(part.theirs), cut(part.yours))
        found = [
            finer
            for each in _parts(*words, budgets=budgets)
            for finer in (_trimmed(each) if each.kind == "conflict" else [each])
        ]
        parts += _gathered(found)
    return Merge(tuple(_joined(parts)))


def common(one: str, other: str) -> str:
    """Return the lines that stand in both, in their order: what they may have grown out of."""
    mine, theirs = _lines(one), _lines(other)
    found = align(mine, theirs, is_filler=is_blank, most=MOST_LINES)
    return "".join("".join(mine[at.i : at.j]) for at in found if at.same)


def _lines(text: str) -> list[str]:
    """Cut ``text`` after each LF, and nowhere else."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def _parts(
    a: Sequence[str],
    t: Sequence[str],
    y: Sequence[str],
    *,
    budgets: tuple[Budget, Budget],
    most: int = 600,
) -> Iterator[Part]:
    """Cut three sequences at the items that stand in all of them."""
    in_t, in_y = _places(a, t, most, budgets[0]), _places(a, y, most, budgets[1])
    i = k = m = 0
    for p in [*(p for p in range(len(a)) if in_t[p] >= 0 and in_y[p] >= 0), len(a)]:
        u, v = (in_t[p], in_y[p]) if p < len(a) else (len(t), len(y))
        if p > i or u > k or v > m:
            yield _judged("".join(a[i:p]), "".join(t[k:u]), "".join(y[m:v]))
        if p < len(a):
            yield Part("same", a[p], a[p], a[p])
        i, k, m = p + 1, u + 1, v + 1


def _places(a: Sequence[str], other: Sequence[str], most: int, budget: Budget) -> list[int]:
    """Return where each item of ``a`` stands in ``other``, -1 where it does not."""
    places = [-1] * len(a)
    for at in align(a, other, is_filler=is_blank, most=most, budget=budget):
        if at.same:
            places[at.i : at.j] = range(at.k, at.m)
    return places


def _judged(a: str, t: str, y: str) -> Part:
    if t == y:
        return Part("same" if t == a else "both", a, t, y)
    if t == a:
        return Part("yours", a, t, y)
    return Part("theirs" if y == a else "conflict", a, t, y)


def _trimmed(part: Part) -> Iterator[Part]:
    """Take from a conflict what both sides begin and end with.

    Where nothing of one side is left by that, the other says all of it and more.
    """
    t, y = cut(part.theirs), cut(part.yours)
    most = min(len(t), len(y))
    head = next((n for n in range(most) if t[n] != y[n]), most)
    tail = next((n for n in range(most - head) if t[-1 - n] != y[-1 - n]), most - head)
    before, after = "".join(t[:head]), "".join(t[len(t) - tail :])
    theirs, yours = "".join(t[head : len(t) - tail]), "".join(y[head : len(y) - tail])
    if before:
        yield Part("both", "", before, before)
    if (theirs and yours) or is_blank(before + after):
        yield Part("conflict", part.ancestor, theirs, yours)
    else:
        yield Part("theirs" if theirs else "yours", part.ancestor, theirs, yours)
    if after:
        yield Part("both", "", after, after)


def _gathered(parts: list[Part]) -> Iterator[Part]:
    """Make one of conflicts that stand near to each other in a line."""
    kept: list[Part] = []
    since: int | None = None  # where the last conflict stands in `kept`
    for part in parts:
        kept.append(part)
        if part.kind != "conflict":
            continue
        if since is not None and _is_short(kept[since + 1 : -1]):
            kept[since:] = [_union("conflict", kept[since:])]
        since = len(kept) - 1
    yield from kept


def _is_short(between: list[Part]) -> bool:
    texts = [_union("same", between)] if between else []
    return all(
        len(text) <= NEAREST and "\n" not in text
        for union in texts
        for text in (union.ancestor, union.theirs, union.yours)
    )


def _joined(parts: list[Part]) -> Iterator[Part]:
    """Make one of parts of a kind that follow each other; what is to be decided stays apart."""
    for kind, group in groupby(parts, key=lambda part: part.kind):
        if kind == "conflict":
            yield from group
        else:
            yield _union(kind, list(group))


def _union(kind: Kind, parts: list[Part]) -> Part:
    return Part(
        kind,
        "".join(part.ancestor for part in parts),
        "".join(part.theirs for part in parts),
        "".join(part.yours for part in parts),
    )
