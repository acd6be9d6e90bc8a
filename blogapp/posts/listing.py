"""Finding posts: which ones, in what order, how many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.cards import Card, load_cards
from blogapp.posts.finding import Finding
from blogapp.posts.models import Domain, Series, Tag
from blogapp.posts.selection import Cursor, Selection
from blogapp.text.folding import caseless

MOST_PAGES = 10


@dataclass(frozen=True)
class Page:
    """One page's worth of posts, and its number."""

    number: int
    posts: Sequence[Card]


@dataclass(frozen=True)
class Batch:
    """Pages that follow each other, and the place where the next one starts."""

    pages: Sequence[Page]
    next: Cursor | None = None

    @property
    def last(self) -> int:
        """The number of the last page here."""
        return self.pages[-1].number


class Load(Protocol):
    """Gives the cards of posts that are listed, by their ids."""

    def __call__(self, ids: Sequence[int], *, now: datetime) -> Mapping[int, Card]: ...


@dataclass(frozen=True)
class Named:
    """What a listing's path names, for its header."""

    name: str
    description: str


def list_posts(
    selection: Selection, finding: Finding, *, size: int, load: Load = load_cards
) -> Batch:
    """Return the posts of ``selection`` among those of ``finding``, without their bodies.

    From a cursor on it is the batch that follows; by number it is one page, or the
    pages up to ``through``, of which the last ten. There is always one page at least,
    and it may be empty. ``load`` may know the posts already.
    """
    found = finding.ordered(selection)
    first, last = _span(selection)
    start = found.after(selection.after) if selection.after else (first - 1) * size
    limit = (last - first + 1) * size
    ids = found.ids(start, limit)
    cards = load(ids, now=finding.now)
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
