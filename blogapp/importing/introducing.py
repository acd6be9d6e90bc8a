"""The people and names that a source tells more of than how they are written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import NameKind, Source, SourceAuthor, SourceName
from blogapp.posts.models import Domain, Series, Tag
from blogapp.posts.naming import find_or_make, find_or_make_authors, free_author_slug, tidy
from blogapp.posts.tagging import find_named_tag
from blogapp.text.folding import caseless
from blogapp.text.slugs import clean_slug, slugify

MODELS: dict[NameKind, Any] = {
    NameKind.TAG: Tag,
    NameKind.DOMAIN: Domain,
    NameKind.SERIES: Series,
}


@dataclass(frozen=True)
class Cast:
    """Whom and what a source describes, by their names."""

    people: dict[str, SourceAuthor] = field(default_factory=dict)
    names: dict[tuple[NameKind, str], SourceName] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source) -> "Cast":
        people = {key_of(person.name): person for person in source.authors()}
        return cls(people, {(name.kind, key_of(name.name)): name for name in source.names()})

    def authors(
        self, names: Iterable[str], *, now: datetime, origin: str | None = None
    ) -> list[Author]:
        """Return who is meant by ``names``, each once, made where nobody here is.

        Who is here already is known by the e-mail address, the name or the slug, in this
        order. An address from a source is not kept: it would be a way to sign in.
        """
        found = (self._author(name, now, origin) for name in names if key_of(name))
        return list(dict.fromkeys(found))

    def make_names(self, post: SourcePost, *, origin: str | None = None) -> None:
        """Make the names that ``post`` is the first to carry, with slug and description."""
        for kind, name in names_of(post):
            if told := self.names.get((kind, key_of(name))):
                model = MODELS[kind]
                is_new = find_name(told) is None
                [row] = find_or_make(model, [name], origin=origin, slug=clean_slug(told.slug, ""))
                if is_new:
                    row.description = told.description

    def _author(self, name: str, now: datetime, origin: str | None) -> Author:
        told = self.people.get(key_of(name))
        if told is None:
            return find_or_make_authors([name], now=now, origin=origin)[0]
        if found := find_author(told):
            return found
        slug = free_author_slug(clean_slug(told.slug, "") or slugify(told.name, "author"))
        author = Author(
            name=tidy(told.name), slug=slug, bio=told.bio, created_at=now, origin=origin
        )
        db.session.add(author)
        db.session.flush()
        return author


def names_of(post: SourcePost) -> Iterator[tuple[NameKind, str]]:
    """Yield what sorts a post, each name with its kind."""
    pairs = [(NameKind.TAG, tag) for tag in post.tags]
    pairs += [(NameKind.DOMAIN, post.domain), (NameKind.SERIES, post.series)]
    yield from ((kind, name) for kind, name in pairs if key_of(name))


def find_author(told: SourceAuthor) -> Author | None:
    """Return the author here whom a source describes."""
    asked: list[ColumnElement[bool]] = [Author.name == tidy(told.name)]
    if told.email:
        asked.insert(0, Author.email_key == told.email.strip().casefold())
    if slug := clean_slug(told.slug, ""):
        asked.append(Author.slug_key == slug.casefold())
    found = (db.session.scalar(select(Author).where(each).limit(1)) for each in asked)
    return next(filter(None, found), None)


def find_name(told: SourceName) -> Tag | Domain | Series | None:
    """Return the tag, domain or series here that carries the name; a tag by its alias, too."""
    if told.kind is NameKind.TAG:
        return find_named_tag(told.name)
    model = MODELS[told.kind]
    found: Domain | Series | None = db.session.scalar(
        select(model).where(model.name_key == key_of(told.name))
    )
    return found


def key_of(name: str) -> str:
    """Return what two spellings of one name have in common."""
    return caseless(tidy(name))
