"""Naming tags: renaming, other names, merging, deleting; an address that worked still answers.

These functions change the database and never commit: the caller does, once.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, text, update

from blogapp.extensions import db
from blogapp.posts.errors import BadName, BadSlug, NameTaken, SlugTaken
from blogapp.posts.models import DistinctTags, PostKeyword, Tag, TagAlias, post_tags
from blogapp.posts.naming import tidy
from blogapp.text.folding import caseless
from blogapp.text.slugs import is_slug, slugify, unique_slug


@dataclass(frozen=True)
class Merger:
    """What merging one tag into another would do."""

    moved: int  # posts that change their tag
    shared: int  # posts that have both, and lose the first
    aliases: Sequence[TagAlias]
    takes_description: bool


# Takes the lock that writing takes, and changes nothing.
_TAKING_TURNS = {
    "sqlite": "UPDATE tags SET id = id WHERE 0",
    "postgresql": "LOCK TABLE tags IN SHARE ROW EXCLUSIVE MODE",
}


def take_turns() -> None:
    """Wait until nobody else is changing tags, and keep others out until the caller commits.

    What is read from here on is still so when it is changed: two tags can be merged into each
    other by two people, and only one of them can be right.
    """
    db.session.execute(text(_TAKING_TURNS[db.session.get_bind().dialect.name]))


def find_tag(id: int) -> Tag | None:
    """Return the tag of this id, or None."""
    return db.session.get(Tag, id)


def find_named_tag(name: str) -> Tag | None:
    """Return the tag that has this name, or has it as an alias, or None."""
    key = caseless(tidy(name))
    own = db.session.scalar(select(Tag).where(Tag.name_key == key))
    return own or db.session.scalar(
        select(Tag).join(TagAlias, TagAlias.tag_id == Tag.id).where(TagAlias.name_key == key)
    )


def list_aliases(tag: Tag) -> Sequence[TagAlias]:
    """Return the other names and addresses of a tag, names first, from A to Z."""
    query = select(TagAlias).where(TagAlias.tag_id == tag.id)
    return db.session.scalars(
        query.order_by(TagAlias.name_key.is_(None), TagAlias.name_key, TagAlias.slug_key)
    ).all()


def count_uses(tag: Tag) -> int:
    """Return how many posts carry the tag, in whatever state."""
    return db.session.scalar(select(func.count()).where(post_tags.c.tag_id == tag.id)) or 0


def find_current_slugs(slugs: Iterable[str]) -> dict[str, str]:
    """Return where old addresses of tags lead now: the tag's slug by folded old one.

    An empty string stands for a tag that was deleted. What was never an address, or is
    the address of a tag, is not there. One statement.
    """
    keys = {caseless(slug) for slug in slugs}
    if not keys:
        return {}
    query = (
        select(TagAlias.slug_key, Tag.slug)
        .outerjoin(Tag, Tag.id == TagAlias.tag_id)
        .where(TagAlias.slug_key.in_(keys))
    )
    return {key: slug or "" for key, slug in db.session.execute(query) if key}


def rename(tag: Tag, *, name: str, slug: str = "") -> None:
    """Give a tag another name and address; what it had before stays as an alias.

    Without ``slug`` the address is made from the name. Raises `BadName`, `NameTaken`,
    `BadSlug` or `SlugTaken` before changing anything.
    """
    name, slug = tidy(name), unicodedata.normalize("NFC", slug.strip())
    if not name:
        raise BadName("A tag needs a name.")
    if slug and not is_slug(slug):
        raise BadSlug("An address may hold letters, digits, hyphens, dots and underscores.")
    _refuse_taken_name(name, tag)
    slug = slug or unique_slug(slugify(name, "tag"), lambda s: _slug_holder(s, tag) is not None)
    if holder := _slug_holder(slug, tag):
        raise SlugTaken(f"The tag “{holder.name}” has the address {slug}.")

    old_name, old_slug = tag.name, tag.slug
    _free(name=name, slug=slug)
    tag.name, tag.slug = name, slug
    _leave_alias(
        tag,
        name=old_name if caseless(old_name) != tag.name_key else None,
        slug=old_slug if caseless(old_slug) != tag.slug_key else None,
    )


def add_alias(tag: Tag, name: str) -> None:
    """Let a tag be found, and be given to posts, by another name, too.

    Raises `BadName` or `NameTaken` before changing anything.
    """
    name = tidy(name)
    if not name:
        raise BadName("An alias needs a name.")
    if caseless(name) == tag.name_key:
        raise NameTaken("That is the tag’s own name.", tag)
    _refuse_taken_name(name, tag)
    slug = slugify(name, "")
    is_free = bool(slug) and caseless(slug) != tag.slug_key and _slug_holder(slug, tag) is None
    _leave_alias(tag, name=name, slug=slug if is_free else None)


def drop_alias(alias: TagAlias) -> None:
    """Let a name go. Its address leads on to the tag until another tag takes it."""
    alias.name = None
    _sweep()


def look_at_merger(tag: Tag, into: Tag) -> Merger:
    """Return what `merge` would do."""
    posts, shared = count_uses(tag), _count_shared(tag, into)
    return Merger(
        moved=posts - shared,
        shared=shared,
        aliases=list_aliases(tag),
        takes_description=bool(tag.description and not into.description),
    )


def merge(tag: Tag, into: Tag) -> None:
    """Make two tags one: ``into`` gets the posts, the names and the addresses of ``tag``."""
    if tag.id == into.id:
        raise ValueError("a tag cannot be merged into itself")
    both = select(post_tags.c.post_id).where(post_tags.c.tag_id == into.id)
    own = select(post_tags.c.post_id, literal(into.id)).where(
        post_tags.c.tag_id == tag.id, post_tags.c.post_id.not_in(both)
    )
    db.session.execute(insert(post_tags).from_select(["post_id", "tag_id"], own))
    db.session.execute(delete(post_tags).where(post_tags.c.tag_id == tag.id))
    _move_keyword(tag, into)
    db.session.execute(update(TagAlias).where(TagAlias.tag_id == tag.id).values(tag_id=into.id))
    into.description = into.description or tag.description
    # What is somebody's own does not go with the demo.
    into.origin = into.origin if tag.origin == into.origin else None
    name, slug, origin = tag.name, tag.slug, tag.origin
    db.session.delete(tag)
    _leave_alias(into, name=name, slug=slug, origin=origin)


def delete_tag(tag: Tag) -> None:
    """Take a tag away from its posts and from the blog; its addresses are gone (410)."""
    db.session.execute(delete(post_tags).where(post_tags.c.tag_id == tag.id))
    db.session.execute(delete(PostKeyword).where(PostKeyword.word == _keyword(tag)))
    db.session.execute(
        update(TagAlias)
        .where(TagAlias.tag_id == tag.id)
        .values(tag_id=None, name=None, name_key=None)
    )
    slug, origin = tag.slug, tag.origin
    db.session.delete(tag)
    _free(slug=slug)
    db.session.add(TagAlias(slug=slug, origin=origin))


def tell_apart(tag: Tag, other: Tag) -> None:
    """Remember that two tags alike in name are two."""
    first, second = sorted((tag.id, other.id))
    if first != second and db.session.get(DistinctTags, (first, second)) is None:
        db.session.add(DistinctTags(tag_id=first, other_id=second))


# Names and addresses: each is one tag's alone.


def _refuse_taken_name(name: str, tag: Tag) -> None:
    holder = find_named_tag(name)
    if holder is not None and holder.id != tag.id:
        raise NameTaken(f"“{holder.name}” has that name.", holder)


def _slug_holder(slug: str, tag: Tag) -> Tag | None:
    """Return which other tag has the address; one without a name on it is free to be taken."""
    key = caseless(slug)
    own = db.session.scalar(select(Tag).where(Tag.slug_key == key, Tag.id != tag.id))
    return own or db.session.scalar(
        select(Tag)
        .join(TagAlias, TagAlias.tag_id == Tag.id)
        .where(TagAlias.slug_key == key, TagAlias.name.is_not(None), Tag.id != tag.id)
    )


def _free(*, name: str | None = None, slug: str | None = None) -> None:
    """Take a name and an address from whatever alias has them."""
    if name:
        for alias in _find_aliases(TagAlias.name_key == caseless(name)):
            alias.name = None
    if slug:
        for alias in _find_aliases(TagAlias.slug_key == caseless(slug)):
            alias.slug = None
    _sweep()


def _find_aliases(condition: ColumnElement[bool]) -> Sequence[TagAlias]:
    return db.session.scalars(select(TagAlias).where(condition)).all()


def _sweep() -> None:
    """Flush, and let go of aliases with neither a name nor an address."""
    db.session.flush()
    is_empty = TagAlias.name.is_(None) & TagAlias.slug.is_(None)
    db.session.execute(delete(TagAlias).where(is_empty))


def _leave_alias(
    tag: Tag, *, name: str | None, slug: str | None, origin: str | None = None
) -> None:
    _free(name=name, slug=slug)
    if name or slug:
        db.session.add(TagAlias(tag_id=tag.id, name=name, slug=slug, origin=origin))
        db.session.flush()


# Posts.


def _count_shared(tag: Tag, into: Tag) -> int:
    other = select(post_tags.c.post_id).where(post_tags.c.tag_id == into.id)
    both = select(func.count()).where(post_tags.c.tag_id == tag.id, post_tags.c.post_id.in_(other))
    return db.session.scalar(both) or 0


def _keyword(tag: Tag) -> str:
    """The word that stands for the tag in `relating`."""
    return f"#{tag.id}"


def _move_keyword(tag: Tag, into: Tag) -> None:
    """Let posts be near to each other by the tag that is left.

    The weights stay: they are as rare as the tag was, until the post is saved again.
    """
    has_it = select(PostKeyword.post_id).where(PostKeyword.word == _keyword(into))
    moves = PostKeyword.word == _keyword(tag), PostKeyword.post_id.not_in(has_it)
    db.session.execute(
        update(PostKeyword)
        .where(*moves)
        .values(word=_keyword(into))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(delete(PostKeyword).where(PostKeyword.word == _keyword(tag)))
