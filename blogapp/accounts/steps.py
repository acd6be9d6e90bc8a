"""What is begun in one request and finished in another: second factors, challenges, returns.

The browser carries a token; all else stays on the server, works once and lasts for minutes.
These functions change objects; the caller decides when to commit.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from blogapp.accounts.errors import StepExpired
from blogapp.accounts.models import Author
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db

VALID = timedelta(minutes=10)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def begin_step(
    purpose: str,
    *,
    now: datetime,
    author: Author | None = None,
    state: Mapping[str, Any] = _NOTHING,
    valid: timedelta = VALID,
) -> str:
    """Return the token by which what is begun here is found again, for ``valid``.

    ``state`` is anything that JSON holds.
    """
    token = new_token()
    db.session.execute(delete(SignInStep).where(SignInStep.expires_at < now))
    db.session.add(
        SignInStep(
            token_hash=token_hash(token),
            purpose=purpose,
            author_id=author and author.id,
            state=dict(state),
            expires_at=now + valid,
        )
    )
    return token


def find_step(purpose: str, token: str | None, *, now: datetime) -> SignInStep | None:
    """Return what was begun, with its author, and leave it there; None where it is over."""
    if not token:
        return None
    query = (
        select(SignInStep)
        .where(
            SignInStep.token_hash == token_hash(token),
            SignInStep.purpose == purpose,
            SignInStep.expires_at > now,
        )
        .options(joinedload(SignInStep.author))
    )
    return db.session.scalar(query)


def take_step(purpose: str, token: str | None, *, now: datetime) -> SignInStep:
    """Return what was begun, with its author; it is gone from here on.

    Raises `StepExpired` where there is none, it is over, or another request was first.
    """
    step = find_step(purpose, token, now=now)
    if step is None:
        raise StepExpired("This was begun too long ago, or is done already.")
    db.session.expunge(step)
    gone = db.session.execute(delete(SignInStep).where(SignInStep.id == step.id))
    if not getattr(gone, "rowcount", 0):
        raise StepExpired("This is done already.")
    return step
