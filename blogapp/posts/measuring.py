"""How many posts there are in each state, for whoever watches the blog."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import false, func, select

from blogapp.extensions import db
from blogapp.posts.models import Post, State


class Posts(NamedTuple):
    """Posts by state, without pages, and when the next scheduled one becomes public."""

    numbers: Mapping[State, int]
    next_at: datetime | None


def measure_posts(now: datetime) -> Posts:
    """Return how many posts are in which state at ``now``, in one statement."""
    is_there = Post.deleted_at.is_(None)
    is_shown = is_there & Post.withdrawn_at.is_(None)
    is_scheduled = is_shown & (Post.published_at > now)
    query = select(
        func.count().filter(is_shown & (Post.published_at <= now)),
        func.count().filter(is_scheduled),
        func.count().filter(is_shown & Post.published_at.is_(None)),
        func.count().filter(is_there & Post.withdrawn_at.is_not(None)),
        func.count().filter(Post.deleted_at.is_not(None)),
        func.min(Post.published_at).filter(is_scheduled),
    ).where(Post.is_page == false())
    published, scheduled, drafts, withdrawn, trashed, next_at = db.session.execute(query).one()
    numbers = {
        State.PUBLISHED: published,
        State.SCHEDULED: scheduled,
        State.DRAFT: drafts,
        State.WITHDRAWN: withdrawn,
        State.TRASHED: trashed,
    }
    return Posts(numbers, next_at)
