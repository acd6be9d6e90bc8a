"""What a selection finds: sets of posts out of the facet index, for lists and for numbers."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from pyroaring import BitMap

from blogapp.posts.facet_index import FacetIndex, Value, Versions, facet_index
from blogapp.posts.search_query import parse
from blogapp.posts.searching import Found, find
from blogapp.posts.selection import EVERYTHING, Cursor, Match, Selection, Sort

SINGLE = ("domain", "kind", "series", "author", "year", "month")


@dataclass(frozen=True)
class Ordered:
    """Posts in a total order: first those that are ranked, then the others by time."""

    index: FacetIndex
    ranked: Sequence[int]
    others: BitMap
    newest_first: bool = True

    def __len__(self) -> int:
        return len(self.ranked) + len(self.others)

    def some(self, start: int, limit: int) -> list[int]:
        """Return positions from the ``start``-th on, at most ``limit``."""
        start = min(start, len(self))
        found = list(self.ranked[start : start + limit])
        first = max(0, start - len(self.ranked))
        last = min(max(0, start + limit - len(self.ranked)), len(self.others))
        if self.newest_first:
            end = len(self.others)
            return found + list(self.others[end - last : end - first])[::-1]
        return found + list(self.others[first:last])

    def ids(self, start: int, limit: int) -> list[int]:
        """Return the ids of the posts there."""
        return [self.index.ids[at] for at in self.some(start, limit)]

    def cursor(self, number: int) -> Cursor:
        """Return the place right after the first ``number`` posts."""
        last = self.some(number - 1, 1)[0]
        rank = number if number <= len(self.ranked) else 0
        return Cursor(self.index.moment(last), self.index.ids[last], rank)

    def after(self, cursor: Cursor) -> int:
        """Return how many posts come before the one that follows ``cursor``.

        By the time of its post, wherever that is now; in a ranking by the post itself, and
        where that is gone by the number it had.
        """
        before = self.index.place(cursor.published_at, cursor.id)
        is_there = self.index.ids[before : before + 1] == array("q", [cursor.id])
        if is_there and before in self.ranked:
            return self.ranked.index(before) + 1
        if cursor.rank:
            return min(cursor.rank - 1, len(self.ranked))
        if self.newest_first:
            return len(self) - _below(self.others, before)
        return len(self.ranked) + _below(self.others, before + is_there)


@dataclass(frozen=True)
class Finding:
    """The posts of one place at one moment, and any selection of them."""

    index: FacetIndex
    now: datetime
    within: Selection = EVERYTHING

    @cached_property
    def listed(self) -> BitMap:
        """All that readers may find, in this place or elsewhere."""
        return self.index.listed(self.now)

    @cached_property
    def here(self) -> BitMap:
        """All of this place."""
        return _of_all(self.listed, self.conditions(self.within).values())

    def matches(self, selection: Selection, *, without: str = "") -> BitMap:
        """Return the posts of this place that have all that is chosen, ``without`` one key."""
        conditions = self.conditions(selection)
        return _of_all(self.here, (found for key, found in conditions.items() if key != without))

    def ordered(self, selection: Selection) -> Ordered:
        """Return the same in the order that is asked for."""
        matches = self.matches(selection)
        if selection.sort is not Sort.RELEVANCE:
            return Ordered(self.index, (), matches, selection.sort is Sort.NEWEST)
        ranked = self.search(selection).order
        return Ordered(self.index, ranked, matches - BitMap(ranked))

    def search(self, selection: Selection) -> Found:
        """Return what the words of a selection find among all else that is chosen."""
        return replace(self._search(selection.q), matches=self.matches(selection))

    def conditions(self, selection: Selection) -> dict[str, BitMap]:
        """Return what each choice lets through, by the choice's key in the address."""
        found: dict[str, BitMap] = {}
        if selection.tags:
            tags = [self.index.holding("tag", slug) for slug in selection.tags]
            is_any = selection.match is Match.ANY
            found["tag"] = BitMap.union(*tags) if is_any else BitMap.intersection(*tags)
        if selection.excluded:
            left_out = [self.index.holding("tag", slug) for slug in selection.excluded]
            found["not"] = self.listed - BitMap.union(*left_out)
        for facet in SINGLE:
            if value := getattr(selection, facet):
                found[facet] = self.index.holding(facet, str(value))
        if selection.q:
            found["q"] = self._search(selection.q).matches
        return found

    def values(self, facet: str) -> list[Value]:
        """Return the values that some listed post has, here or elsewhere; in the usual order."""
        now = len(self.listed)
        # Whatever came out earliest stands first, so one look tells.
        return [v for v in self.index.values[facet].values() if v.positions.min() < now]

    def value(self, facet: str, slug: str) -> Value | None:
        """Return a value that some listed post has, by slug or by another name of a tag."""
        value = self.index.value(facet, slug)
        return value if value and value.positions.min() < len(self.listed) else None

    def slug(self, facet: str, text: str) -> str:
        """Return a slug as it is written now; one that no listed post has stays as it is."""
        value = self.value(facet, text) or self.index.by_slug.get((facet, text.casefold()))
        return value.slug if value and value.positions.min() < len(self.listed) else text

    @property
    def names(self) -> Mapping[tuple[str, str], str]:
        """Return what all values are called, by facet and folded slug."""
        return _Names(self.index.by_slug, len(self.listed))

    def _search(self, q: str) -> Found:
        if q not in self._searches:
            self._searches[q] = find(parse(q), self.index, self.now)
        return self._searches[q]

    @cached_property
    def _searches(self) -> dict[str, Found]:
        return {}


class _Names(Mapping[tuple[str, str], str]):
    """Names of values that some listed post has, read where they are: there are hundreds."""

    def __init__(self, values: Mapping[tuple[str, str], Value], now: int) -> None:
        self._values, self._now = values, now

    def __getitem__(self, key: tuple[str, str]) -> str:
        value = self._values[key]
        if value.positions.min() >= self._now:
            raise KeyError(key)
        return value.name

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (key for key in self._values if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def look(
    now: datetime, *, within: Selection = EVERYTHING, known: Versions | None = None
) -> Finding:
    """Return what can be found in a place at ``now``: in one statement, or as of ``known``."""
    return Finding(facet_index(known), now, within)


def _of_all(posts: BitMap, conditions: Iterable[BitMap]) -> BitMap:
    return BitMap.intersection(posts, *conditions)


def _below(posts: BitMap, position: int) -> int:
    return posts.rank(position - 1) if position else 0
