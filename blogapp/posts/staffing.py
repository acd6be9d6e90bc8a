"""Everybody who writes here, or once did: with how much they wrote, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from blogapp.accounts.factor_models import CodeApp, Passkey
from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Post, PostAuthor
from blogapp.posts.visibility import listed

PAGE = 50


@dataclass(frozen=True)
class Person:
    """Somebody, and how many posts carry their name: published or going to be, and drafts."""

    author: Author
    posts: int
    drafts: int
    has_factor: bool

    @property
    def state(self) -> str:
        return state_of(self.author)


@dataclass(frozen=True)
class Staff:
    """A page of people."""

    people: Sequence[Person]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def state_of(author: Author) -> str:
    """Return where somebody stands: active, disabled, imported (without account), or removed."""
    if author.disabled_at:
        return "disabled" if author.email else "removed"
    return "active" if author.email else "imported"


def list_people(*, words: str = "", by_email: bool = False, page: int = 1) -> Staff:
    """Return a page of people whose names hold all words, those who can sign in first.

    ``by_email`` looks at addresses, too. Three statements.
    """
    wanted = _says(words, by_email)
    total = db.session.scalar(select(func.count()).select_from(Author).where(wanted)) or 0
    has_factor = or_(
        select(CodeApp.author_id).where(CodeApp.author_id == Author.id).exists(),
        select(Passkey.author_id).where(Passkey.author_id == Author.id).exists(),
    )
    order = Author.disabled_at.is_not(None), Author.email.is_(None), func.lower(Author.name)
    query = select(Author, has_factor).where(wanted).order_by(*order, Author.id)
    rows = db.session.execute(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    counts = _counts([row[0].id for row in rows])
    people = [Person(row[0], *counts.get(row[0].id, (0, 0)), bool(row[1])) for row in rows]
    return Staff(people, total, page)


def has_page(author: Author, now: datetime) -> bool:
    """Return whether readers find a page of ``author``: there is one once a list shows a post."""
    query = select(PostAuthor.post_id).join(Post, Post.id == PostAuthor.post_id)
    query = query.where(PostAuthor.author_id == author.id, listed(now))
    return bool(db.session.scalar(select(query.exists())))


def list_heirs(author: Author) -> Sequence[Author]:
    """Return those to whom somebody's posts may be handed over, from A to Z."""
    query = select(Author).where(Author.id != author.id, Author.disabled_at.is_(None))
    return db.session.scalars(query.order_by(func.lower(Author.name), Author.id)).all()


def list_unregistered() -> Sequence[Author]:
    """Return those whose posts are here without an account, from A to Z."""
    query = select(Author).where(Author.email.is_(None), Author.disabled_at.is_(None))
    return db.session.scalars(query.order_by(func.lower(Author.name), Author.id)).all()


def _counts(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    is_draft = Post.published_at.is_(None)
    query = (
        select(
            PostAuthor.author_id,
            func.count().filter(~is_draft),
            func.count().filter(is_draft),
        )
        .join(Post, Post.id == PostAuthor.post_id)
        .where(PostAuthor.author_id.in_(ids), Post.deleted_at.is_(None))
        .group_by(PostAuthor.author_id)
    )
    return {id: (posts, drafts) for id, posts, drafts in db.session.execute(query)}


def _says(words: str, by_email: bool) -> ColumnElement[bool]:
    columns = (Author.name, Author.slug, Author.email) if by_email else (Author.name, Author.slug)
    found = []
    for word in words.split()[:8]:
        # SQLite folds the case of ASCII alone: other scripts are looked for as people spell them.
        spellings = {word, word.lower(), word.upper(), word.capitalize()}
        found.append(
            or_(*(c.icontains(each, autoescape=True) for c in columns for each in spellings))
        )
    return and_(true(), *found)
