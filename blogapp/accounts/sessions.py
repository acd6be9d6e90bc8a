"""Who is signed in. Sessions live here; a cookie only names one.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from blogapp.accounts.models import Author, AuthorSession
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db

NOTICED_EVERY = timedelta(hours=1)
# How long ago somebody may have proved who they are when they do what is dangerous.
CONFIRMED_FOR = timedelta(minutes=15)


class Limits(NamedTuple):
    """After how long a session is over: without use, and in any case."""

    idle: timedelta
    absolute: timedelta


LIMITS = Limits(idle=timedelta(days=14), absolute=timedelta(days=90))
# Who is removed from a directory is out of here within a day, whoever forgets to tell.
DIRECTORY_LIMITS = Limits(idle=timedelta(hours=12), absolute=timedelta(hours=24))


def limits_of(method: str) -> Limits:
    """Return how long a session lasts that was begun by ``method``."""
    return DIRECTORY_LIMITS if method.startswith("oidc") else LIMITS


def start_session(
    author: Author, *, now: datetime, user_agent: str = "", method: str = "", address: str = ""
) -> str:
    """Sign ``author`` in; return the token that the cookie carries.

    ``address`` is the network they came from, for their own list of sessions.
    """
    token = new_token()
    limits = limits_of(method)
    db.session.execute(delete(AuthorSession).where(AuthorSession.expires_at < now))
    author.last_seen_at = now
    db.session.add(
        AuthorSession(
            token_hash=token_hash(token),
            author_id=author.id,
            user_agent=user_agent[:300],
            method=method,
            address=address[:50],
            created_at=now,
            last_seen_at=now,
            confirmed_at=now,
            expires_at=now + limits.idle,
            ends_at=now + limits.absolute,
        )
    )
    return token


def find_session(token: str, *, now: datetime) -> AuthorSession | None:
    """Return the session of ``token`` with its author, or None if it is over."""
    query = (
        select(AuthorSession)
        .where(AuthorSession.token_hash == token_hash(token), AuthorSession.expires_at > now)
        .options(joinedload(AuthorSession.author))
    )
    session = db.session.scalar(query)
    return session if session and session.author.disabled_at is None else None


def list_sessions(author: Author, *, now: datetime) -> Sequence[AuthorSession]:
    """Return where ``author`` is signed in, what was used last first."""
    query = (
        select(AuthorSession)
        .where(AuthorSession.author_id == author.id, AuthorSession.expires_at > now)
        .order_by(AuthorSession.last_seen_at.desc(), AuthorSession.id.desc())
    )
    return db.session.scalars(query).all()


def find_own_session(author: Author, id: int) -> AuthorSession | None:
    """Return a session of ``author`` by its number."""
    found = db.session.get(AuthorSession, id)
    return found if found and found.author_id == author.id else None


def notice(session: AuthorSession, *, now: datetime, address: str = "") -> bool:
    """Prolong a session that is in use; return whether anything was changed."""
    if now - session.last_seen_at < NOTICED_EVERY:
        return False
    limits = limits_of(session.method)
    session.ends_at = session.ends_at or session.created_at + limits.absolute
    session.last_seen_at = session.author.last_seen_at = now
    session.expires_at = min(now + limits.idle, session.ends_at)
    session.address = address[:50] or session.address
    return True


def is_confirmed(session: AuthorSession, *, now: datetime) -> bool:
    """Return whether its author proved a moment ago that it is still them."""
    confirmed_at = session.confirmed_at or session.created_at
    return now - confirmed_at < CONFIRMED_FOR


def confirm(session: AuthorSession, *, now: datetime) -> str:
    """Note that its author has proved again who they are; return its new token."""
    session.confirmed_at = now
    return renew(session)


def renew(session: AuthorSession) -> str:
    """Give ``session`` a new token and return it: whoever knew the old one is out."""
    token = new_token()
    session.token_hash = token_hash(token)
    return token


def end_session(token: str) -> None:
    """Sign out the browser that carries ``token``."""
    db.session.execute(delete(AuthorSession).where(AuthorSession.token_hash == token_hash(token)))


def end_all_sessions(author: Author, *, but: AuthorSession | None = None) -> None:
    """Sign ``author`` out everywhere, but in the session ``but``.

    What they began and did not finish is over, too: a password that let somebody as far as
    the second factor may be why.
    """
    query = delete(AuthorSession).where(AuthorSession.author_id == author.id)
    if but is not None:
        query = query.where(AuthorSession.id != but.id)
    db.session.execute(query)
    db.session.execute(delete(SignInStep).where(SignInStep.author_id == author.id))
