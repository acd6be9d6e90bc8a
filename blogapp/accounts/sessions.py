"""Who is signed in. Sessions live here; a cookie only names one.

These functions change objects; the caller decides when to commit.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from blogapp.accounts.models import Author, AuthorSession
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db

LIFETIME = timedelta(days=30)
NOTICED_EVERY = timedelta(hours=1)


def start_session(author: Author, *, now: datetime, user_agent: str = "") -> str:
    """Sign ``author`` in; return the token that the cookie carries."""
    token = new_token()
    db.session.execute(delete(AuthorSession).where(AuthorSession.expires_at < now))
    db.session.add(
        AuthorSession(
            token_hash=token_hash(token),
            author_id=author.id,
            user_agent=user_agent[:300],
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFETIME,
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


def notice(session: AuthorSession, *, now: datetime) -> bool:
    """Prolong a session that is in use; return whether anything was changed."""
    if now - session.last_seen_at < NOTICED_EVERY:
        return False
    session.last_seen_at, session.expires_at = now, now + LIFETIME
    return True


def end_session(token: str) -> None:
    """Sign out the browser that carries ``token``."""
    db.session.execute(delete(AuthorSession).where(AuthorSession.token_hash == token_hash(token)))


def end_all_sessions(author: Author) -> None:
    """Sign ``author`` out everywhere."""
    db.session.execute(delete(AuthorSession).where(AuthorSession.author_id == author.id))
