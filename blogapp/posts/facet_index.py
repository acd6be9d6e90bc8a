"""Which posts have what: everything a listing filters, counts and orders by, in memory.

One immutable index per process and database, made of the one before and what changed whenever
the content version is another there, or of all posts. A post is its position in the order of
`(published_at, id)`, a facet's value is the bitmap of the positions that have it. Nothing here
knows SQL but the reading at the end, and nothing elsewhere knows how the sets are kept.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from pyroaring import BitMap
from sqlalchemy import Engine, String, cast, func, literal, select, type_coerce, union_all
from sqlalchemy.types import NullType

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.facet_changes import Move, list_changed
from blogapp.posts.models import (
    ContentVersion,
    Domain,
    Post,
    PostAuthor,
    Series,
    Tag,
    TagAlias,
    post_tags,
)
from blogapp.posts.places import Places
from blogapp.posts.search.names import Names, make_names
from blogapp.posts.visibility import findable
from blogapp.site.models import Site
from blogapp.text.folding import caseless, fold

NAMED = ("tag", "domain", "series", "author")
SPELLED = (*NAMED, "kind")
NOTHING = BitMap()
# Somebody may write while the index is read; then it is read again, this often in all.
READINGS = 3
_EPOCH = datetime(1970, 1, 1)  # as the database keeps it, without a zone
_MICROSECOND = timedelta(microseconds=1)

# Of so many at a time, when it is read.
ROWS = 5_000
# The place of what nobody put in order.
_LAST = 2**31 - 1

Version = tuple[tuple[int, int], ...]
Groups = dict[Any, "array[int]"]


@dataclass(frozen=True, slots=True)
class Versions:
    """What changes with what can be found, and what changes with all that public pages show.

    Of another content the one or the other is another.
    """

    facets: Version
    pages: Version


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet, and the positions of the posts that have it."""

    slug: str
    name: str
    positions: BitMap


@dataclass(frozen=True)
class FacetIndex:
    """All posts that readers may find, now or from a moment on, in the listing's total order.

    ``ids`` and ``moments`` (microseconds since 1970) stand by position, oldest first. Bitmaps
    that are handed out are shared: who wants another makes one.
    """

    version: Version
    ids: Sequence[int]
    moments: Sequence[int]
    places: Places
    values: Mapping[str, Mapping[str, Value]]
    months: Mapping[int, BitMap]  # by 202611, in the site's zone
    # Other slugs and names of tags, folded, and the folded slugs that they lead to.
    aliases: Mapping[str, str]
    alias_names: Mapping[str, str]
    # Whether somebody put the domains in order; they stand in it, everything else from A to Z.
    has_ordered_domains: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    def positions(self, ids: Iterable[int]) -> BitMap:
        """Return where posts stand; ids of others are passed over."""
        return BitMap(self.places.of(ids))

    def listed(self, now: datetime) -> BitMap:
        """Return the posts that readers may find at ``now``."""
        return BitMap(range(bisect_left(self.moments, _micros(now) + 1)))

    def between(self, after: datetime | None, before: datetime | None) -> BitMap:
        """Return what came out at ``after`` or later and earlier than ``before``."""
        first = bisect_left(self.moments, _micros(after)) if after else 0
        last = bisect_left(self.moments, _micros(before)) if before else len(self)
        return BitMap(range(first, last)) if first < last else BitMap()

    def place(self, moment: datetime, id: int) -> int:
        """Return how many posts stand before ``(moment, id)``, whether or not it is there."""
        return self.place_of(_micros(moment), id)

    def place_of(self, micros: int, id: int) -> int:
        """Return the same of a moment in microseconds since 1970."""
        return bisect_left(
            range(len(self)), (micros, id), key=lambda at: (self.moments[at], self.ids[at])
        )

    def moment(self, position: int) -> datetime:
        """Return when the post at this position came out."""
        return (_EPOCH + self.moments[position] * _MICROSECOND).replace(tzinfo=UTC)

    def holding(self, facet: str, slug: str) -> BitMap:
        """Return the posts that have a value, of which some may be scheduled.

        Slugs match ignoring case, aliases of tags lead to their tag; kinds are no slugs and
        match as they are. A language holds its variants: ``pt`` those in ``pt-BR``. Years and
        months are written in figures. An unknown value has no posts.
        """
        if facet == "language":
            return self._speaking(caseless(slug))
        value = self.value(facet, slug)
        return value.positions if value else NOTHING

    def value(self, facet: str, slug: str) -> Value | None:
        """Return a value by its slug, or by an alias of a tag; None when no post has it."""
        if facet == "kind":
            return self.values["kind"].get(slug)
        key = caseless(slug)
        if facet == "tag" and key not in self.values["tag"]:
            key = self.aliases.get(key, key)
        return self.values[facet].get(key)

    def meant(self, facet: str, text: str) -> Value | None:
        """Return the value that somebody means by a slug, an alias or a name.

        In any letter case, and without its accents where no other name is just that.
        """
        key = caseless(text)
        if facet == "tag" and key in self.alias_names:
            text = self.alias_names[key]
        found = self.value(facet, text) or self._by_name.get((facet, key))
        return found or self._by_folded.get((facet, fold(text)))

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Value]:
        return {
            (facet, caseless(value.name)): value
            for facet, values in self.values.items()
            for value in values.values()
        }

    @cached_property
    def _by_folded(self) -> Mapping[tuple[str, str], Value]:
        found: dict[tuple[str, str], Value] = {}
        for name, slug in self.alias_names.items():
            if value := self.value("tag", slug):
                found[("tag", fold(name))] = value
        for facet, values in self.values.items():
            for value in sorted(values.values(), key=lambda value: len(value.positions)):
                found |= {(facet, fold(text)): value for text in (value.slug, value.name)}
        return found

    @cached_property
    def by_slug(self) -> Mapping[tuple[str, str], Value]:
        """All values that have a spelling, by facet and folded slug."""
        return {
            (facet, value.slug.casefold()): value
            for facet in SPELLED
            for value in self.values[facet].values()
        }

    @cached_property
    def names(self) -> Names:
        """The names of tags, domains, series and authors, by their words."""
        return make_names(self.values, self.alias_names, NAMED)

    def _speaking(self, language: str) -> BitMap:
        spoken = [
            value.positions
            for key, value in self.values["language"].items()
            if key == language or key.startswith(f"{language}-")
        ]
        return BitMap.union(*spoken) if spoken else NOTHING


