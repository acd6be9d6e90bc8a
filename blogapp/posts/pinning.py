"""Pinned posts: a few that stand over the front page's list, besides their place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.cards import Label
from blogapp.posts.models import Domain, Post
from blogapp.posts.visibility import listed

MOST_PINNED = 5


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pinned post, as it is named over a list."""

    slug: str
    title: str
    language: str
    published_at: datetime
    domain: Label | None


def list_pinned(*, now: datetime) -> Sequence[Pinned]:
    """Return the newest listed posts that are pinned, with their domains, newest first."""
    query = (
        select(Post.slug, Post.title, Post.language, Post.published_at, Domain.slug, Domain.name)
        .outerjoin(Domain, Domain.id == Post.domain_id)
        .where(Post.pinned, listed(now))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(MOST_PINNED)
    )
    return [
        Pinned(slug, title, language, moment, Label(*domain) if domain[0] is not None else None)
        for slug, title, language, moment, *domain in db.session.execute(query)
        if moment
    ]
