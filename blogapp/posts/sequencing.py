"""Series: their parts in order, which numbers are missing or given twice, and changing both.

These functions change the database and never commit: the caller does, once.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, select, update

from blogapp.extensions import db
from blogapp.posts.models import Post, Series, State
from blogapp.posts.renaming import say_gone
from blogapp.posts.series import reading_order
from blogapp.text.folding import caseless

# As many as a list of posts to choose from holds, asked for by words or not.
MOST_OFFERED, NEWEST_OFFERED = 20, 5
# So many missing numbers are named; a part 2024 is a year, and leaves no gap of two thousand.
MOST_GAPS = 5
_POSTS = Post.metadata.tables[Post.__tablename__]


@dataclass(frozen=True)
class Numbering:
    """What is odd about the numbers of a series' parts."""

    missing: Sequence[int] = ()
    twice: Sequence[int] = ()
    without: int = 0

    @classmethod
    def of(cls, numbers: Sequence[int | None]) -> "Numbering":
        """Look at the numbers of all parts.

        >>> Numbering.of([1, 4, 4, None])
        Numbering(missing=[2, 3], twice=[4], without=1)
        """
        counted = Counter(number for number in numbers if number is not None)
        if not counted:
            # Nobody counts here: they stand as they came out.
            return cls()
        last = min(max(counted), len(numbers) + MOST_GAPS)
        return cls(
            missing=[number for number in range(1, last) if number not in counted][:MOST_GAPS],
            twice=sorted(number for number, times in counted.items() if times > 1),
            without=sum(number is None for number in numbers),
        )

    @property
    def is_odd(self) -> bool:
        return bool(self.missing or self.twice or self.without)


@dataclass(frozen=True)
class Entry:
    """A series, how many posts it has in whatever state, and what is odd about their numbers."""

    id: int
    name: str
    slug: str
    posts: int
    numbering: Numbering = field(default_factory=Numbering)


@dataclass(frozen=True)
class Part:
    """A part as whoever arranges the series sees it, published or not."""

    id: int
    title: str
    slug: str
    number: int | None
    state: State
    series: str = ""


def list_with_counts() -> list[Entry]:
    """Return all series from A to Z; two statements, however many there are."""
    numbers = defaultdict[int, list[int | None]](list)
    columns = Post.series_id, Post.series_position
    for id, number in db.session.execute(select(*columns).where(_is_part())):
        if id is not None:
            numbers[id].append(number)
    query = select(Series.id, Series.name, Series.slug).order_by(Series.name_key)
    return [
        Entry(id, name, slug, len(numbers[id]), Numbering.of(numbers[id]))
        for id, name, slug in db.session.execute(query)
    ]


def list_all_parts(series: Series, *, now: datetime) -> list[Part]:
    """Return all parts in reading order, those that readers do not see likewise; not the trash."""
    query = select(Post).where(_is_part(), Post.series_id == series.id).order_by(*reading_order())
    return [_part(post, now) for post in db.session.scalars(query)]


def offer_posts(words: str, *, besides: Series, now: datetime) -> list[Part]:
    """Return posts that may become parts: the newest whose title holds ``words``."""
    query = (
        select(Post, Series.name)
        .outerjoin(Series, Series.id == Post.series_id)
        .where(
            Post.is_page.is_(False),
            Post.deleted_at.is_(None),
            (Post.series_id.is_(None)) | (Post.series_id != besides.id),
            *_holding(words),
        )
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(MOST_OFFERED if words else NEWEST_OFFERED)
    )
    return [_part(post, now, series or "") for post, series in db.session.execute(query)]


def find_part(series: Series, post_id: int) -> Post | None:
    """Return the post if it is a part of the series, or None."""
    return db.session.scalar(
        select(Post).where(Post.id == post_id, Post.series_id == series.id, _is_part())
    )


def find_candidate(post_id: int) -> Post | None:
    """Return a post that can be made a part, or None: neither a page nor in the trash."""
    query = select(Post).where(Post.id == post_id)
    return db.session.scalar(query.where(Post.is_page.is_(False), Post.deleted_at.is_(None)))


