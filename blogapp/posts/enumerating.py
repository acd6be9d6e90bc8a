"""The addresses of everything that readers may open, listed or not."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import load_only

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.visibility import public


def count_public(now: datetime) -> int:
    """Return how many posts and static pages answer."""
    return db.session.scalar(select(func.count(Post.id)).where(public(now))) or 0


def list_public(now: datetime, *, after: Post | None = None, limit: int) -> Sequence[Post]:
    """Return posts and static pages that answer, newest first, as their addresses need them.

    They begin after the last one of the batch before.
    """
    query = (
        select(Post)
        .where(public(now))
        .options(load_only(Post.published_at, Post.slug, Post.slug_key, Post.is_page))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(limit)
    )
    if after:
        place = tuple_(Post.published_at, Post.id)
        query = query.where(place < (after.published_at, after.id))
    return db.session.scalars(query).all()
