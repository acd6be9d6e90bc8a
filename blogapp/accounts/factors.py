"""Second factors: who has one, who must have one, and taking them away.

These functions change objects; the caller decides when to commit.
"""

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from blogapp.accounts.errors import LastFactor
from blogapp.accounts.factor_models import CodeApp, Passkey, PasskeyUser, RecoveryCode
from blogapp.accounts.models import Author, Role
from blogapp.accounts.rights import RANKS, is_at_least
from blogapp.extensions import db


def has_second_factor(author: Author) -> bool:
    """Return whether a password alone does not let ``author`` in: an app's code, or a passkey."""
    has_app, has_passkey = _has_app(author.id), _has_passkey(author.id)
    return bool(db.session.scalar(select(or_(has_app, has_passkey))))


def must_have_second_factor(author: Author, least: str) -> bool:
    """Return whether the blog demands one of ``author``, where it does from the role ``least`` up.

    An empty ``least`` demands it of nobody.
    """
    return least in RANKS and is_at_least(author, Role(least))


def find_app(author: Author) -> CodeApp | None:
    """Return the app that shows ``author`` codes, or None."""
    return db.session.get(CodeApp, author.id)


def remove_app(author: Author, *, least: str) -> None:
    """Take the app away; after the last factor, recovery codes too.

    Raises `LastFactor` where the blog demands one from the role ``least`` up; then roll back.
    """
    _lock(author)
    db.session.execute(delete(CodeApp).where(CodeApp.author_id == author.id))
    _settle(author, least)


def remove_passkey(author: Author, passkey: Passkey, *, least: str) -> None:
    """Take a passkey away, as `remove_app` does the app."""
    _lock(author)
    db.session.execute(delete(Passkey).where(Passkey.id == passkey.id))
    _settle(author, least)


def forget_factors(author: Author) -> None:
    """Take away every second factor of ``author``, as after the loss of all devices."""
    for table in (CodeApp, RecoveryCode, Passkey, PasskeyUser):
        db.session.execute(delete(table).where(table.author_id == author.id))


def count_without_factor(least: str) -> int:
    """Return how many people could be asked for a second factor at ``least`` and have none."""
    concerned = RANKS[: RANKS.index(Role(least)) + 1] if least in RANKS else ()
    query = select(func.count(Author.id)).where(
        Author.email.is_not(None),
        Author.disabled_at.is_(None),
        Author.role.in_(concerned),
        ~_has_app(Author.id),
        ~_has_passkey(Author.id),
    )
    return db.session.scalar(query) or 0


def _has_app(author_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return select(CodeApp.author_id).where(CodeApp.author_id == author_id).exists()


def _has_passkey(author_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return select(Passkey.id).where(Passkey.author_id == author_id).exists()


def _lock(author: Author) -> None:
    """Let requests that take factors of ``author`` away come one after the other."""
    db.session.execute(select(Author.id).where(Author.id == author.id).with_for_update())


def _settle(author: Author, least: str) -> None:
    if has_second_factor(author):
        return
    if must_have_second_factor(author, least):
        raise LastFactor("This blog asks for a second factor; set up another one first.")
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.author_id == author.id))
