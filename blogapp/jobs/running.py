"""Doing the work that is due, one piece after the other."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from blogapp.extensions import db
from blogapp.jobs.models import Job

# What does a kind of work, told what it is about. It may be told twice, and may commit.
Handler = Callable[[str], None]

# Before the second attempt, the third, … After the last the work waits for somebody's word.
PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
_LONGEST_ERROR = 500

_log = logging.getLogger(__name__)


class Hopeless(Exception):
    """Another attempt would end as this one did; the message says why."""


def run_due_jobs(handlers: Mapping[str, Handler], now: datetime, *, most: int = 1000) -> int:
    """Do what is due at ``now``, oldest first, at most ``most``; return how much was tried.

    Commits after each piece. One that fails is due again after a pause. The session must be
    without changes.
    """
    for number in range(most):
        if not (job := _claim(handlers, now)):
            return number
        _attempt(job, handlers[job.kind], now)
    return most


def next_due() -> datetime | None:
    """Return when there is something to do, None while there is nothing."""
    due: datetime | None = db.session.scalar(
        select(func.min(Job.due_at)).where(Job.given_up_at.is_(None))
    )
    return due


def _claim(handlers: Mapping[str, Handler], now: datetime) -> Job | None:
    """Return the next piece, with its next attempt set: a process that is killed loses none."""
    query = (
        select(Job)
        .where(Job.given_up_at.is_(None), Job.due_at <= now, Job.kind.in_(handlers))
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = db.session.scalar(query)
    if job:
        job.due_at = now + PAUSES[min(job.attempts, len(PAUSES) - 1)]
        job.attempts += 1
    db.session.commit()
    return job


def _attempt(job: Job, do: Handler, now: datetime) -> None:
    # Plain values: the session forgets what it held when the work commits.
    id, attempts, name = job.id, job.attempts, f"{job.kind} {job.key}"
    # Asked for anew meanwhile, it begins anew: then this attempt is not its last.
    this_one = Job.id == id, Job.attempts == attempts
    try:
        do(job.key)
        db.session.execute(delete(Job).where(*this_one))
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        ends = isinstance(error, Hopeless) or attempts > len(PAUSES)
        _log.warning("%s failed at attempt %d: %s", name, attempts, error, exc_info=not ends)
        said = (str(error) or type(error).__name__)[:_LONGEST_ERROR]
        values = {"error": said, "given_up_at": now if ends else None}
        db.session.execute(update(Job).where(*this_one).values(values))
        db.session.commit()
