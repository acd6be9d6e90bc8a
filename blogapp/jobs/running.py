"""Doing the work that is due, one piece after the other."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from blogapp.extensions import db
from blogapp.jobs.claiming import (
    PAUSES,
    Claim,
    Lost,
    claim,
    fail,
    finish,
    put_back,
    take_back_lost,
)
from blogapp.telemetry.metrics import count as count_one

# What does a kind of work, told what it is about. It may be told twice, and may commit.
Handler = Callable[[str], None]
Clock = Callable[[], datetime]

_log = logging.getLogger(__name__)


class Hopeless(Exception):
    """Another attempt would end as this one did; the message says why."""


class NotNow(Exception):
    """This process ends before the work does: another one takes it up; nothing has failed."""


def run_due_jobs(handlers: Mapping[str, Handler], now: datetime, *, most: int = 1000) -> int:
    """Do what is due at ``now``, oldest first, at most ``most``; return how much was tried.

    Commits after each piece. One that fails is due again after a pause. The session must be
    without changes.
    """
    take_back_lost(now)
    names = names_of(f"run-{uuid4().hex[:12]}")
    for number in range(most):
        if not (claimed := claim(handlers.keys(), by=next(names), now=now)):
            return number
        attempt(claimed, handlers[claimed.kind], lambda: now)
    return most


def attempt(claimed: Claim, do: Handler, clock: Clock) -> bool | None:
    """Do one piece and note how it ended; commits.

    Return whether it is done; None where it is somebody else's. What a database says that
    cannot take the note is raised: the job is taken up again when its lease is over.
    """
    try:
        do(claimed.key)
        finish(claimed, clock())
        db.session.commit()
        count_one("jobs_finished_total", kind=claimed.kind, outcome="done")
    except NotNow:
        db.session.rollback()
        put_back([claimed], clock())
        db.session.commit()
        return None
    except Lost:
        db.session.rollback()
        return None
    except Exception as error:
        db.session.rollback()
        return _note_failure(claimed, error, clock())
    return True


def names_of(runner: str) -> Iterator[str]:
    """Return a name for each claim of a runner, one after the other."""
    return (f"{runner}/{number}" for number in count(1))


def _note_failure(claimed: Claim, error: Exception, now: datetime) -> bool | None:
    is_last = isinstance(error, Hopeless) or claimed.attempts > len(PAUSES)
    _log.warning(
        "%s failed at attempt %d: %s", claimed.name, claimed.attempts, error, exc_info=not is_last
    )
    try:
        fail(claimed, _said(error), is_last=is_last, now=now)
    except Lost:
        db.session.rollback()
        return None
    db.session.commit()
    outcome = "given-up" if is_last else "retry"
    count_one("jobs_finished_total", kind=claimed.kind, outcome=outcome)
    return False


def _said(error: Exception) -> str:
    """Return what people read of an error: of a database's not the statement."""
    found = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(found).strip() or type(found).__name__
