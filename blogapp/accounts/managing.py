"""Roles given and taken, people kept out and let in again; and never the last owner.

These functions change objects; the caller decides when to commit.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from blogapp.accounts import registering
from blogapp.accounts.directory.models import DirectoryPerson
from blogapp.accounts.errors import LastOwner, NotAllowed
from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.inviting import settle_invitations
from blogapp.accounts.models import Author, AuthorSession, Role
from blogapp.accounts.rights import may_change_role, may_disable
from blogapp.accounts.sessions import end_all_sessions
from blogapp.extensions import db


def change_role(
    author: Author, role: Role, *, by: Author | None, but: AuthorSession | None = None
) -> None:
    """Let ``author`` be a ``role`` from here on, and end their sessions, except ``but``.

    ``by`` is None for the operator, who may do everything but take the last owner away. Raises
    `NotAllowed` and `LastOwner`.
    """
    take_turns(author, by)
    if by and not may_change_role(by, author, role):
        raise NotAllowed("This role is not theirs to give.")
    if role == author.role:
        return
    if role is not Role.OWNER:
        keep_an_owner(author)
    author.role = role
    end_all_sessions(author, but=but)
    settle_invitations(author)


def disable(author: Author, *, by: Author | None, now: datetime) -> None:
    """Keep ``author`` from signing in; what they wrote stays. Raises as `change_role`."""
    take_turns(author, by)
    if by and not may_disable(by, author):
        raise NotAllowed("This account is not theirs to disable.")
    keep_an_owner(author)
    registering.disable(author, now=now)
    settle_invitations(author)


def enable(author: Author, *, by: Author | None) -> None:
    """Let ``author`` sign in again. Raises `NotAllowed`."""
    take_turns(author, by)
    if by and not may_disable(by, author):
        raise NotAllowed("This account is not theirs to enable.")
    author.disabled_at = None


def take_turns(author: Author, by: Author | None) -> None:
    """Wait for whoever else changes owners at this moment, and see what they made of it.

    An update that changes nothing takes the rows on PostgreSQL and the whole database on
    SQLite, until the commit.
    """
    same = update(Author).where(Author.role == Role.OWNER).values(role=Author.role)
    db.session.execute(same.execution_options(synchronize_session=False))
    for each in filter(None, (author, by)):
        db.session.refresh(each)
    if by and by.disabled_at:
        raise NotAllowed("This account was disabled a moment ago.")


def keep_an_owner(author: Author) -> None:
    """Raise `LastOwner` where nobody but ``author`` is an owner who can sign in."""
    if author.role != Role.OWNER or author.disabled_at:
        return
    others = select(func.count()).select_from(Author)
    others = others.where(Author.role == Role.OWNER, Author.id != author.id, can_sign_in())
    if not db.session.scalar(others):
        raise LastOwner("Nobody else is an owner who can sign in.")


def has_owner() -> bool:
    """Return whether anybody is an owner who can sign in."""
    owners = select(func.count()).select_from(Author)
    return bool(db.session.scalar(owners.where(Author.role == Role.OWNER, can_sign_in())))


def can_sign_in() -> ColumnElement[bool]:
    """The condition that somebody has an account, and a way to prove that it is theirs."""
    ways = (
        Author.password_hash.is_not(None),
        exists().where(Passkey.author_id == Author.id),
        exists().where(DirectoryPerson.author_id == Author.id),
    )
    return and_(Author.email.is_not(None), Author.disabled_at.is_(None), or_(*ways))
