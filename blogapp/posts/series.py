"""The parts of a series, in the order in which they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.posts.models import Post, Series
from blogapp.posts.visibility import listed


@dataclass(frozen=True)
class Part:
    """A part of a series, as a list of all parts names it."""

    id: int
    slug: str
    title: str
    language: str


def list_parts(slug: str, *, now: datetime) -> Sequence[Part]:
    """Return the listed parts of a series in reading order; a slug matches ignoring case."""
    query = (
        select(Post.id, Post.slug, Post.title, Post.language)
        .join(Series, Series.id == Post.series_id)
        .where(listed(now), Series.slug_key == slug.casefold())
        .order_by(*reading_order())
    )
    return [Part(*row) for row in db.session.execute(query)]


def reading_order() -> Sequence[Any]:
    """Parts stand by their number; those without one follow in the order they came out."""
    return (
        Post.series_position.is_(None),
        Post.series_position,
        Post.published_at.asc(),
        Post.id.asc(),
    )
