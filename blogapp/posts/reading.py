"""One post, with all that its page shows around it; and the newest, whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload, load_only, selectinload, undefer

from blogapp.extensions import UTCDateTime, db
from blogapp.posts.finding import Finding
from blogapp.posts.indexing import LAST_CHANGE
from blogapp.posts.models import Post, RelatedPost, Series
from blogapp.posts.revising import ToldChange, change_log
from blogapp.posts.selection import Cursor, Selection, Sort
from blogapp.posts.series import reading_order
from blogapp.posts.visibility import listed, public

MOST_RELATED = 3
WHOLE_AT_ONCE = 50  # posts with their HTML in memory
OLDER, NEWER, RELATED = range(3)
# What a link to a post says.
_LINK = (Post.id, Post.slug, Post.title, Post.language, Post.published_at)


@dataclass(frozen=True)
class SeriesPlace:
    """Where a post stands among the public parts of its series."""

    series: Series
    parts: Sequence[Post]
    number: int

    @property
    def next(self) -> Post | None:
        """The part that follows, if it is out."""
        return self.parts[self.number] if self.number < len(self.parts) else None


@dataclass(frozen=True)
class Surroundings:
    """What stands around a post: in the listing's order, in its series, by what it is about.

    And ``changes``, of which its readers are told.
    """

    older: Post | None
    newer: Post | None
    related: Sequence[Post]
    series: SeriesPlace | None
    changes: Sequence[ToldChange] = ()


@dataclass(frozen=True)
class Newest:
    """A page of posts, newest first: their ids, how many there are in all, what follows.

    ``changed`` is when the latest of them came out or was updated.
    """

    ids: Sequence[int]
    total: int
    changed: datetime | None
    next: Cursor | None


def find_post(slug: str) -> Post | None:
    """Return the post at this address in whatever state, as its page shows it.

    Slugs match ignoring case. Domain, series, tags, authors and HTML are loaded.
    """
    return db.session.scalar(_whole(_at(slug)))


def find_page(slug: str) -> Post | None:
    """Return the static page of this slug in whatever state, with its HTML and its body."""
    query = _at(slug, is_page=True).options(
        undefer(Post.html), undefer(Post.body), joinedload(Post.cover)
    )
    return db.session.scalar(query)


def find_source(slug: str) -> Post | None:
    """Return the post at this address as its author wrote it: like `find_post`, with its body."""
    return db.session.scalar(_whole(_at(slug)).options(undefer(Post.body)))


def list_ids() -> Sequence[int]:
    """Return the ids of all posts and static pages, in whatever state."""
    return db.session.scalars(select(Post.id)).all()


def find_for_card(id: int) -> Post | None:
    """Return a post or a static page in whatever state, with what its card shows."""
    query = select(Post).where(Post.id == id).options(joinedload(Post.domain))
    return db.session.scalar(query)


def look_around(post: Post, *, now: datetime) -> Surroundings:
    """Return what a reader of ``post`` may turn to next, in at most three statements."""
    beside = _beside(post, now)
    return Surroundings(
        older=next(iter(beside[OLDER]), None),
        newer=next(iter(beside[NEWER]), None),
        related=beside[RELATED],
        series=_place_in_series(post, now),
        changes=list_changes(post),
    )


def list_neighbours(post: Post, *, now: datetime) -> Sequence[int]:
    """Return the ids of the posts that stand beside it in the listing's order."""
    older, newer = _neighbours(post, now)
    return [*db.session.scalars(older), *db.session.scalars(newer)]


def list_changes(post: Post) -> Sequence[ToldChange]:
    """Return what readers are told of the post's changes, newest first."""
    # Each of them moves this date.
    return change_log(post) if post.updated_at else ()


def list_newest(selection: Selection, finding: Finding, *, limit: int) -> Newest:
    """Return which posts of ``selection`` stand on its page of ``limit``, newest first.

    A page begins after its cursor, else where its number says. Their texts are left to
    `read_whole`: a thousand of them need not be in memory at once.
    """
    found = finding.ordered(replace(selection, sort=Sort.NEWEST))
    start = found.after(selection.after) if selection.after else (selection.page - 1) * limit
    ids = found.ids(start, limit)
    has_more = start + limit < len(found)
    return Newest(
        ids=ids,
        total=len(found),
        changed=_last_change(ids, finding.now),
        next=found.cursor(start + limit) if has_more else None,
    )


