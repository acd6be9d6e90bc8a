"""Pinned posts: a few that stand over the front page's list, besides their place in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from blogapp.extensions import db
from blogapp.posts.models import Domain, Post
from blogapp.posts.visibility import listed

MOST_PINNED = 5


def list_pinned(*, now: datetime) -> Sequence[Post]:
    """Return the newest listed posts that are pinned, with their domains, newest first."""
    query = (
        select(Post)
        .where(Post.pinned, listed(now))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(MOST_PINNED)
        .options(
            load_only(Post.slug, Post.title, Post.language, Post.published_at, Post.minutes),
            joinedload(Post.domain).load_only(Domain.name, Domain.slug),
        )
    )
    return db.session.scalars(query).all()
