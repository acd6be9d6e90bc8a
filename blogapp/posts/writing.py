"""Saving a post: the one way in, for the editor and for importers alike.

These functions change objects; the caller decides when to commit.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.errors import BadSlug, BodyTooLong, SlugTaken
from blogapp.posts.models import Domain, Post, PostAuthor, Series, Tag
from blogapp.posts.naming import find_or_make, free_post_slug
from blogapp.posts.redirecting import forget_path, lead
from blogapp.posts.relating import relate
from blogapp.posts.rendering import render_post
from blogapp.posts.searching import index_post
from blogapp.text.slugs import is_slug, slugify

MOST_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Manuscript:
    """What an author, or a source, gives of a post. Names, not rows."""

    title: str
    body: str
    slug: str = ""  # empty: left as it is, or made from the title where it follows that
    summary: str = ""
    kind: str = ""
    language: str = ""
    canonical_url: str = ""
    domain: str = ""
    series: str = ""
    series_position: int | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[Author, ...] | None = None  # None: left as they are
    pinned: bool | None = None  # None: left as it is
    unlisted: bool | None = None  # None: left as it is
    extra: dict[str, Any] = field(default_factory=dict)


def new_post(*, now: datetime, origin: str | None = None, is_page: bool = False) -> Post:
    """Return an empty draft in the session, not yet flushed."""
    post = Post(created_at=now, saved_at=now, title="", slug="", origin=origin, is_page=is_page)
    post.tags, post.bylines, post.media = [], [], []
    db.session.add(post)
    return post


def save(post: Post, manuscript: Manuscript, *, now: datetime) -> None:
    """Make ``post`` what the manuscript says, and derive the rest of it.

    A changed slug leaves a redirect behind. The post's tags and bylines must be
    loaded. Raises `BodyTooLong`, `BadSlug` or `SlugTaken` before changing anything.
    """
    slug, body = _checked(post, manuscript)
    with db.session.no_autoflush:
        _move(post, slug, now=now)
        if manuscript.slug.strip():
            post.slug_follows_title = False
        post.title, post.body = manuscript.title.strip(), body
        post.summary = manuscript.summary.strip()
        post.kind, post.language = manuscript.kind, manuscript.language
        post.canonical_url = manuscript.canonical_url
        post.extra = manuscript.extra
        post.series_position = manuscript.series_position
        if manuscript.pinned is not None:
            post.pinned = manuscript.pinned
        if manuscript.unlisted is not None:
            post.unlisted = manuscript.unlisted
        post.saved_at = now
        post.domain = next(
            iter(find_or_make(Domain, [manuscript.domain], origin=post.origin)), None
        )
        post.series = next(
            iter(find_or_make(Series, [manuscript.series], origin=post.origin)), None
        )
        post.tags = find_or_make(Tag, manuscript.tags, origin=post.origin)
    db.session.flush()
    if manuscript.authors is not None:
        _sign(post, manuscript.authors)
    render_post(post, now=now)
    index_post(post)
    relate(post)


def check(post: Post, manuscript: Manuscript) -> None:
    """Raise what `save` would raise, and change nothing."""
    _checked(post, manuscript)


def normalised(body: str) -> str:
    """Return ``body`` with line ends as LF and without the NUL that no database keeps.

    >>> normalised("a\\r\\nb\\rc")
    'a\\nb\\nc'
    """
    return body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _checked(post: Post, manuscript: Manuscript) -> tuple[str, str]:
    """Return the slug and the body that ``post`` is to have."""
    body = normalised(manuscript.body)
    if len(body.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BodyTooLong("A post holds at most one megabyte of text.")
    return _slug_for(post, manuscript), body


def _slug_for(post: Post, manuscript: Manuscript) -> str:
    wanted = manuscript.slug.strip()
    if not wanted:
        made = slugify(manuscript.title, "page" if post.is_page else "post")
        if post.slug and not post.slug_follows_title:
            return post.slug
        return free_post_slug(made, except_id=post.id, is_page=post.is_page)
    if not is_slug(wanted):
        raise BadSlug("An address may hold letters, digits, hyphens, dots and underscores.")
    if free_post_slug(wanted, except_id=post.id, is_page=post.is_page) != wanted:
        thing = "page" if post.is_page else "post"
        raise SlugTaken(f"Another {thing} already lives at {wanted}.")
    return wanted


def _move(post: Post, slug: str, *, now: datetime) -> None:
    """Give the post its slug; its old address keeps working, its new one is its own."""
    old_slug, old_path = post.slug, post.path
    post.slug = slug
    forget_path(post.path)
    is_known = old_slug and post.id and not post.slug_follows_title
    if is_known and old_slug.casefold() != slug.casefold():
        lead(old_path, post, now=now)


def _sign(post: Post, authors: tuple[Author, ...]) -> None:
    kept = {byline.author_id: byline for byline in post.bylines}
    post.bylines = [kept.get(author.id) or PostAuthor(author_id=author.id) for author in authors]
    for position, byline in enumerate(post.bylines):
        byline.position = position
