"""Letting people without an account see a post before readers do.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from blogapp.accounts.models import Author
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db
from blogapp.posts import revising
from blogapp.posts.content import Content
from blogapp.posts.drafting import working_copy
from blogapp.posts.managing import find_for_writing, list_authors
from blogapp.posts.models import Domain, Post, Series, Tag
from blogapp.posts.naming import find_authors
from blogapp.posts.preview_models import PreviewLink
from blogapp.posts.rendering import media_by_name
from blogapp.posts.rendering_once import derived_once
from blogapp.posts.rights import may_show
from blogapp.site.reading import get_site
from blogapp.text.name_lists import split_names

T = TypeVar("T", Domain, Series)

DAYS = (1, 7, 30, 90)
USUAL_DAYS = 7
MOST_OPEN = 50
TOKEN_LENGTH = 43  # characters: 256 bits in base64


class NoSuchPreview(Exception):
    """Nothing was ever shown at this address, as far as anybody can tell."""


class PreviewOver(Exception):
    """The link showed something once: it expired, was revoked, or what it showed is gone."""


class TooManyLinks(Exception):
    """A post has as many open links as anybody can keep an eye on."""


@dataclass(frozen=True)
class Shown:
    """What a link shows: a post that is in no table, and where it comes from."""

    link: PreviewLink
    post: Post
    stored: Post


def share(
    post: Post, *, author_id: int, now: datetime, days: int, revision: int | None = None
) -> tuple[PreviewLink, str]:
    """Return a new link and its token, which is told this once and kept by nobody.

    Raises `TooManyLinks`, or `NoSuchPreview` where the post has no such revision.
    """
    if revision is not None and revising.find_revision(post, revision) is None:
        raise NoSuchPreview
    if sum(link.is_open(now) for link in list_links(post)) >= MOST_OPEN:
        raise TooManyLinks
    token = new_token()
    link = PreviewLink(
        post_id=post.id,
        token_hash=token_hash(token),
        revision=revision,
        created_at=now,
        created_by_id=author_id,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(link)
    return link, token


def list_links(post: Post) -> Sequence[PreviewLink]:
    """Return the last hundred links of a post, newest first, with who made them."""
    query = (
        select(PreviewLink)
        .where(PreviewLink.post_id == post.id)
        .options(joinedload(PreviewLink.created_by))
        .order_by(PreviewLink.created_at.desc(), PreviewLink.id.desc())
        .limit(100)
    )
    return db.session.scalars(query).all()


def revoke(link: PreviewLink, *, now: datetime) -> None:
    """End a link; one that has ended stays as it is."""
    link.revoked_at = link.revoked_at or now


def open_link(token: str, *, now: datetime) -> Shown:
    """Return what the link of ``token`` shows. Raises `NoSuchPreview` or `PreviewOver`.

    A token is looked up by its hash: how long that takes says nothing about other tokens.
    Whoever made the link must still have an account, and the post be theirs to show.
    """
    if len(token) != TOKEN_LENGTH or not token.isascii():
        raise NoSuchPreview
    query = (
        select(PreviewLink)
        .where(PreviewLink.token_hash == token_hash(token))
        .options(joinedload(PreviewLink.created_by))
    )
    link = db.session.scalar(query)
    if link is None:
        raise NoSuchPreview
    maker = link.created_by
    if not link.is_open(now) or maker is None or maker.disabled_at is not None:
        raise PreviewOver
    post = find_for_writing(link.post_id)
    if post is None or not may_show(maker, post):
        raise PreviewOver
    content = None if post.deleted_at else _content(link, post)
    if content is None:
        raise PreviewOver
    return Shown(link, dressed(content, post, now=now), post)


def dressed(content: Content, post: Post, *, now: datetime) -> Post:
    """Return a post that says ``content`` and looks as its page would at ``now``.

    It is in no session.
    """
    language = content["language"].strip()
    site = get_site()
    media = media_by_name(post)
    derivation = derived_once(
        content.body,
        media,
        language=language or site.language,
        sections=post.sections if post.published_at else (),
    )
    shown = Post(
        slug=content["slug"].strip() or post.slug,
        title=content["title"].strip(),
        summary=content["summary"].strip(),
        body=content.body,
        kind=content["kind"].strip()[:40],
        language=language,
        canonical_url="",
        is_page=post.is_page,
        created_at=post.created_at,
        saved_at=post.saved_at,
        published_at=post.published_at or now,
        updated_at=None,
        unlisted=True,
        **derivation,
    )
    cover = next((each for each in media.values() if each.id == post.cover_id), None)
    for name, value in {
        "tags": _tags(content),
        "authors": _authors(content, post),
        "domain": _named(Domain, content["domain"]),
        "series": _named(Series, content["series"]),
        "cover": cover,
        "media": [],
        "bylines": [],
    }.items():
        set_committed_value(shown, name, value)
    return shown


def _content(link: PreviewLink, post: Post) -> Content | None:
    if link.revision is None:
        return working_copy(post)
    found = revising.find_revision(post, link.revision)
    return revising.content_in(found) if found else None


def _tags(content: Content) -> list[Tag]:
    """Tags as they would be called; those that are new have no page yet."""
    names = split_names(content["tags"])
    known = db.session.scalars(select(Tag).where(Tag.name.in_(names)))
    by_name = {tag.name: tag for tag in known}
    return [by_name[name] for name in names if name in by_name]


def _authors(content: Content, post: Post) -> list[Author]:
    names = split_names(content["authors"])
    found = [author for author in find_authors(names, among=list_authors()) if author]
    return found or list(post.authors)


def _named(model: type[T], name: str) -> T | None:
    if not name.strip():
        return None
    return db.session.scalar(select(model).where(model.name == name.strip()))
