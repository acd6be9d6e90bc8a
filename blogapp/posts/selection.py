"""The state of a listing: what is chosen, in what order, how far it has been read.

It is all in the address, and each state has one spelling there.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self, TypeVar

from blogapp.site.models import LAYOUTS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST = 2**63 - 1
LONGEST_SLUG = 200
LONGEST_QUERY = 200
MOST_TAGS = 500  # each of them is a value in several statements
KEYS = (
    *("tag", "match", "not", "domain", "kind", "series", "author", "year"),
    *("q", "sort", "month", "view", "page", "after", "through"),
)
VIEWS = LAYOUTS


class MalformedSelection(ValueError):
    """The address says something that cannot be meant."""


class Match(StrEnum):
    """Whether a post needs all of the chosen tags or any one of them."""

    ALL = "all"
    ANY = "any"


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    RELEVANCE = "relevance"


Word = TypeVar("Word", Match, Sort)


@dataclass(frozen=True)
class Cursor:
    """A place in a listing; the next batch starts right after it.

    Several posts can carry the same time, so the id breaks the tie. ``rank`` is
    how well the post answered a search, where the listing is sorted by that.
    """

    published_at: datetime
    id: int
    rank: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str()`` wrote; raises `MalformedSelection` for anything else."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            micros, id, rank = (
                _whole(part) for part in urlsafe_b64decode(padded).decode("ascii").split(".")
            )
            cursor = cls(EPOCH + micros * MICROSECOND, id, rank)
        except (ValueError, OverflowError, binascii.Error) as error:
            raise MalformedSelection(f"{text!r} is no place in a listing") from error
        if str(cursor) != text:
            raise MalformedSelection(f"{text!r} is no place in a listing")
        return cursor

    def __str__(self) -> str:
        micros = (self.published_at - EPOCH) // MICROSECOND
        packed = urlsafe_b64encode(f"{micros}.{self.id}.{self.rank}".encode())
        return packed.decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a listing's address says. Slugs are as written there, known or not."""

    tags: tuple[str, ...] = ()
    match: Match = Match.ALL
    excluded: tuple[str, ...] = ()
    domain: str = ""
    kind: str = ""
    series: str = ""
    author: str = ""
    year: int | None = None
    month: int | None = None
    q: str = ""
    sort: Sort = Sort.NEWEST
    # How it is laid out; empty is as the blog usually does.
    view: str = ""
    page: int = 1
    after: Cursor | None = None
    through: int = 1

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read the pairs of a query; keys that mean nothing here are passed over.

        Of what can be chosen once, the first counts; an empty value is none. Raises
        `MalformedSelection`.
        """
        given: dict[str, list[str]] = {}
        for key, value in pairs:
            if key in KEYS and value.strip():
                given.setdefault(key, []).append(value)
        first = {key: values[0] for key, values in given.items()}
        if len(given.get("tag", [])) + len(given.get("not", [])) > MOST_TAGS:
            raise MalformedSelection(f"more than {MOST_TAGS} tags")

        q = _query(first.get("q", ""))
        if (view := first.get("view", "")) not in {"", *VIEWS}:
            raise MalformedSelection(f"there is no view {view[:40]!r}")
        page = _number(first.get("page", "1"), least=1)
        after = Cursor.parse(first["after"]) if "after" in first else None
        through = _number(first.get("through", "1"), least=1)
        return cls(
            tags=_slugs(given.get("tag", [])),
            match=_word(Match, first.get("match", Match.ALL)),
            excluded=_slugs(given.get("not", [])),
            domain=_slug(first.get("domain", "")),
            kind=_slug(first.get("kind", "")),
            series=_slug(first.get("series", "")),
            author=_slug(first.get("author", "")),
            year=_number(first["year"], least=1, most=9999) if "year" in first else None,
            month=_number(first["month"], least=1, most=12) if "month" in first else None,
            q=q,
            sort=_sort(first.get("sort", ""), searching=bool(q)),
            view=view,
            page=page,
            after=after,
            # A page by itself says where it stands; how far somebody scrolled is another thing.
            through=1 if "page" in first or after else through,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return the one spelling of this state: in order, tags sorted, defaults left out."""
        tags: list[str] = sorted(self.tags, key=str.casefold)
        excluded: list[str] = sorted(self.excluded, key=str.casefold)
        values: dict[str, Sequence[str | int | Cursor | None]] = {
            "tag": tags,
            "match": [self.match] if self.match is not Match.ALL else [],
            "not": excluded,
            "domain": [self.domain],
            "kind": [self.kind],
            "series": [self.series],
            "author": [self.author],
            "year": [self.year],
            "q": [self.q],
            "sort": [self.sort] if self.sort is not self.usual_sort else [],
            "month": [self.month],
            "view": [self.view],
            "page": [self.page] if self.page > 1 else [],
            "after": [self.after],
            "through": [self.through] if self.through > 1 else [],
        }
        return [(key, str(value)) for key in KEYS for value in values.get(key, []) if value]

    @property
    def usual_sort(self) -> Sort:
        """The order while nobody asks for another."""
        return Sort.RELEVANCE if self.q else Sort.NEWEST

    @property
    def choices(self) -> int:
        """How many things are chosen; a year and its month are one."""
        single = (self.domain, self.kind, self.series, self.author, self.year or self.month)
        return len(self.tags) + len(self.excluded) + sum(map(bool, single))

    @property
    def narrows(self) -> bool:
        """Whether this leaves out any post at all."""
        return self.choices > 0 or bool(self.q)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Facet and slug of everything chosen that has a name of its own."""
        tags = [("tag", slug) for slug in (*self.tags, *self.excluded)]
        single = {key: getattr(self, key) for key in ("domain", "kind", "series", "author")}
        return [*tags, *((key, slug) for key, slug in single.items() if slug)]

    def from_the_top(self) -> Self:
        """Return the same choice, read from its first page."""
        return replace(self, page=1, after=None, through=1)

    def by_slugs(self, slug: Callable[[str, str], str]) -> Self:
        """Return the same choice by the slugs that ``slug`` gives for a facet and a slug."""
        return replace(
            self,
            tags=_each_once(slug("tag", tag) for tag in self.tags),
            excluded=_each_once(slug("tag", tag) for tag in self.excluded),
            domain=self.domain and slug("domain", self.domain),
            kind=self.kind and slug("kind", self.kind),
            series=self.series and slug("series", self.series),
            author=self.author and slug("author", self.author),
        )

    def at_any_time(self) -> Self:
        """Return the same choice without its year and month."""
        return replace(self, year=None, month=None)


# All of a blog: nothing is chosen.
EVERYTHING = Selection()


def _slugs(texts: list[str]) -> tuple[str, ...]:
    return _each_once(map(_slug, texts))


def _each_once(slugs: Iterable[str]) -> tuple[str, ...]:
    """Sorted, and of those that are equal ignoring case the first."""
    kept: dict[str, str] = {}
    for slug in slugs:
        kept.setdefault(slug.casefold(), slug)
    return tuple(kept[key] for key in sorted(kept))


def _slug(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_SLUG or any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise MalformedSelection(f"{text[:LONGEST_SLUG]!r} is no name in an address")
    return text


def _query(text: str) -> str:
    if "\0" in text:
        raise MalformedSelection("a search holds no NUL")
    return " ".join(text.split())[:LONGEST_QUERY].strip()


def _word(words: type[Word], text: str) -> Word:
    try:
        return words(text)
    except ValueError as error:
        raise MalformedSelection(str(error)) from error


def _sort(text: str, *, searching: bool) -> Sort:
    usual = Sort.RELEVANCE if searching else Sort.NEWEST
    sort = _word(Sort, text) if text else usual
    return usual if sort is Sort.RELEVANCE else sort


def _number(text: str, *, least: int, most: int = LARGEST) -> int:
    try:
        number = _whole(text)
    except ValueError as error:
        raise MalformedSelection(f"{text[:40]!r} is no number") from error
    if not least <= number <= most:
        raise MalformedSelection(f"{number} is not from {least} to {most}")
    return number


def _whole(text: str) -> int:
    """Read a number that fits into 64 bits; raises `ValueError`."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > LARGEST:
        raise ValueError(f"{text[:40]!r} is no number")
    return int(text)
