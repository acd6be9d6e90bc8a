"""The places of the blog that a menu may lead to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only

from blogapp.extensions import db
from blogapp.posts.managing import domain_order
from blogapp.posts.models import Domain, Post, Series, Tag, post_tags
from blogapp.posts.visibility import listed, public

# Of tags the most used; the others can be typed.
MOST_TAGS = 30
MOST = 200


def list_places(*, now: datetime) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return names and paths of what readers find, by kind: page, domain, series, tag.

    Four statements, however much there is.
    """
    pages = select(Post).where(Post.is_page, public(now)).order_by(Post.title, Post.id)
    columns = Post.slug, Post.slug_key, Post.title, Post.is_page
    found = db.session.scalars(pages.options(load_only(*columns)).limit(MOST))
    used = select(Tag.name, Tag.slug).join(post_tags).join(Post).where(listed(now))
    return {
        "page": [(page.title or page.slug, page.path) for page in found],
        "domain": _named("domains", _with_posts(Domain, now).order_by(*domain_order())),
        "series": _named("series", _with_posts(Series, now).order_by(Series.name_key)),
        "tag": _named(
            "tags",
            used.group_by(Tag.id).order_by(func.count().desc(), Tag.name_key).limit(MOST_TAGS),
        ),
    }


def list_static_pages() -> Sequence[Post]:
    """Return all static pages but those in the trash, by title; one statement."""
    columns = Post.slug, Post.slug_key, Post.title, Post.is_page, Post.published_at
    return db.session.scalars(
        select(Post)
        .where(Post.is_page, Post.deleted_at.is_(None))
        .order_by(Post.title, Post.id)
        .options(load_only(*columns, Post.withdrawn_at, Post.deleted_at))
    ).all()


def find_static_page(id: int) -> Post | None:
    """Return a static page that is not in the trash, or None."""
    query = select(Post).where(Post.id == id, Post.is_page, Post.deleted_at.is_(None))
    return db.session.scalar(query)


def _with_posts(model: type[Domain] | type[Series], now: datetime) -> Select[str, str]:
    column = Post.domain_id if model is Domain else Post.series_id
    has_posts = select(Post.id).where(column == model.id, listed(now)).exists()
    return select(model.name, model.slug).where(has_posts).limit(MOST)


def _named(folder: str, query: Select[str, str]) -> list[tuple[str, str]]:
    return [(name, f"/{folder}/{slug}") for name, slug in db.session.execute(query)]
