"""Who sees what: the two conditions, in one place.

They are asked at query time, so a scheduled post appears on time with no job
to run, and never a second early.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false

from blogapp.posts.models import Post


def public(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a post's address answers."""
    return and_(Post.published_at <= now, Post.withdrawn_at.is_(None), Post.deleted_at.is_(None))


def listed(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which lists, counts, feeds and the sitemap show a post."""
    return and_(public(now), Post.unlisted == false(), Post.is_page == false())


def findable() -> ColumnElement[bool]:
    """Return the condition of those that are listed, or will be once their moment has come."""
    return and_(
        Post.published_at.is_not(None),
        Post.withdrawn_at.is_(None),
        Post.deleted_at.is_(None),
        Post.unlisted == false(),
        Post.is_page == false(),
    )
