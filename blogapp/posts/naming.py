"""Finding tags, domains, series and authors by name, and making the missing ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, Redirect, Series, Tag, TagAlias
from blogapp.text.folding import caseless
from blogapp.text.slugs import slugify, unique_slug

T = TypeVar("T", Tag, Domain, Series)


def find_or_make(
    model: type[T], names: Iterable[str], *, origin: str | None = None, slug: str = ""
) -> list[T]:
    """Return what carries these names, made where missing, in the order given, each once.

    Names are one when they are equal ignoring case and Unicode's forms; the spelling met
    first stays. An alias stands for its tag. What is made has ``slug`` for its address, if
    one is given and free.
    """
    wanted = {key: name for name in reversed(list(names)) if (key := _key(name))}
    if not wanted:
        return []
    rows = db.session.scalars(select(model).where(model.name_key.in_(wanted)))
    found: dict[str, T] = {row.name_key: row for row in rows}
    if model is Tag and (missing := wanted.keys() - found.keys()):
        found |= _find_by_alias(missing)
    for key in wanted.keys() - found.keys():
        found[key] = _make(model, tidy(wanted[key]), origin, slug)
    return list(dict.fromkeys(found[key] for key in reversed(wanted)))


def find_or_make_authors(
    names: Iterable[str], *, now: datetime, origin: str | None = None
) -> list[Author]:
    """Return the authors of these names, made where missing without a way to sign in."""
    authors = []
    for name in dict.fromkeys(tidy(name) for name in names if _key(name)):
        author = db.session.scalar(select(Author).where(Author.name == name).limit(1))
        if author is None:
            slug = free_author_slug(slugify(name, "author"))
            author = Author(name=name, slug=slug, created_at=now, origin=origin)
            db.session.add(author)
            db.session.flush()
        authors.append(author)
    return authors


def free_author_slug(base: str) -> str:
    """Return ``base``, or ``base-2``, ``base-3`` … : the first that no author has."""
    return unique_slug(base, lambda slug: _taken(Author, slug))


def free_post_slug(base: str, *, except_id: int | None = None, is_page: bool = False) -> str:
    """Return ``base``, or ``base-2``, ``base-3`` … : the first that no other post has.

    Pages have slugs of their own: they are free or taken among pages.
    """

    def taken(slug: str) -> bool:
        query = select(Post.id).where(
            Post.slug_key == slug.casefold(),
            Post.is_page == is_page,
            Post.id != (except_id or 0),
        )
        return db.session.scalar(query.limit(1)) is not None

    return unique_slug(base, taken)


def call_authors(authors: Sequence[Author], *, among: Sequence[Author]) -> list[str]:
    """Return a name for each author; where it could mean somebody else, the slug instead."""
    names = [author.name.casefold() for author in among]
    slugs = {author.slug_key: author.id for author in among}
    return [
        author.name
        if names.count(author.name.casefold()) == 1
        and slugs.get(author.name.casefold(), author.id) == author.id
        else author.slug
        for author in authors
    ]


def find_authors(names: Sequence[str], *, among: Sequence[Author]) -> list[Author | None]:
    """Return who is meant by each name or slug; None where nobody is, or two people are."""
    by_name: dict[str, Author | None] = {}
    for author in among:
        key = " ".join(author.name.split()).casefold()
        by_name[key] = None if key in by_name else author
    by_slug = {author.slug_key: author for author in among}
    return [by_slug.get(name.casefold()) or by_name.get(name.casefold()) for name in names]


def tidy(name: str) -> str:
    """Return a name with single blanks, at most 200 characters long."""
    return " ".join(name.split())[:200].strip()


def _find_by_alias(keys: Iterable[str]) -> dict[str, Any]:
    query = (
        select(TagAlias.name_key, Tag)
        .join(Tag, Tag.id == TagAlias.tag_id)
        .where(TagAlias.name_key.in_(keys))
    )
    return {str(key): tag for key, tag in db.session.execute(query)}


def _make(model: type[T], name: str, origin: str | None, wanted: str) -> T:
    wanted = wanted or slugify(name, model.__name__.lower())
    slug = unique_slug(wanted, lambda s: _taken(model, s))
    if model is Tag:
        # It was an address without a name, or of a tag that is gone.
        db.session.execute(delete(TagAlias).where(TagAlias.slug_key == caseless(slug)))
    else:
        # It led elsewhere, or was gone.
        old = f"/{model.__tablename__}/{slug}".lower()
        db.session.execute(delete(Redirect).where(Redirect.path == old))
    row = model(name=name, slug=slug, origin=origin)
    db.session.add(row)
    db.session.flush()
    return row


def _taken(model: type[Tag | Domain | Series | Author], slug: str) -> bool:
    query = select(model.id).where(model.slug_key == slug.casefold())
    if db.session.scalar(query.limit(1)) is not None:
        return True
    if model is not Tag:
        return False
    named = TagAlias.slug_key == caseless(slug), TagAlias.name.is_not(None)
    return db.session.scalar(select(TagAlias.id).where(*named)) is not None


def _key(name: str) -> str:
    return caseless(tidy(name))
