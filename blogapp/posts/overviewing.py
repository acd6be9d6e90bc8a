"""A look over the whole blog: each domain with the newest of its posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, union_all

from blogapp.extensions import db
from blogapp.posts.models import Domain, Post
from blogapp.posts.visibility import listed

EACH = 5
MOST_DOMAINS = 24


@dataclass(frozen=True)
class Entry:
    """A post as an overview names it."""

    slug: str
    title: str
    language: str
    published_at: datetime


@dataclass(frozen=True)
class Newest:
    """A domain and its newest posts."""

    slug: str
    name: str
    description: str
    posts: Sequence[Entry]


def newest_by_domain(slugs: Sequence[str], *, now: datetime, each: int = EACH) -> list[Newest]:
    """Return the newest listed posts of each domain, in the order of ``slugs``.

    One statement for the first `MOST_DOMAINS` of them, which seeks each domain's
    newest by an index and reads no others.
    """
    slugs = slugs[:MOST_DOMAINS]
    if not slugs:
        return []
    parts = [select(_newest_of(slug, now, each).subquery()) for slug in slugs]
    rows = db.session.execute(union_all(*parts)).all()
    by_domain: dict[str, list[Entry]] = {}
    named = {}
    for row in sorted(rows, key=lambda row: (row.published_at, row.id), reverse=True):
        named[row.domain] = row
        entry = Entry(row.slug, row.title, row.language, row.published_at)
        by_domain.setdefault(row.domain, []).append(entry)
    return [
        Newest(slug, named[slug].name, named[slug].description, by_domain[slug])
        for slug in slugs
        if slug in by_domain
    ]


def _newest_of(slug: str, now: datetime, each: int) -> Select[*tuple[Any, ...]]:
    # By the domain's id, which the index of its timeline begins with.
    domain = select(Domain.id).where(Domain.slug_key == slug.casefold()).scalar_subquery()
    return (
        select(
            *(Post.id, Post.slug, Post.title, Post.language, Post.published_at),
            *(Domain.slug.label("domain"), Domain.name, Domain.description),
        )
        .join(Domain, Domain.id == Post.domain_id)
        .where(Post.domain_id == domain, listed(now))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(each)
    )
