"""What people see of the work: who does it, how much there is, what is in the way.

Verbs change rows; the caller commits, if not told otherwise.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import db
from blogapp.jobs.models import Job, JobCount, JobRunner, JobState
from blogapp.jobs.queueing import oldest_waiting
from blogapp.jobs.waking import wake_at_commit

# Who has not been seen for so long is not there any more.
SEEN_WITHIN = timedelta(seconds=100)
# How long a job may be due before somebody should look why.
LATE_AFTER = timedelta(minutes=10)
COUNTED_FOR = timedelta(days=7)
_FORGOTTEN_AFTER = timedelta(days=1)
_DAY = timedelta(days=1)
_STATES = ("waiting", "running", "tried", "given_up")


class Trouble(StrEnum):
    """What is wrong with the work as a whole."""

    NOBODY = "nobody"  # does it
    LATE = "late"


@dataclass(frozen=True)
class KindCount:
    """How much of one kind there is in each state, and was there within a day."""

    kind: str
    waiting: int = 0
    running: int = 0
    tried: int = 0
    given_up: int = 0
    done: int = 0
    failed: int = 0


def show_up(
    name: str, kinds: Collection[str], *, is_embedded: bool, began_at: datetime, now: datetime
) -> None:
    """Note that a runner is there; commits. Drops what nobody looks at any more, too."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = insert(JobRunner).values(
        name=name,
        kinds=", ".join(sorted(kinds)),
        is_embedded=is_embedded,
        began_at=began_at,
        seen_at=now,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[JobRunner.name], set_={"seen_at": statement.excluded.seen_at}
        )
    )
    db.session.execute(delete(JobRunner).where(JobRunner.seen_at < now - _FORGOTTEN_AFTER))
    db.session.execute(delete(JobCount).where(JobCount.hour < now - COUNTED_FOR))
    db.session.commit()


def leave(name: str) -> None:
    """Note that a runner is gone."""
    db.session.execute(delete(JobRunner).where(JobRunner.name == name))


def list_runners(now: datetime) -> Sequence[JobRunner]:
    """Return who does jobs, the longest there first."""
    query = select(JobRunner).where(JobRunner.seen_at >= now - SEEN_WITHIN)
    return db.session.scalars(query.order_by(JobRunner.began_at, JobRunner.name)).all()


def last_seen() -> datetime | None:
    """Return when any runner was seen last, None where none ever was within a day."""
    seen: datetime | None = db.session.scalar(select(func.max(JobRunner.seen_at)))
    return seen


def find_trouble(now: datetime) -> Trouble | None:
    """Return what is wrong, None where nothing is."""
    seen = last_seen()
    waited = oldest_waiting(now)
    if waited and waited > LATE_AFTER:
        is_there = seen and seen >= now - SEEN_WITHIN
        return Trouble.LATE if is_there else Trouble.NOBODY
    if seen is None or seen < now - SEEN_WITHIN:
        # Who has just been started is not seen yet.
        return Trouble.NOBODY if waited and waited > SEEN_WITHIN else None
    return None


def count_by_kind(now: datetime) -> Sequence[KindCount]:
    """Return how much there is of each kind, in two statements; kinds by name."""
    is_open = Job.given_up_at.is_(None)
    is_free = is_open & (Job.taken_by == "")
    jobs = select(
        Job.kind,
        func.count().filter(is_free & (Job.error == "")),
        func.count().filter(is_open & (Job.taken_by != "")),
        func.count().filter(is_free & (Job.error != "")),
        func.count().filter(Job.given_up_at.is_not(None)),
    ).group_by(Job.kind)
    found = {
        kind: dict(zip(_STATES, rest, strict=True)) for kind, *rest in db.session.execute(jobs)
    }
    counts = _done_since(now - _DAY)
    return [
        KindCount(kind, **found.get(kind, {}), **counts.get(kind, {}))
        for kind in sorted(found.keys() | counts.keys())
    ]


def list_in_state(state: JobState, *, limit: int = 50) -> Sequence[Job]:
    """Return the jobs in a state: those that are tried next, or were given up last, first."""
    query = select(Job).where(_is(state)).limit(limit)
    if state == JobState.GIVEN_UP:
        query = query.order_by(Job.given_up_at.desc())
    return db.session.scalars(query.order_by(Job.due_at, Job.id)).all()


def get_jobs(ids: Collection[int]) -> Sequence[Job]:
    """Return those of these jobs that there still are."""
    return db.session.scalars(select(Job).where(Job.id.in_(ids)).order_by(Job.id)).all()


def try_now(jobs: Sequence[Job], *, now: datetime) -> int:
    """Have jobs tried at once, with all their attempts before them; return how many.

    Those that somebody is at are left alone.
    """
    ids = [job.id for job in jobs if job.state != JobState.RUNNING]
    values = {"due_at": now, "asked_at": now, "attempts": 0, "losses": 0, "given_up_at": None}
    db.session.execute(update(Job).where(Job.id.in_(ids), Job.taken_by == "").values(values))
    wake_at_commit()
    return len(ids)


def drop(jobs: Sequence[Job]) -> int:
    """Never do these jobs; return how many. Those that somebody is at are left alone."""
    ids = [job.id for job in jobs if job.state != JobState.RUNNING]
    db.session.execute(delete(Job).where(Job.id.in_(ids), Job.taken_by == ""))
    return len(ids)


def _is(state: JobState) -> ColumnElement[bool]:
    is_open = Job.given_up_at.is_(None)
    match state:
        case JobState.GIVEN_UP:
            return Job.given_up_at.is_not(None)
        case JobState.RUNNING:
            return is_open & (Job.taken_by != "")
        case JobState.TRIED:
            return is_open & (Job.taken_by == "") & (Job.error != "")
        case _:
            return is_open & (Job.taken_by == "") & (Job.error == "")


def _done_since(moment: datetime) -> Mapping[str, Mapping[str, int]]:
    query = select(JobCount.kind, func.sum(JobCount.done), func.sum(JobCount.failed))
    query = query.where(JobCount.hour >= moment).group_by(JobCount.kind)
    counted = db.session.execute(query)
    return {kind: {"done": int(done), "failed": int(failed)} for kind, done, failed in counted}
