"""Finding posts: which ones, in what order, how many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import joinedload, load_only, selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, PostAuthor, Series, Tag, post_tags
from blogapp.posts.searching import search
from blogapp.posts.selection import Cursor, Match, Selection, Sort
from blogapp.posts.visibility import listed

MOST_PAGES = 10
EVERYTHING = Selection()


@dataclass(frozen=True)
class Page:
    """One page's worth of posts, and its number."""

    number: int
    posts: Sequence[Post]


@dataclass(frozen=True)
class Batch:
    """Pages that follow each other, and the place where the next one starts."""

    pages: Sequence[Page]
    next: Cursor | None = None

    @property
    def last(self) -> int:
        """The number of the last page here."""
        return self.pages[-1].number


@dataclass(frozen=True)
class Named:
    """What a listing's path names, for its header."""

    name: str
    description: str


def list_posts(
    selection: Selection,
    *,
    within: Selection = EVERYTHING,
    now: datetime,
    size: int,
    with_authors: bool = False,
) -> Batch:
    """Return the listed posts of ``selection`` among those of ``within``, without their bodies.

    From a cursor on it is the batch that follows; by number it is one page, or the
    pages up to ``through``, of which the last ten. There is always one page at least,
    and it may be empty.
    """
    found = _of(selection, within, now).order_by(*_order(selection))
    first, last = _span(selection)
    if selection.after:
        found = found.where(_is_past(selection, selection.after))
    else:
        found = found.offset((first - 1) * size)

    # One row too many answers "is there more?" without counting.
    limit = (last - first + 1) * size
    cards = _as_cards(found.limit(limit + 1), selection)
    if with_authors:
        cards = cards.options(selectinload(Post.authors).load_only(Author.name, Author.slug))
    rows = db.session.execute(cards).all()
    posts, ranks = [row[0] for row in rows[:limit]], [row[1] for row in rows[:limit]]
    pages = [
        Page(first + number, posts[at : at + size])
        for number, at in enumerate(range(0, max(len(posts), 1), size))
    ]
    if len(rows) <= limit:
        return Batch(pages)
    assert posts[-1].published_at
    return Batch(pages, Cursor(posts[-1].published_at, posts[-1].id, ranks[-1]))


def count_posts(selection: Selection, *, within: Selection = EVERYTHING, now: datetime) -> int:
    """Return how many posts `list_posts` goes through."""
    everywhere = [*conditions(within).values(), *conditions(selection).values()]
    query = select(func.count()).select_from(Post).where(listed(now), *everywhere)
    return db.session.scalar(query) or 0


def find_named(key: str, slug: str) -> Named | None:
    """Return name and description of a tag, domain, series or author, or None."""
    return find_all_named(key, [slug]).get(slug.casefold())


def find_all_named(key: str, slugs: Sequence[str]) -> dict[str, Named]:
    """Return name and description of those that exist, by folded slug; in one statement."""
    columns = {
        "tag": (Tag.name, Tag.description, Tag.slug_key),
        "domain": (Domain.name, Domain.description, Domain.slug_key),
        "series": (Series.name, Series.description, Series.slug_key),
        "author": (Author.name, Author.bio, Author.slug_key),
    }
    if key not in columns or not slugs:
        return {}
    name, description, slug_key = columns[key]
    asked = slug_key.in_([slug.casefold() for slug in slugs])
    rows = db.session.execute(select(slug_key, name, description).where(asked))
    return {row[0]: Named(row[1], row[2]) for row in rows}