def read_versions() -> Versions:
    """Return the versions of what the database holds now, in one statement."""
    # Each page asks this first: as text it takes half as long. What is in hand counts.
    if db.session.autoflush:
        db.session.flush()
    rows = sorted(map(tuple, db.session.connection().exec_driver_sql(_VERSIONS)))
    return Versions(
        tuple((row[0], row[1]) for row in rows), tuple((row[0], row[2]) for row in rows)
    )


def facet_index(known: Versions | None = None) -> FacetIndex:
    """Return the index of what the database holds now, in one statement while that is known.

    In none where the versions are ``known`` that it held a moment ago. Otherwise what changed is
    read, or all of it, in a dozen; of several threads that find it old, one reads and the others
    wait.
    """
    engine = db.session.get_bind()
    assert isinstance(engine, Engine)
    kept = _kept_for(engine)
    version, index = (known or read_versions()).facets, kept.index
    if index and index.version == version:
        return index
    with kept.lock:
        for _ in range(READINGS - 1):
            version, index = read_versions().facets, kept.index
            if index and index.version == version:
                return index
            index = (index and _renewed(index, version)) or _read(version)
            if read_versions().facets == version:
                kept.index = index
                return index
        # Others write without a pause: this serves one answer, and the next one looks again.
        return _read(version)


class _Kept:
    def __init__(self) -> None:
        self.lock = Lock()
        self.index: FacetIndex | None = None


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_keeping = Lock()


def _kept_for(engine: Engine) -> _Kept:
    with _keeping:
        return _kept.setdefault(engine, _Kept())


_VERSIONS = f"SELECT id, token, page_token FROM {ContentVersion.__tablename__}"  # nosec B608


# Reading.


@dataclass(frozen=True)
class _Names:
    """What the values of facets are called: id, slug and name by facet, in the order in which
    people see them; and other names of tags.
    """

    of: Mapping[str, Sequence[tuple[int, str, str]]]
    aliases: Sequence[tuple[int, str | None, str | None]]
    language: str  # of posts that say none
    has_ordered_domains: bool


