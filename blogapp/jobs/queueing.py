"""Asking for work to be done later. Verbs change rows; the caller commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import db
from blogapp.jobs.models import Job, JobState
from blogapp.jobs.waking import wake_at_commit


def enqueue(
    kind: str,
    key: str = "",
    *,
    now: datetime,
    due: datetime | None = None,
    place: str = "",
    error: str = "",
) -> None:
    """Have the work done after this transaction, not before ``due``.

    What waits already is not done twice; what was given up begins anew; what somebody is at is
    done once more after that. ``place`` is the one machine that can do it (`places.place_of`),
    and holds until another is named; ``error`` is why it was not done before.
    """
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    fresh = {
        "due_at": due or now,
        "asked_at": now,
        "attempts": 0,
        "losses": 0,
        "error": error,
        "given_up_at": None,
        **({"place": place} if place else {}),
    }
    statement = insert(Job).values(kind=kind, key=key, created_at=now, **fresh)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=[Job.kind, Job.key], set_=fresh)
    )
    wake_at_commit()


def withdraw(kind: str, key: str = "") -> None:
    """Take back what was asked for; an attempt that is under way goes on."""
    db.session.execute(delete(Job).where(Job.kind == kind, Job.key == key))


def find_jobs(kind: str, keys: Iterable[str]) -> Mapping[str, Job]:
    """Return the jobs of a kind that are not done, by what they are about."""
    query = select(Job).where(Job.kind == kind, Job.key.in_(list(keys)))
    return {job.key: job for job in db.session.scalars(query)}


def count_given_up() -> int:
    """Return how many jobs wait for somebody's word."""
    query = select(func.count()).select_from(Job).where(Job.given_up_at.is_not(None))
    return db.session.scalar(query) or 0


def count_by_state() -> Mapping[JobState, int]:
    """Return how many jobs there are in each state, in one statement."""
    is_given_up, is_running = Job.given_up_at.is_not(None), Job.taken_by != ""
    is_waiting = Job.given_up_at.is_(None) & (Job.taken_by == "")
    query = select(
        func.count().filter(is_waiting & (Job.error == "")),
        func.count().filter(is_running & Job.given_up_at.is_(None)),
        func.count().filter(is_waiting & (Job.error != "")),
        func.count().filter(is_given_up),
    ).select_from(Job)
    waiting, running, tried, given_up = db.session.execute(query).one()
    return {
        JobState.WAITING: waiting,
        JobState.RUNNING: running,
        JobState.TRIED: tried,
        JobState.GIVEN_UP: given_up,
    }


def oldest_waiting(now: datetime) -> timedelta | None:
    """Return for how long the oldest job has been due that nobody is at, None without one."""
    query = select(func.min(Job.due_at)).where(
        Job.given_up_at.is_(None), Job.taken_by == "", Job.due_at <= now
    )
    due: datetime | None = db.session.scalar(query)
    return now - due if due else None
