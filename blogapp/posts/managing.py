"""What writing and managing posts asks of the database, besides the list of them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import joinedload, selectinload, undefer

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, PostAuthor, PostMedia, Series, Tag, TagAlias
from blogapp.text.folding import caseless


def find_for_writing(id: int) -> Post | None:
    """Return a post with everything the editor shows, read anew, or None."""
    query = (
        select(Post)
        .where(Post.id == id)
        .options(
            undefer(Post.body),
            undefer(Post.extra),
            joinedload(Post.domain),
            joinedload(Post.series),
            selectinload(Post.tags),
            selectinload(Post.bylines),
            selectinload(Post.authors),
            selectinload(Post.media).joinedload(PostMedia.media),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def list_names(model: type[Domain] | type[Series]) -> Sequence[str]:
    """Return the names of all domains, or of all series, from A to Z."""
    return db.session.scalars(select(model.name).order_by(model.name_key)).all()


def list_kinds() -> Sequence[str]:
    """Return the kinds that posts have, from A to Z."""
    return db.session.scalars(
        select(Post.kind).where(Post.kind != "").distinct().order_by("kind")
    ).all()


def list_authors() -> Sequence[Author]:
    """Return everybody whose name may stand over a post, from A to Z."""
    return db.session.scalars(select(Author).order_by(Author.name, Author.id)).all()


def find_author(slug: str) -> Author | None:
    """Return the author of this slug, ignoring case, or None."""
    return db.session.scalar(select(Author).where(Author.slug_key == slug.casefold()))


def list_domains() -> Sequence[Domain]:
    """Return all domains, in the order that somebody put them in; the others from A to Z."""
    return db.session.scalars(select(Domain).order_by(*domain_order())).all()


def domain_order() -> Sequence[Any]:
    """Return what domains are sorted by."""
    return Domain.position.is_(None), Domain.position, Domain.name_key


def find_domain(slug: str) -> Domain | None:
    """Return the domain of this slug, ignoring case, or None."""
    return db.session.scalar(select(Domain).where(Domain.slug_key == caseless(slug)))


def find_tag_called(given: str) -> Tag | None:
    """Return the tag whose slug this is, or whose name, its own or another; or None."""
    key = caseless(given)
    also = select(TagAlias.tag_id).where(or_(TagAlias.slug_key == key, TagAlias.name_key == key))
    query = select(Tag).where(or_(Tag.slug_key == key, Tag.name_key == key, Tag.id.in_(also)))
    found = {tag.slug_key == key: tag for tag in db.session.scalars(query)}
    return found.get(True) or found.get(False)


def keep_signed(ids: Sequence[int], *, author_id: int) -> list[int]:
    """Return those of the posts that an author signs, in the order of ``ids``."""
    query = select(PostAuthor.post_id).where(
        PostAuthor.author_id == author_id, PostAuthor.post_id.in_(ids)
    )
    signed = set(db.session.scalars(query))
    return [id for id in ids if id in signed]


def list_titles(ids: Sequence[int]) -> Sequence[str]:
    """Return the titles of posts, in the order of ``ids``."""
    query = select(Post.id, Post.title).where(Post.id.in_(ids))
    found = {row.id: row.title for row in db.session.execute(query)}
    return [found[id] for id in ids if id in found]


def has_demo() -> bool:
    """Whether anything that came with the demo blog is still here."""
    return db.session.scalar(select(Post.id).where(Post.origin == "demo").limit(1)) is not None


def recompute_months(zone: ZoneInfo) -> None:
    """Bring every post's month in line with ``zone``, without counting as a save of it."""
    query = select(Post.id, Post.published_at).where(Post.published_at.is_not(None))
    locals = [(id, at.astimezone(zone)) for id, at in db.session.execute(query) if at]
    months = [{"post": id, "month": local.year * 100 + local.month} for id, local in locals]
    if not months:
        return
    # On the table, past the mapper: the version of a post counts changes of its text.
    posts = Post.metadata.tables[Post.__tablename__]
    change = update(posts).where(posts.c.id == bindparam("post"))
    db.session.connection().execute(change.values(published_month=bindparam("month")), months)
