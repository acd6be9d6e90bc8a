"""Asking for work to be done later. Verbs change rows; the caller commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import db
from blogapp.jobs.models import Job


def enqueue(kind: str, key: str = "", *, now: datetime, due: datetime | None = None) -> None:
    """Have the work done after this transaction, not before ``due``.

    What waits already is not done twice; what was given up begins anew.
    """
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    fresh = {"due_at": due or now, "attempts": 0, "error": "", "given_up_at": None}
    statement = insert(Job).values(kind=kind, key=key, created_at=now, **fresh)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=[Job.kind, Job.key], set_=fresh)
    )


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
