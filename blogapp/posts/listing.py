"""Finding posts: which ones, in what order, how many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.finding import Finding
from blogapp.posts.models import Domain, Post, Series, Tag
from blogapp.posts.selection import Cursor, Selection
from blogapp.posts.visibility import listed
from blogapp.text.folding import caseless

MOST_PAGES = 10


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
    selection: Selection, finding: Finding, *, size: int, with_authors: bool = False
) -> Batch:
    """Return the posts of ``selection`` among those of ``finding``, without their bodies.

    From a cursor on it is the batch that follows; by number it is one page, or the
    pages up to ``through``, of which the last ten. There is always one page at least,
    and it may be empty.
    """
    found = finding.ordered(selection)
    first, last = _span(selection)
    start = found.after(selection.after) if selection.after else (first - 1) * size
    limit = (last - first + 1) * size
    ids = found.ids(start, limit)
    cards = _load_cards(ids, finding.now, with_authors=with_authors)
    posts = [cards[id] for id in ids if id in cards]
    pages = [
        Page(first + number, posts[at : at + size])
        for number, at in enumerate(range(0, max(len(posts), 1), size))
    ]
    has_more = start + limit < len(found)
    return Batch(pages, found.cursor(start + limit) if has_more else None)


def count_posts(selection: Selection, finding: Finding) -> int:
    """Return how many posts `list_posts` goes through."""
    return len(finding.matches(selection))


def find_named(key: str, slug: str) -> Named | None:
    """Return name and description of a tag, domain, series or author, or None."""
    return find_all_named(key, [slug]).get(caseless(slug))


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
    asked = slug_key.in_([caseless(slug) for slug in slugs])
    rows = db.session.execute(select(slug_key, name, description).where(asked))
    return {row[0]: Named(row[1], row[2]) for row in rows}


def _span(selection: Selection) -> tuple[int, int]:
    """The first and the last page to show."""
    if selection.page > 1 or selection.after:
        return selection.page, selection.page
    return max(1, selection.through - MOST_PAGES + 1), selection.through


def _load_cards(ids: Sequence[int], now: datetime, *, with_authors: bool) -> dict[int, Post]:
    """Load what a list shows of posts, and nothing else; by id, those that are still listed."""
    if not ids:
        return {}
    query = (
        select(Post)
        .where(Post.id.in_(ids), listed(now))
        .options(
            load_only(
                *(Post.slug, Post.title, Post.summary, Post.excerpt, Post.kind),
                *(Post.language, Post.minutes, Post.drawings, Post.published_at, Post.version),
            ),
            joinedload(Post.domain).load_only(Domain.name, Domain.slug),
            selectinload(Post.tags).load_only(Tag.name, Tag.slug),
        )
    )
    if with_authors:
        query = query.options(selectinload(Post.authors).load_only(Author.name, Author.slug))
    return {post.id: post for post in db.session.scalars(query)}