def conditions(selection: Selection) -> dict[str, ColumnElement[bool]]:
    """Return what each choice demands of a post, by the choice's key in the address."""
    found: dict[str, ColumnElement[bool]] = {}
    if selection.tags:
        found["tag"] = Post.id.in_(_tagged(selection.tags, selection.match))
    if selection.excluded:
        found["not"] = Post.id.not_in(_tagged(selection.excluded, Match.ANY))
    if selection.domain:
        found["domain"] = Post.domain_id == _id_of(Domain, selection.domain)
    if selection.kind:
        found["kind"] = Post.kind == selection.kind
    if selection.series:
        found["series"] = Post.series_id == _id_of(Series, selection.series)
    if selection.author:
        found["author"] = Post.id.in_(
            select(PostAuthor.post_id).where(
                PostAuthor.author_id == _id_of(Author, selection.author)
            )
        )
    if selection.year:
        first = selection.year * 100 + 1
        found["year"] = Post.published_month.between(first, first + 11)
    if selection.month:
        found["month"] = Post.published_month % 100 == selection.month
    if selection.q:
        found["q"] = search(selection.q).condition
    return found


def _of(selection: Selection, within: Selection, now: datetime) -> Select[int, int]:
    everywhere = [*conditions(within).values(), *conditions(selection).values()]
    rank = search(_ranked(selection)).rank.label("rank")
    return select(Post.id, rank).where(listed(now), *everywhere)


def _ranked(selection: Selection) -> str:
    return selection.q if selection.sort is Sort.RELEVANCE else ""


def _order(selection: Selection) -> Sequence[ColumnElement[Any]]:
    """A total order: for any two posts one comes first, always the same one."""
    if selection.sort is Sort.OLDEST:
        return [Post.published_at.asc(), Post.id.asc()]
    timeline: list[ColumnElement[Any]] = [Post.published_at.desc(), Post.id.desc()]
    if selection.sort is Sort.RELEVANCE:
        return [search(selection.q).rank.desc(), *timeline]
    return timeline


def _is_past(selection: Selection, cursor: Cursor) -> ColumnElement[bool]:
    # A row comparison, because SQLite seeks by it and scans for the long way round.
    place = tuple_(Post.published_at, Post.id)
    mark = (cursor.published_at, cursor.id)
    if selection.sort is Sort.OLDEST:
        return place > mark
    if selection.sort is Sort.RELEVANCE:
        rank = search(selection.q).rank
        return tuple_(rank, Post.published_at, Post.id) < (cursor.rank, *mark)
    return place < mark


def _span(selection: Selection) -> tuple[int, int]:
    """The first and the last page to show."""
    if selection.page > 1 or selection.after:
        return selection.page, selection.page
    return max(1, selection.through - MOST_PAGES + 1), selection.through


def _as_cards(found: Select[int, int], selection: Selection) -> Select[Post, int]:
    """Load what a list shows of a post, and nothing else, once it is known which posts."""
    # Sorting ids alone is several times faster than sorting rows with their drawings.
    page = found.subquery()
    timeline = [Post.published_at, Post.id]
    order = timeline if selection.sort is Sort.OLDEST else [c.desc() for c in timeline]
    query = select(Post, page.c.rank).join(page, page.c.id == Post.id)
    return query.order_by(page.c.rank.desc(), *order).options(
        load_only(
            *(Post.slug, Post.title, Post.summary, Post.excerpt, Post.kind),
            *(Post.language, Post.minutes, Post.drawings, Post.published_at, Post.version),
        ),
        joinedload(Post.domain).load_only(Domain.name, Domain.slug),
        selectinload(Post.tags).load_only(Tag.name, Tag.slug),
    )


def _tagged(slugs: Sequence[str], match: Match) -> Select[int]:
    keys = [slug.casefold() for slug in slugs]
    query = (
        select(post_tags.c.post_id)
        .join(Tag, Tag.id == post_tags.c.tag_id)
        .where(Tag.slug_key.in_(keys))
    )
    if match is Match.ANY or len(keys) == 1:
        return query
    return query.group_by(post_tags.c.post_id).having(func.count() == len(keys))


def _id_of(model: type[Domain | Series | Author], slug: str) -> Any:
    return select(model.id).where(model.slug_key == slug.casefold()).scalar_subquery()