@dataclass(frozen=True)
class _Rows:
    """Posts by their positions, and the positions that have a value, by facet and value."""

    ids: "array[int]"
    moments: "array[int]"
    places: Places
    having: Mapping[str, Mapping[Any, Iterable[int]]]


def _read(version: Version) -> FacetIndex:
    names = _names()
    return _made(version, names, _rows_of(names))


def _renewed(index: FacetIndex, version: Version) -> FacetIndex | None:
    """Return the index with what has changed since; None where that is not known."""
    changed = list_changed(index.version, version)
    if changed is None:
        return None
    names = _names()
    come = _rows_of(names, changed)
    keys = list(zip(come.moments, come.ids, strict=True))
    stood = index.places.of(changed)
    move = Move(len(index), stood, [index.place_of(*key) for key in keys])
    having = {
        facet: _moved(move, old, come.having[facet]) for facet, old in _had(index, names).items()
    }
    ids = move.numbers(index.ids, come.ids)
    places = index.places if ids == index.ids else Places(ids)
    moments = move.numbers(index.moments, come.moments)
    return _made(version, names, _Rows(ids, moments, places, having))


def _had(index: FacetIndex, names: _Names) -> Mapping[str, Mapping[Any, BitMap]]:
    """Return the positions that had each value, as `_Rows` has them."""
    values = index.values
    named: dict[str, Mapping[Any, BitMap]] = {
        facet: {
            id: value.positions
            for id, slug, _name in names.of[facet]
            if (value := values[facet].get(caseless(slug)))
        }
        for facet in NAMED
    }
    plain = {
        facet: {key: value.positions for key, value in values[facet].items()}
        for facet in ("kind", "language")
    }
    return {**named, **plain, "month": index.months}


def _moved(
    move: Move, old: Mapping[Any, BitMap], come: Mapping[Any, Iterable[int]]
) -> Mapping[Any, BitMap]:
    found = {value: move.moved(positions) for value, positions in old.items()}
    for value, numbers in come.items():
        here = BitMap([move.come[number] for number in numbers])
        found[value] = found[value] | here if value in found else here
    return {value: positions for value, positions in found.items() if positions}


