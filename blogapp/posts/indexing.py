"""What search engines and other machines may keep of the blog, and when it last changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from blogapp.accounts.models import Author
from blogapp.extensions import UTCDateTime, db
from blogapp.media.models import Media
from blogapp.posts.models import Domain, Post, PostAuthor, PostMedia, Series, Tag, post_tags
from blogapp.posts.visibility import listed, public

MOST_IMAGES = 20  # of one post
# `Post.changed_at`, in SQL.
LAST_CHANGE: ColumnElement[datetime] = case(
    (Post.updated_at > Post.published_at, Post.updated_at), else_=Post.published_at
)


@dataclass(frozen=True)
class IndexedPost:
    """A post or static page that may be indexed; ``images`` are media keys it shows."""

    path: str
    changed: datetime
    images: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexedPlace:
    """A listing with posts in it: its kind, its slug or month, and its latest change."""

    key: str
    slug: str
    changed: datetime


def count_indexed_posts(now: datetime) -> int:
    """Return how many posts and static pages may be indexed."""
    return db.session.scalar(select(func.count(Post.id)).where(_indexed(now))) or 0


def list_indexed_posts(*, now: datetime, offset: int, limit: int) -> list[IndexedPost]:
    """Return posts and static pages that may be indexed, newest first, in two statements.

    Those whose canonical address is elsewhere are left to that place.
    """
    query = (
        select(Post, LAST_CHANGE)
        .where(_indexed(now))
        .options(load_only(Post.id, Post.slug, Post.slug_key, Post.is_page))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .offset(offset)
        .limit(limit)
    )
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    images = _images_of([post.id for post, _ in rows])
    return [IndexedPost(post.path, changed, images[post.id]) for post, changed in rows]


def list_indexed_places(now: datetime) -> list[IndexedPlace]:
    """Return every domain, series, author, tag and month that has a listed post."""
    signed, tagged = PostAuthor.post_id == Post.id, post_tags.c.post_id == Post.id
    return [
        *_places("domain", Domain.slug, now, (Domain, Post.domain_id == Domain.id)),
        *_places("series", Series.slug, now, (Series, Post.series_id == Series.id)),
        *_places(
            *("author", Author.slug, now),
            *((PostAuthor, signed), (Author, PostAuthor.author_id == Author.id)),
        ),
        *_places(
            *("tag", Tag.slug, now),
            *((post_tags, tagged), (Tag, post_tags.c.tag_id == Tag.id)),
        ),
        *_places("month", Post.published_month, now),
    ]


def list_newest_by_domain(*, now: datetime, limit: int) -> dict[str, list[Post]]:
    """Return the newest listed posts under the names of their domains, the fullest first.

    Posts without a domain stand last, under an empty name.
    """
    query = (
        select(Post)
        .where(listed(now))
        .options(
            load_only(Post.slug, Post.title, Post.summary, Post.excerpt), joinedload(Post.domain)
        )
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(limit)
    )
    found = defaultdict[str, list[Post]](list)
    for post in db.session.scalars(query):
        found[post.domain.name if post.domain else ""].append(post)
    names = sorted(found, key=lambda name: (not name, -len(found[name]), name))
    return {name: found[name] for name in names}


def list_pages(now: datetime) -> Sequence[Post]:
    """Return the static pages that may be indexed, from A to Z."""
    query = select(Post).where(_indexed(now), Post.is_page).order_by(Post.title, Post.id)
    return db.session.scalars(query).all()


def _places(
    key: str, slug: Any, now: datetime, *joins: tuple[Any, ColumnElement[bool]]
) -> list[IndexedPlace]:
    """Return the places of one kind by ``slug``, which is unique among them."""
    query = select(slug, func.max(LAST_CHANGE, type_=UTCDateTime)).select_from(Post)
    for table, condition in joins:
        query = query.join(table, condition)
    query = query.where(listed(now)).group_by(slug).order_by(slug)
    return [IndexedPlace(key, str(name), at) for name, at in db.session.execute(query)]


def _indexed(now: datetime) -> ColumnElement[bool]:
    pages = and_(public(now), Post.is_page, Post.unlisted.is_(False))
    return and_(or_(listed(now), pages), Post.canonical_url == "")


def _images_of(ids: Sequence[int]) -> defaultdict[int, tuple[str, ...]]:
    """Return the keys of images that stand in the text, by post: not all that were sent in."""
    found = defaultdict[int, tuple[str, ...]](tuple)
    if not ids:
        return found
    query = (
        select(PostMedia.post_id, Media.key)
        .join(Media, Media.id == PostMedia.media_id)
        .join(Post, Post.id == PostMedia.post_id)
        .where(
            PostMedia.post_id.in_(ids),
            Media.content_type.startswith("image/"),
            Post.html.contains(Media.key),
        )
        .distinct()
        .order_by(PostMedia.post_id, Media.key)
    )
    for id, key in db.session.execute(query):
        if len(found[id]) < MOST_IMAGES:
            found[id] += (key,)
    return found