def read_whole(ids: Sequence[int], *, now: datetime) -> Iterator[Post]:
    """Yield those posts that are listed, with their HTML, in the order given; a few at a time."""
    for start in range(0, len(ids), WHOLE_AT_ONCE):
        some = ids[start : start + WHOLE_AT_ONCE]
        query = _whole(select(Post).where(listed(now), Post.id.in_(some)))
        found = {post.id: post for post in db.session.scalars(query)}
        yield from (found.pop(id) for id in some if id in found)


def was_public(post: Post, now: datetime) -> bool:
    """Tell whether readers may have known a post that they cannot open any more."""
    left = post.withdrawn_at or post.deleted_at
    return left is not None and post.published_at is not None and post.published_at <= now


def _last_change(ids: Sequence[int], now: datetime) -> datetime | None:
    if not ids:
        return None
    query = select(func.max(LAST_CHANGE, type_=UTCDateTime)).where(listed(now), Post.id.in_(ids))
    return db.session.scalar(query)


def _at(slug: str, *, is_page: bool = False) -> Select[Post]:
    return select(Post).where(Post.slug_key == slug.casefold(), Post.is_page == is_page)


def _whole(query: Select[Post]) -> Select[Post]:
    return query.options(
        undefer(Post.html),
        joinedload(Post.domain),
        joinedload(Post.series),
        joinedload(Post.cover),
        selectinload(Post.tags),
        selectinload(Post.authors),
    )


def _links(*conditions: ColumnElement[bool]) -> Select[Post]:
    return select(Post).where(*conditions).options(load_only(*_LINK))


def _beside(post: Post, now: datetime) -> dict[int, list[Post]]:
    """Return the neighbours and the nearest posts, each under what it is to ``post``."""
    older, newer = _neighbours(post, now)
    near = (
        select(Post.id)
        .join(RelatedPost, RelatedPost.other_id == Post.id)
        .where(listed(now), RelatedPost.post_id == post.id)
        .order_by(RelatedPost.score.desc(), Post.id.desc())
        .limit(MOST_RELATED)
    )
    places = union_all(
        *(
            select(literal(place).label("place"), chosen.subquery().c.id)
            for place, chosen in ((OLDER, older), (NEWER, newer), (RELATED, near))
        )
    ).subquery()
    score = RelatedPost.post_id == post.id, RelatedPost.other_id == Post.id
    query = (
        select(Post, places.c.place)
        .join(places, places.c.id == Post.id)
        .outerjoin(RelatedPost, and_(*score))
        .options(load_only(*_LINK, Post.minutes, Post.drawings))
        .order_by(RelatedPost.score.desc(), Post.id.desc())
    )
    beside: dict[int, list[Post]] = {OLDER: [], NEWER: [], RELATED: []}
    for other, place in db.session.execute(query):
        beside[place].append(other)
    return beside


def _neighbours(post: Post, now: datetime) -> tuple[Select[int], Select[int]]:
    """The ids of the post before and the one after, each found where the timeline's index says.

    Each bound is written out and there is one of a kind: of two, or of a row comparison, the
    engines begin with the one that most posts are within.
    """
    moment, id = post.published_at, post.id
    until = min(moment, now) if moment else now
    before = or_(Post.published_at < moment, Post.id < id)
    after = and_(Post.published_at >= moment, or_(Post.published_at > moment, Post.id > id))
    last = Post.published_at.desc(), Post.id.desc()
    older = select(Post.id).where(listed(until), before).order_by(*last)
    newer = select(Post.id).where(listed(now), after).order_by(Post.published_at, Post.id)
    return older.limit(1), newer.limit(1)


def _place_in_series(post: Post, now: datetime) -> SeriesPlace | None:
    if post.series is None:
        return None
    query = _links(public(now), Post.series_id == post.series_id, _is_shown_with(post))
    parts = db.session.scalars(query.order_by(*reading_order())).all()
    numbers = {part.id: number for number, part in enumerate(parts, start=1)}
    return SeriesPlace(post.series, parts, numbers[post.id])


def _is_shown_with(post: Post) -> ColumnElement[bool]:
    """Unlisted parts stay unknown, except to who is reading one."""
    return or_(Post.unlisted.is_(False), Post.id == post.id)