def add(series: Series, post: Post) -> None:
    """Make a post the last part of a series; it leaves the one it was in."""
    numbers = select(func.max(Post.series_position), func.count())
    last, count = db.session.execute(numbers.where(_is_part(), Post.series_id == series.id)).one()
    _write([(post.id, series.id, max(last or 0, count) + 1)])


def take_out(post: Post) -> None:
    """Let a post be no part of its series any more."""
    _write([(post.id, None, None)])


def move(series: Series, post: Post, by: int) -> None:
    """Let a part stand so many places later, or earlier.

    It changes its number with its neighbour; where numbers are missing or doubled in the list,
    all are numbered anew first.
    """
    parts = _numbers(series)
    ids = [id for id, _number in parts]
    at = ids.index(post.id)
    to = min(max(at + by, 0), len(ids) - 1)
    numbers = [number for _id, number in parts]
    known = [number for number in numbers if number is not None]
    if len(set(known)) < len(numbers):
        known = [*range(1, len(ids) + 1)]
    ids.insert(to, ids.pop(at))
    _write([(id, series.id, number) for id, number in zip(ids, known, strict=True)], was=parts)


def number_anew(series: Series) -> None:
    """Number all parts from 1 in the order in which they are read."""
    parts = _numbers(series)
    _write([(id, series.id, at) for at, (id, _number) in enumerate(parts, 1)], was=parts)


def count_parts(series: Series) -> int:
    """Return how many posts the series has, in whatever state; the trash counts not."""
    return (
        db.session.scalar(select(func.count()).where(Post.series_id == series.id, _is_part())) or 0
    )


def delete_series(series: Series, *, now: datetime) -> None:
    """Let a series go: its posts stay and belong to none, its address is gone (410)."""
    mine = _POSTS.c.series_id == series.id
    values = {"series_id": None, "series_position": None, "version": _POSTS.c.version + 1}
    db.session.connection().execute(update(_POSTS).where(mine).values(values))
    say_gone(Series.__tablename__, series.slug, now=now)
    db.session.delete(series)
    db.session.flush()


def _is_part() -> ColumnElement[bool]:
    return Post.series_id.is_not(None) & Post.deleted_at.is_(None)


def _part(post: Post, now: datetime, series: str = "") -> Part:
    state = post.state(now)
    return Part(post.id, post.title, post.slug, post.series_position, state, series)


def _holding(words: str) -> list[ColumnElement[bool]]:
    # The database's own idea of case ends at ASCII: both spellings are tried.
    found = []
    for word in words.split()[:8]:
        spellings = {word, word.lower(), word.capitalize(), caseless(word)}
        any_of = [Post.title.icontains(spelling, autoescape=True) for spelling in sorted(spellings)]
        condition = any_of[0]
        for other in any_of[1:]:
            condition = condition | other
        found.append(condition)
    return found


def _numbers(series: Series) -> list[tuple[int, int | None]]:
    query = select(Post.id, Post.series_position).where(_is_part(), Post.series_id == series.id)
    rows = db.session.execute(query.order_by(*reading_order()))
    return [(id, number) for id, number in rows]


def _write(
    parts: Sequence[tuple[int, int | None, int | None]],
    *,
    was: Sequence[tuple[int, int | None]] = (),
) -> None:
    """Set series and number past the mapper; an editor that is open merges.

    Of parts that stood ``was`` there before, those are written that changed.
    """
    rows = [
        {"post": id, "series": series, "number": number}
        for id, series, number in parts
        if (id, number) not in was
    ]
    if not rows:
        return
    change = update(_POSTS).where(_POSTS.c.id == bindparam("post"))
    values = {
        "series_id": bindparam("series"),
        "series_position": bindparam("number"),
        "version": _POSTS.c.version + 1,
    }
    db.session.connection().execute(change.values(values), rows)
