"""Posts as lists show them: what stands on a card, and nothing of the text behind it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

from sqlalchemy import Select, select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, PostAuthor, Tag, post_tags
from blogapp.posts.visibility import listed


@dataclass(frozen=True, slots=True)
class Label:
    """What a post is sorted by, as its card names it."""

    slug: str
    name: str


@dataclass(frozen=True)
class Card:
    """A listed post without its text. It changes no more, and belongs to no session."""

    id: int
    slug: str
    title: str
    summary: str
    excerpt: str
    kind: str
    language: str
    minutes: int
    published_at: datetime
    drawings: Mapping[str, str]
    domain: Label | None = None
    tags: Sequence[Label] = ()
    authors: Sequence[Label] = ()

    @property
    def summary_or_excerpt(self) -> str:
        """What a list shows under the title; may be empty."""
        return self.summary or self.excerpt

    @cached_property
    def digest(self) -> bytes:
        """What tells this card from any other that a post has, had or will have."""
        return blake2b(repr(self).encode(), digest_size=16).digest()

    @property
    def size(self) -> int:
        """About how many bytes this takes."""
        texts = (self.title, self.summary, self.excerpt, *self.drawings.values())
        return 1500 + sum(map(len, texts)) + 200 * (len(self.tags) + len(self.authors))


def load_cards(
    ids: Sequence[int], *, now: datetime, with_authors: bool = False
) -> Mapping[int, Card]:
    """Return those posts that are listed, by id; in two statements, three with authors."""
    if not ids:
        return {}
    rows = db.session.execute(_CARDS.where(Post.id.in_(ids), listed(now))).all()
    tags = _labels(_TAGS.where(post_tags.c.post_id.in_(ids)))
    authors = _labels(_AUTHORS.where(PostAuthor.post_id.in_(ids))) if with_authors else {}
    return {row[0]: _card(row, tags.get(row[0], ()), authors.get(row[0], ())) for row in rows}


def _card(row: Sequence[Any], tags: Sequence[Label], authors: Sequence[Label]) -> Card:
    drawn = {name: text for name, text in zip(_DRAWN, row[9:11], strict=True) if text}
    domain = Label(row[11], row[12]) if row[11] is not None else None
    return Card(*(*row[:9], drawn, domain, tags, authors))


def _labels(query: Select[*tuple[Any, ...]]) -> Mapping[int, Sequence[Label]]:
    found = defaultdict[int, list[Label]](list)
    for id, slug, name in db.session.execute(query):
        found[id].append(Label(slug, name))
    return found


# Of a post's drawings those that lists show: the large one is as much again.
_DRAWN = ("card", "lead")
_CARDS = select(
    *(Post.id, Post.slug, Post.title, Post.summary, Post.excerpt, Post.kind, Post.language),
    *(Post.minutes, Post.published_at),
    *(Post.drawings[name].as_string() for name in _DRAWN),
    *(Domain.slug.label("domain"), Domain.name.label("domain_name")),
).outerjoin(Domain, Domain.id == Post.domain_id)
_TAGS = (
    select(post_tags.c.post_id, Tag.slug, Tag.name)
    .join(Tag, Tag.id == post_tags.c.tag_id)
    .order_by(Tag.name_key)
)
_AUTHORS = (
    select(PostAuthor.post_id, Author.slug, Author.name)
    .join(Author, Author.id == PostAuthor.author_id)
    .order_by(PostAuthor.position)
)
