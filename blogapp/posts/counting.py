"""The numbers beside choices: how many posts each would show after one click."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, overload

from pyroaring import BitMap

from blogapp.posts.facet_index import NOTHING, Value
from blogapp.posts.finding import SINGLE, Finding
from blogapp.posts.search.narrowing import name_conditions
from blogapp.posts.search_query import parse
from blogapp.posts.selection import Match, Selection

MOST_WAYS_OUT = 24


@dataclass(frozen=True)
class Choice:
    """One value that can be chosen, and how many posts would show if it were.

    ``used`` is how many posts have it in this place (a tag's page, or the whole
    blog), whatever is chosen: it does not move when somebody chooses.
    """

    slug: str
    name: str
    used: int
    after: int
    chosen: bool = False


@dataclass(frozen=True)
class TagChoice(Choice):
    """A tag, which can also be left out."""

    after_leaving_out: int = 0
    left_out: bool = False


class TagChoices(Sequence[TagChoice]):
    """Tags with their numbers, most used first; each is counted when it is looked at."""

    def __init__(
        self,
        values: Sequence[tuple[int, Value]] = (),
        count: Callable[..., TagChoice] = TagChoice,
        chosen: Collection[Value] = (),
    ) -> None:
        self._values, self._count, self._chosen = values, count, chosen

    @overload
    def __getitem__(self, at: int) -> TagChoice: ...
    @overload
    def __getitem__(self, at: slice) -> list[TagChoice]: ...
    def __getitem__(self, at: int | slice) -> TagChoice | list[TagChoice]:
        if isinstance(at, slice):
            return [self._count(*one) for one in self._values[at]]
        return self._count(*self._values[at])

    def __len__(self) -> int:
        return len(self._values)

    def here(self, fixed: Collection[str]) -> "TagChoices":
        """Return those that posts in this place have, without ``fixed`` ones, and those chosen."""
        if not fixed and self._values and self._values[-1][0]:
            return self
        kept = [
            (used, value)
            for used, value in self._values
            if (used and value.slug.casefold() not in fixed) or value in self._chosen
        ]
        return TagChoices(kept, self._count, self._chosen)

    def beyond(self, number: int, beside: Collection[str]) -> list[TagChoice]:
        """Return those past the first ``number`` that are chosen, or in ``beside``."""
        if not self._chosen and not beside:
            return []
        marked = [
            self._count(used, value)
            for used, value in self._values[number:]
            if value in self._chosen or value.slug.casefold() in beside
        ]
        return [tag for tag in marked if tag.chosen or tag.slug.casefold() in beside]


@dataclass(frozen=True)
class Month:
    """A month that has posts: all of them in this place, and those that show.

    ``after`` is how many would show if the month, with its year, were what is chosen of time.
    """

    year: int
    month: int
    posts: int
    shown: int
    after: int


@dataclass(frozen=True)
class Choices:
    """Everything that can be chosen beside a listing, each kind counted when it is looked at."""

    selection: Selection
    finding: Finding

    @property
    def listed(self) -> int:
        """How many posts there are in the whole blog."""
        return len(self.finding.listed)

    @cached_property
    def shown(self) -> int:
        """How many posts show."""
        return len(self._shown)

    @cached_property
    def posts(self) -> int:
        """How many there are in this place, whatever is chosen."""
        return len(self.finding.here)

    @cached_property
    def tags(self) -> TagChoices:
        """The tags, most used first."""
        return _tag_choices(self.selection, self.finding, self._shown)

    @cached_property
    def single(self) -> Mapping[str, Sequence[Choice]]:
        """What one of can be chosen, by key in the address."""
        return {facet: _single_choices(facet, self.selection, self.finding) for facet in SINGLE}

    @cached_property
    def months(self) -> Sequence[Month]:
        """The months that have posts."""
        return _months(self.selection, self.finding, self._shown)

    @cached_property
    def names(self) -> Mapping[tuple[str, str], str]:
        """What everything is called, by key in the address and folded slug."""
        return _names(self.selection, self.finding)

    @cached_property
    def _shown(self) -> BitMap:
        return self.finding.matches(self.selection)


@dataclass(frozen=True)
class WayOut:
    """A listing one step wider than this one, and how many posts it shows."""

    selection: Selection
    dropped: str  # the key of what is taken back; "match" for any instead of all
    slug: str
    posts: int


def count_choices(selection: Selection, finding: Finding) -> Choices:
    """Return the number beside every choice.

    Beside a tag not chosen: what shows once it is chosen too, and once it is left
    out. Beside a domain, kind, series, author, year or month: what shows once it
    replaces the present one. Values that no listed post has are not there at all.
    """
    return Choices(selection, finding)


def find_ways_out(selection: Selection, finding: Finding) -> list[WayOut]:
    """Return the listings one step wider that are not empty, most posts first."""
    steps = islice(_steps(selection), MOST_WAYS_OUT)
    ways = [replace(step, posts=len(finding.matches(step.selection))) for step in steps]
    return sorted((way for way in ways if way.posts), key=lambda way: -way.posts)


def _tag_choices(selection: Selection, finding: Finding, shown: BitMap) -> TagChoices:
    chosen = [value for slug in selection.tags if (value := finding.value("tag", slug))]
    left_out = [value for slug in selection.excluded if (value := finding.value("tag", slug))]
    # To those that show come those that only the other tags kept out.
    widens = selection.match is Match.ANY and bool(selection.tags)
    others = finding.matches(selection, without="tag") - shown if widens else NOTHING
    here, total = finding.here, len(shown)

    def count(used: int, value: Value) -> TagChoice:
        both = shown.intersection_cardinality(value.positions)
        return TagChoice(
            slug=value.slug,
            name=value.name,
            used=used,
            after=total + others.intersection_cardinality(value.positions) if widens else both,
            chosen=value in chosen,
            after_leaving_out=total - both,
            left_out=value in left_out,
        )

    values = [(here.intersection_cardinality(v.positions), v) for v in finding.values("tag")]
    # They come from A to Z, and stay so where they are used alike.
    values.sort(key=lambda one: -one[0])
    return TagChoices(values, count, [*chosen, *left_out])


def _names(selection: Selection, finding: Finding) -> Mapping[tuple[str, str], str]:
    asked = name_conditions(parse(selection.q), finding.index, finding.listed)
    return {**finding.names, **asked} if asked else finding.names


def _single_choices(facet: str, selection: Selection, finding: Finding) -> list[Choice]:
    chosen = finding.value(facet, str(getattr(selection, facet) or ""))
    here, others = finding.here, finding.matches(selection, without=facet)
    values = finding.values(facet)
    return [
        Choice(
            slug=value.slug,
            name=value.name,
            used=here.intersection_cardinality(value.positions),
            after=others.intersection_cardinality(value.positions),
            chosen=value is chosen,
        )
        for value in (reversed(values) if facet == "year" else values)
    ]


def _months(selection: Selection, finding: Finding, shown: BitMap) -> list[Month]:
    is_timed = bool(selection.year or selection.month)
    anytime = finding.matches(selection.at_any_time()) if is_timed else shown
    months = [
        Month(
            year=month // 100,
            month=month % 100,
            posts=finding.here.intersection_cardinality(positions),
            shown=shown.intersection_cardinality(positions),
            after=anytime.intersection_cardinality(positions),
        )
        for month, positions in finding.index.months.items()
    ]
    return [month for month in months if month.posts]


# One step wider.


def _steps(selection: Selection) -> Iterator[WayOut]:
    # One by one: each step names all the other tags, and there can be hundreds.
    top = selection.from_the_top()
    if len(top.tags) > 1 and top.match is Match.ALL:
        yield WayOut(replace(top, match=Match.ANY), "match", "", 0)
    if len(top.tags) > 1:
        for tag in top.tags:
            yield WayOut(replace(top, tags=_other(top.tags, tag)), "tag", tag, 0)
    elif top.tags:
        yield WayOut(replace(top, tags=(), match=Match.ALL), "tag", top.tags[0], 0)
    for tag in top.excluded:
        yield WayOut(replace(top, excluded=_other(top.excluded, tag)), "not", tag, 0)
    without = {
        "domain": replace(top, domain=""),
        "kind": replace(top, kind=""),
        "series": replace(top, series=""),
        "author": replace(top, author=""),
        "year": replace(top, year=None),
        "month": replace(top, month=None),
    }
    for key, wider in without.items():
        if value := getattr(top, key):
            yield WayOut(wider, key, str(value), 0)
    if top.q:
        words = replace(top, q="")
        yield WayOut(replace(words, sort=_without_rank(words)), "q", top.q, 0)


def _without_rank(selection: Selection) -> Any:
    return selection.usual_sort if selection.sort == "relevance" else selection.sort


def _other(slugs: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(slug for slug in slugs if slug != gone)
