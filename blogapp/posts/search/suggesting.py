"""What somebody may be about to type: titles, headings and tags."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.facet_index import FacetIndex
from blogapp.posts.models import Post
from blogapp.posts.search.engine import engine_of
from blogapp.posts.search.narrowing import narrowed
from blogapp.posts.search_query import parse
from blogapp.text import terms

MOST_READ = 200  # posts whose title or headings have the words, the latest
MOST_COMPARED = 40
MOST_WORDS = 8


@dataclass(frozen=True)
class SuggestedTitle:
    """A post, by its title."""

    slug: str
    title: str


@dataclass(frozen=True)
class SuggestedHeading:
    """A section of a post: ``anchor`` is its heading's id, ``title`` the post's."""

    slug: str
    title: str
    anchor: str
    text: str


@dataclass(frozen=True)
class SuggestedTag:
    """A tag, and how many listed posts carry it."""

    slug: str
    name: str
    posts: int


@dataclass(frozen=True)
class Suggestions:
    titles: tuple[SuggestedTitle, ...] = ()
    tags: tuple[SuggestedTag, ...] = ()
    headings: tuple[SuggestedHeading, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.titles or self.tags or self.headings)


def suggest(q: str, index: FacetIndex, now: datetime, *, limit: int = 6) -> Suggestions:
    """Return at most ``limit`` of each kind in which words begin as those of ``q`` do.

    Operators in ``q`` narrow the posts; what it excludes is left out of account. Two
    statements, whatever there is. Titles that begin with ``q`` stand first, then the newest;
    tags stand by the number of their posts.
    """
    query = parse(q)
    typed = [terms.words(term.text) for term in query.wanted]
    prefixes = [word for words in typed for word in _without_repeated(words)][:MOST_WORDS]
    if not prefixes:
        return Suggestions()
    among = narrowed(query, index) & index.listed(now)
    tags = [
        SuggestedTag(name.slug, name.name, count)
        for name in index.names.beginning(prefixes, "tag")
        if (count := name.positions.intersection_cardinality(among))
    ]
    tags.sort(key=lambda tag: (-tag.posts, tag.slug))

    begun = engine_of(db.session.connection()).begins(prefixes, limit=MOST_READ)
    in_title = index.positions(id for id, is_title in begun if is_title) & among
    elsewhere = (index.positions(id for id, _ in begun) & among) - in_title
    posts = _read(_newest(in_title), _newest(elsewhere), index)
    return Suggestions(
        titles=tuple(_titles(posts, prefixes, in_title))[:limit],
        tags=tuple(tags[:limit]),
        headings=tuple(_headings(posts, prefixes))[:limit],
    )


@dataclass(frozen=True)
class _Entry:
    position: int
    slug: str
    title: str
    headings: Sequence[dict[str, str]]


def _without_repeated(words: Sequence[str]) -> Sequence[str]:
    """Words without a last character that the pair before it has, too."""
    pair, last = words[-2:] if len(words) > 1 else ("", "")
    is_repeated = len(last) == 1 and terms.is_unspaced(last) and pair.endswith(last)
    return words[:-1] if is_repeated else words


def _newest(positions: BitMap) -> list[int]:
    return list(reversed(positions[-MOST_COMPARED:]))


def _read(first: Sequence[int], second: Sequence[int], index: FacetIndex) -> list[_Entry]:
    positions = [*first, *second]
    ids = {index.ids[position]: position for position in positions}
    query = select(Post.id, Post.slug, Post.title, Post.headings).where(Post.id.in_(ids))
    rows = {row.id: row for row in db.session.execute(query)} if ids else {}
    return [
        _Entry(position, row.slug, row.title, row.headings or ())
        for id, position in ids.items()
        if (row := rows.get(id))
    ]


def _titles(
    posts: Sequence[_Entry], prefixes: Sequence[str], in_title: BitMap
) -> list[SuggestedTitle]:
    found = [post for post in posts if post.position in in_title]
    beginning = " ".join(prefixes)
    found.sort(
        key=lambda post: (
            not " ".join(terms.words(post.title)).startswith(beginning),
            -post.position,
        )
    )
    return [SuggestedTitle(post.slug, post.title) for post in found]


def _headings(posts: Sequence[_Entry], prefixes: Sequence[str]) -> Iterator[SuggestedHeading]:
    """Headings that hold the last word; their post's title may hold the others."""
    for post in posts:
        title = f" {' '.join(terms.words(post.title))}"
        for heading in post.headings:
            words = f" {' '.join(terms.words(heading['text']))}"
            if f" {prefixes[-1]}" in words and all(
                f" {prefix}" in words or f" {prefix}" in title for prefix in prefixes
            ):
                yield SuggestedHeading(post.slug, post.title, heading["id"], heading["text"])
