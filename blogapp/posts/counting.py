"""The numbers beside choices: how many posts each would show after one click."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.listing import EVERYTHING, conditions
from blogapp.posts.models import Domain, Post, PostAuthor, Series, Tag, post_tags
from blogapp.posts.selection import Match, Selection
from blogapp.posts.visibility import listed

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


@dataclass(frozen=True)
class Month:
    """A month that has posts: all of them in this place, and those that show."""

    year: int
    month: int
    posts: int
    shown: int


@dataclass(frozen=True)
class Choices:
    """Everything that can be chosen beside a listing. Tags stand most used first."""

    shown: int = 0
    posts: int = 0
    tags: Sequence[TagChoice] = ()
    single: dict[str, Sequence[Choice]] = field(default_factory=dict)
    months: Sequence[Month] = ()
    # Slugs in their kept spelling, by key in the address and folded slug.
    spelling: dict[tuple[str, str], str] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class WayOut:
    """A listing one step wider than this one, and how many posts it shows."""

    selection: Selection
    dropped: str  # the key of what is taken back; "match" for any instead of all
    slug: str
    posts: int


def count_choices(
    selection: Selection, *, within: Selection = EVERYTHING, now: datetime
) -> Choices:
    """Return the number beside every choice, in one statement.

    Beside a tag not chosen: what shows once it is chosen too, and once it is left
    out. Beside a domain, kind, series, author, year or month: what shows once it
    replaces the present one. Values that no listed post has are not there at all.
    """
    flags = _flags(selection, within, now)
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(union_all(*_parts(flags))):
        rows[row.facet].append(row)

    shown = sum(row.shown for row in rows["month"])
    values = [row for facet in ("tag", "domain", "kind", "series", "author") for row in rows[facet]]
    return Choices(
        shown=shown,
        posts=sum(row.used for row in rows["month"]),
        tags=_tag_choices(rows["tag"], selection, shown),
        single={
            **{
                facet: _single_choices(rows[facet], facet, getattr(selection, facet))
                for facet in ("domain", "kind", "series", "author")
            },
            "year": _years(rows["month"], selection),
            "month": _months_of_years(rows["month"], selection),
        },
        months=_months(rows["month"]),
        spelling={(row.facet, row.slug.casefold()): row.slug for row in values},
        names={(row.facet, row.slug.casefold()): row.name for row in values},
    )


def find_ways_out(
    selection: Selection, *, within: Selection = EVERYTHING, now: datetime
) -> list[WayOut]:
    """Return the listings one step wider that are not empty, most posts first."""
    steps = list(islice(_steps(selection), MOST_WAYS_OUT))
    if not steps:
        return []
    fixed = list(conditions(within).values())
    counts = [
        select(func.count())
        .select_from(Post)
        .where(listed(now), *fixed, *conditions(step.selection).values())
        .scalar_subquery()
        for step in steps
    ]
    row = db.session.execute(select(*counts)).one()
    found = [replace(step, posts=posts) for step, posts in zip(steps, row, strict=True) if posts]
    return sorted(found, key=lambda way: -way.posts)


# The statement. Each listed post is looked at once and says which conditions it misses; it is
# in the listing without its domain condition when that is the only one it misses.


def _flags(selection: Selection, within: Selection, now: datetime) -> CTE:
    place = conditions(within)
    missed = {key: _miss(condition) for key, condition in conditions(selection).items()}
    inner = (
        select(
            *(Post.id, Post.domain_id, Post.kind, Post.series_id),
            Post.published_month.label("month"),
            case((and_(true(), *place.values()), 1), else_=0).label("here"),
            *(miss.label(f"misses_{key}") for key, miss in missed.items()),
        )
        .where(listed(now))
        .cte("looked_at")
    )
    parts = [inner.c[f"misses_{key}"] for key in missed]
    total = sum(parts[1:], parts[0]) if parts else literal(0, Integer)
    return select(inner, total.label("misses")).cte("flags")


def _miss(condition: ColumnElement[bool]) -> ColumnElement[int]:
    # A comparison with NULL is neither true nor false; here it is a miss.
    return case((condition, 0), else_=1)


def _parts(flags: CTE) -> list[Select[Any]]:
    """One grouped select for each kind of choice, all with the same columns."""
    of = flags.c
    tags = flags.join(post_tags, post_tags.c.post_id == of.id).join(
        Tag, Tag.id == post_tags.c.tag_id
    )
    authors = flags.join(PostAuthor, PostAuthor.post_id == of.id).join(
        Author, Author.id == PostAuthor.author_id
    )
    domains = flags.join(Domain, Domain.id == of.domain_id)
    series = flags.join(Series, Series.id == of.series_id)
    kind = cast(of.kind, String)
    month = cast(of.month, String)
    return [
        _part(flags, "tag", Tag.slug, Tag.name).select_from(tags).group_by(Tag.id),
        _part(flags, "domain", Domain.slug, Domain.name).select_from(domains).group_by(Domain.id),
        _part(flags, "kind", kind, kind).where(of.kind != "").group_by(of.kind),
        _part(flags, "series", Series.slug, Series.name).select_from(series).group_by(Series.id),
        _part(flags, "author", Author.slug, Author.name).select_from(authors).group_by(Author.id),
        _part(flags, "month", month, month, also="year").group_by(of.month),
    ]


def _part(flags: CTE, facet: str, slug: Any, name: Any, *, also: str | None = None) -> Select[Any]:
    return select(
        literal(facet).label("facet"),
        slug.label("slug"),
        name.label("name"),
        func.sum(flags.c.here).label("used"),
        _sum_missing_only(flags, facet).label("without_own"),
        (_sum_missing_only(flags, also) if also else _number(0)).label("without_year"),
        _sum_missing_only(flags, None).label("shown"),
    )


def _sum_missing_only(flags: CTE, key: str | None) -> ColumnElement[int]:
    own = flags.c.get(f"misses_{key}")
    allowed = own if own is not None else 0
    return func.sum(case((flags.c.misses == allowed, flags.c.here), else_=0))


def _number(value: int, label: str = "number") -> Any:
    return literal(value, Integer).label(label)


# What the rows say.


def _tag_choices(rows: list[Any], selection: Selection, shown: int) -> list[TagChoice]:
    chosen = {slug.casefold() for slug in selection.tags}
    left_out = {slug.casefold() for slug in selection.excluded}
    widens = selection.match is Match.ANY and bool(chosen)
    tags = [
        TagChoice(
            slug=row.slug,
            name=row.name,
            used=row.used,
            after=shown + row.without_own - row.shown if widens else row.shown,
            chosen=row.slug.casefold() in chosen,
            after_leaving_out=shown - row.shown,
            left_out=row.slug.casefold() in left_out,
        )
        for row in rows
    ]
    return sorted(tags, key=lambda tag: (-tag.used, tag.name.casefold()))


def _single_choices(rows: list[Any], facet: str, chosen: str) -> list[Choice]:
    def is_chosen(slug: str) -> bool:
        # Kinds are no slugs: two may differ in case alone.
        return slug == chosen or (facet != "kind" and slug.casefold() == chosen.casefold())

    choices = [
        Choice(row.slug, row.name, row.used, row.without_own, is_chosen(row.slug)) for row in rows
    ]
    return sorted(choices, key=lambda choice: choice.name.casefold())


def _years(rows: list[Any], selection: Selection) -> list[Choice]:
    used: dict[int, int] = defaultdict(int)
    after: dict[int, int] = defaultdict(int)
    for row in _dated(rows):
        used[int(row.slug) // 100] += row.used
        after[int(row.slug) // 100] += row.without_year
    return [
        Choice(str(year), str(year), used[year], after[year], year == selection.year)
        for year in sorted(used, reverse=True)
    ]


def _months_of_years(rows: list[Any], selection: Selection) -> list[Choice]:
    used: dict[int, int] = defaultdict(int)
    after: dict[int, int] = defaultdict(int)
    for row in _dated(rows):
        used[int(row.slug) % 100] += row.used
        after[int(row.slug) % 100] += row.without_own
    return [
        Choice(str(month), str(month), used[month], after[month], month == selection.month)
        for month in sorted(used)
    ]


def _months(rows: list[Any]) -> list[Month]:
    months = [
        Month(int(row.slug) // 100, int(row.slug) % 100, row.used, row.shown)
        for row in _dated(rows)
        if row.used
    ]
    return sorted(months, key=lambda month: (month.year, month.month))


def _dated(rows: list[Any]) -> list[Any]:
    return [row for row in rows if row.slug]


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
