"""Which parts of two sequences are the same: words, lines or blocks, in bounded time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T", bound=object)

# What is compared item by item costs the product of both lengths and more; so a gap may be this
# long, and all gaps of a comparison may cost so many pairs.
MOST_ITEMS = 600
MOST_PAIRS = 2_000_000
# How far behind the last counterpart that was found the next one may stand.
REACH = 8
# So many of their words two texts share if the one is the other, changed.
LEAST_ALIKE = 0.4
# How often a gap is cut at what is in it once.
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Stretch:
    """``old[i:j]`` and ``new[k:m]``: ``same``, or the one stands where the other stood."""

    same: bool
    i: int
    j: int
    k: int
    m: int


class Budget:
    """What comparing may still cost: a comparison in many parts shares one."""

    def __init__(self, pairs: int = MOST_PAIRS) -> None:
        self.pairs = pairs

    def spend(self, pairs: int) -> bool:
        """Return whether ``pairs`` were left, and take them."""
        if pairs > self.pairs:
            return False
        self.pairs -= pairs
        return True


def align(
    old: Sequence[T],
    new: Sequence[T],
    *,
    is_filler: Callable[[T], bool] = lambda item: False,
    most: int = MOST_ITEMS,
    budget: Budget | None = None,
) -> Iterator[Stretch]:
    """Yield stretches of both that follow each other and leave nothing out.

    Long gaps are cut at the items that stand once in each of both, in the order in which most of
    them agree (the "patience" way); what is still longer than ``most`` or over the budget counts
    as changed whole. Nothing is lined up by ``is_filler`` alone, such as blanks.

    >>> [(s.same, s.j - s.i, s.m - s.k) for s in align("abcd", "abxd")]
    [(True, 2, 2), (False, 1, 1), (True, 1, 1)]
    """
    gap = _Gap(old, new, is_filler, most, budget or Budget())
    yield from gap.stretches(0, len(old), 0, len(new), 0)


def counterparts(
    old: Sequence[T], new: Sequence[T], is_like: Callable[[T, T], bool]
) -> Iterator[tuple[T | None, T | None]]:
    """Yield what stood there beside what became of it, in order; None where there is nothing.

    >>> list(counterparts(["ab", "x"], ["q", "ac"], lambda a, b: a[0] == b[0]))
    [(None, 'q'), ('ab', 'ac'), ('x', None)]
    """
    at = 0
    for before in old:
        near = enumerate(new[at : at + REACH], at)
        found = next((n for n, after in near if is_like(before, after)), None)
        if found is None:
            yield before, None
            continue
        yield from ((None, after) for after in new[at:found])
        yield before, new[found]
        at = found + 1
    yield from ((None, after) for after in new[at:])


def are_like(old: Counter[str], new: Counter[str]) -> bool:
    """Whether two counts of words have so much in common that the one is the other, changed."""
    return 2 * (old & new).total() >= LEAST_ALIKE * (old.total() + new.total())


def without_islands(
    stretches: Iterable[Stretch], old: Sequence[T], is_filler: Callable[[T], bool]
) -> Iterator[Stretch]:
    """Yield the stretches, with two changes as one where only filler agrees between them.

    >>> found = align("a b", "x y", is_filler=str.isspace)
    >>> [(s.same, s.j - s.i) for s in without_islands(found, "a b", str.isspace)]
    [(False, 3)]
    """
    kept: list[Stretch] = []
    for stretch in stretches:
        is_island = (
            len(kept) > 1
            and not stretch.same
            and kept[-1].same
            and not kept[-2].same
            and all(map(is_filler, old[kept[-1].i : kept[-1].j]))
        )
        if is_island:
            kept.pop()
            start = kept.pop()
            stretch = Stretch(False, start.i, stretch.j, start.k, stretch.m)
        kept.append(stretch)
    yield from kept


@dataclass(frozen=True, slots=True)
class _Gap:
    old: Sequence[object]
    new: Sequence[object]
    is_filler: Callable[..., bool]
    most: int
    budget: Budget

    def stretches(self, i: int, j: int, k: int, m: int, depth: int) -> Iterator[Stretch]:
        """Yield the stretches of ``old[i:j]`` and ``new[k:m]``."""
        head = _shared(self.old, self.new, i, k, min(j - i, m - k))
        if head:
            yield Stretch(True, i, i + head, k, k + head)
            i, k = i + head, k + head
        tail = _shared_at_end(self.old, self.new, j, m, min(j - i, m - k))
        if i < j - tail or k < m - tail:
            yield from self.between(i, j - tail, k, m - tail, depth)
        if tail:
            yield Stretch(True, j - tail, j, m - tail, m)

    def between(self, i: int, j: int, k: int, m: int, depth: int) -> Iterator[Stretch]:
        if i == j or k == m:
            yield Stretch(False, i, j, k, m)
        elif max(j - i, m - k) <= self.most and self.budget.spend((j - i) * (m - k)):
            old, new = self.old[i:j], self.new[k:m]
            # What stands often in a long gap is no guide through it: a word, a closing bracket.
            matcher = SequenceMatcher(self.is_filler, old, new, autojunk=len(new) > MOST_ITEMS)
            for kind, a, b, c, d in matcher.get_opcodes():
                yield Stretch(kind == "equal", i + a, i + b, k + c, k + d)
        elif depth < DEEPEST and (anchors := self.anchors(i, j, k, m)):
            for a, c in anchors:
                if a > i or c > k:
                    yield from self.stretches(i, a, k, c, depth + 1)
                yield Stretch(True, a, a + 1, c, c + 1)
                i, k = a + 1, c + 1
            if i < j or k < m:
                yield from self.stretches(i, j, k, m, depth + 1)
        else:
            yield Stretch(False, i, j, k, m)

    def anchors(self, i: int, j: int, k: int, m: int) -> list[tuple[int, int]]:
        """Return where items stand that are in both once: as many as stand in one order."""
        once_old = _standing_once(self.old, i, j)
        once_new = _standing_once(self.new, k, m)
        pairs = [
            (place, once_new[item])
            for item, place in once_old.items()
            if item in once_new and not self.is_filler(item)
        ]
        return _longest_rise(pairs)


def _shared(old: Sequence[object], new: Sequence[object], i: int, k: int, most: int) -> int:
    """Return how many items are the same from there on."""
    return next((n for n in range(most) if old[i + n] != new[k + n]), most)


def _shared_at_end(old: Sequence[object], new: Sequence[object], j: int, m: int, most: int) -> int:
    return next((n for n in range(most) if old[j - 1 - n] != new[m - 1 - n]), most)


def _standing_once(items: Sequence[object], start: int, end: int) -> dict[object, int]:
    counts = Counter(items[start:end])
    return {items[n]: n for n in range(start, end) if counts[items[n]] == 1}


def _longest_rise(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of ``pairs``, which rise in the first, that rises in the second.

    >>> _longest_rise([(1, 5), (2, 3), (3, 4)])
    [(2, 3), (3, 4)]
    """
    ends: list[int] = []  # the lowest end of a rise of each length
    last: list[int] = []  # and which pair that is
    before: list[int | None] = []
    for n, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [n]
        before.append(last[length - 1] if length else None)
    rise: list[tuple[int, int]] = []
    at = last[-1] if last else None
    while at is not None:
        rise.append(pairs[at])
        at = before[at]
    return rise[::-1]