def _made(version: Version, names: _Names, rows: _Rows) -> FacetIndex:
    having = rows.having
    months = sorted(having["month"].items(), key=_key)
    by_month = {month: _bitmap(found) for month, found in months if month}
    slugs = {id: caseless(slug) for id, slug, _name in names.of["tag"]}
    return FacetIndex(
        version=version,
        ids=rows.ids,
        moments=rows.moments,
        places=rows.places,
        values={
            **{facet: _named(names.of[facet], having[facet]) for facet in NAMED},
            "kind": _unnamed(having["kind"]),
            "language": _unnamed(having["language"]),
            "year": _parts(by_month, lambda month: month // 100),
            "month": _parts(by_month, lambda month: month % 100),
        },
        months=by_month,
        aliases={caseless(slug): slugs[id] for id, slug, _name in names.aliases if slug},
        alias_names={caseless(name): slugs[id] for id, _slug, name in names.aliases if name},
        has_ordered_domains=names.has_ordered_domains,
    )


def _rows_of(names: _Names, only: Set[int] | None = None) -> _Rows:
    ids, moments, (domains, kinds, series, languages, months) = _columns(only)
    places = Places(ids)
    spoken = _groups()
    for language, positions in languages.items():
        spoken[caseless(language or names.language)].extend(positions)
    having: dict[str, Mapping[Any, Iterable[int]]] = {
        "tag": _linked(post_tags.c.tag_id, post_tags.c.post_id, places, only),
        "author": _linked(PostAuthor.author_id, PostAuthor.post_id, places, only),
        "domain": domains,
        "series": series,
        "kind": kinds,
        "language": spoken,
        "month": months,
    }
    return _Rows(ids, moments, places, having)


def _names() -> _Names:
    last, place = literal(_LAST), func.coalesce(Domain.position, _LAST)
    alias = select(literal("alias"), TagAlias.tag_id, TagAlias.slug, TagAlias.name, last)
    parts: list[Any] = [
        select(literal("tag"), Tag.id, Tag.slug, Tag.name, last),
        select(literal("domain"), Domain.id, Domain.slug, Domain.name, place),
        select(literal("series"), Series.id, Series.slug, Series.name, last),
        select(literal("author"), Author.id, Author.slug, Author.name, last),
        alias.where(TagAlias.tag_id.is_not(None)),
        select(literal("language"), Site.id, Site.language, literal(""), last),
    ]
    rows = sorted(
        db.session.execute(union_all(*parts)), key=lambda row: (row[4], caseless(row[3] or ""))
    )
    found = defaultdict[str, list[Any]](list)
    for facet, *row, _place in rows:
        found[facet].append(row)
    language = found["language"][0][1] if found["language"] else Site.language.default.arg
    return _Names(found, found["alias"], language, bool(rows) and rows[0][4] < _LAST)


def _columns(only: Set[int] | None) -> tuple["array[int]", "array[int]", Sequence[Groups]]:
    """Ids and moments of all posts, by position; the positions of each domain, kind, series,
    language and month. Some rows at a time: a hundred thousand of them are 40 MB.
    """
    # The driver's own value of the moment: most of the time would go into making aware ones.
    moment = type_coerce(Post.published_at, NullType())
    facets = (Post.domain_id, Post.kind, Post.series_id, Post.language, Post.published_month)
    query = select(Post.id, moment, *facets).where(findable())
    if only is not None:
        query = query.where(Post.id.in_(only))
    ids, moments, groups = array("q"), array("q"), [_groups() for _ in facets]
    for rows in _rows(query.order_by(Post.published_at, Post.id)):
        first = len(ids)
        some, when, *columns = zip(*rows, strict=True)
        ids.extend(some)
        moments.extend(map(_micros_of, when))
        for having, column in zip(groups, columns, strict=True):
            for position, value in enumerate(column, first):
                having[value].append(position)
    return ids, moments, groups


def _rows(query: Any) -> Iterator[Sequence[Any]]:
    """Yield what the driver has for a query, `ROWS` at a time.

    None of it needs a change, and rows of SQLAlchemy's took two thirds of all the time.
    """
    with db.session.connection().execute(query) as found:
        while rows := found.cursor.fetchmany(ROWS):
            yield rows


def _groups() -> Groups:
    return defaultdict(lambda: array("I"))


def _linked(value: Any, post: Any, places: Places, only: Set[int] | None) -> Mapping[int, BitMap]:
    """Return the positions that have a value, by its id. One row a value is several times faster
    than one a post.
    """
    query = select(value, func.aggregate_strings(cast(post, String), " ")).group_by(value)
    if only is not None:
        query = query.where(post.in_(only))
    rows = chain.from_iterable(_rows(query))
    found = ((id, BitMap(places.of(map(int, posts.split())))) for id, posts in rows)
    return {id: positions for id, positions in found if positions}


def _key(item: tuple[Any, Any]) -> int:
    return item[0] or 0


def _named(names: Sequence[Any], having: Mapping[int, Iterable[int]]) -> dict[str, Value]:
    return {
        caseless(slug): Value(slug, name, _bitmap(having[id]))
        for id, slug, name in names
        if id in having
    }


def _unnamed(having: Mapping[Any, Iterable[int]]) -> dict[str, Value]:
    return {
        str(value): Value(str(value), str(value), _bitmap(positions))
        for value, positions in sorted(having.items(), key=lambda item: caseless(str(item[0])))
        if value
    }


def _parts(months: Mapping[int, BitMap], part: Callable[[int], int]) -> dict[str, Value]:
    """Return years, or the months of all years, out of months; in their order."""
    found = defaultdict[int, BitMap](BitMap)
    for month, positions in months.items():
        found[part(month)] |= positions
    return {str(number): Value(str(number), str(number), found[number]) for number in sorted(found)}


def _bitmap(positions: Iterable[int]) -> BitMap:
    bitmap = BitMap(positions)
    bitmap.run_optimize()
    return bitmap


def _micros(moment: datetime) -> int:
    return _micros_of(moment.astimezone(UTC).replace(tzinfo=None))


def _micros_of(moment: datetime | str) -> int:
    """Return microseconds since 1970 of a moment as a driver gives it: SQLite's is a text."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds
