"""Who is at which job, so that many runners share them and no two are at the same one.

A job is somebody's for `LEASE` seconds, and for as many more each time its runner says that it is
still there. Whoever is killed says nothing, and another takes the job up.
"""

import random
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Float,
    Update,
    cast,
    delete,
    extract,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import db
from blogapp.jobs.models import Job, JobCount

LEASE = 20.0
# Before the second attempt, the third, … After the last the work waits for somebody's word.
PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
# What fails together is not tried again together: so much of a pause comes on top, at most.
JITTER = 0.2
# What nobody came back from so often is not tried any more; after a few it is tried less.
MOST_LOSSES = 20
_FEW_LOSSES = 3
_LOST = "whoever was at it was killed, {} times"
# After so long any machine may take what is another one's: that one is gone.
_GONE_AFTER = timedelta(days=1)
# What was asked for in the future was asked for by a clock that went wrong: not by a little, as
# those of several machines do.
_AHEAD = timedelta(seconds=10)
_LONGEST_ERROR = 500

_NOBODY = {"taken_by": "", "taken_at": None, "taken_until": None}


class Lost(Exception):
    """Somebody else took the job up meanwhile, or back; what this attempt did is not kept."""


@dataclass(frozen=True)
class Claim:
    """A job that is somebody's: what it is about, which attempt it is, and whose."""

    id: int
    kind: str
    key: str
    attempts: int
    by: str

    @property
    def name(self) -> str:
        return f"{self.kind} {self.key}".strip()


@dataclass(frozen=True)
class Outlook:
    """What there is to do: when the next job is due, and whether one lost its runner."""

    due: datetime | None
    is_lost: bool


def claim(
    kinds: Collection[str], *, by: str, place: str | None = None, now: datetime
) -> Claim | None:
    """Make the next job of these ``kinds`` one's own until `LEASE` is over; commits.

    ``by`` is a name that no other claim has. Jobs of other machines than ``place`` are left to
    those, if it is given.
    """
    is_free = (
        Job.given_up_at.is_(None),
        Job.taken_until.is_(None),
        Job.due_at <= now,
        Job.kind.in_(kinds),
        or_(_is_for(place), Job.due_at < now - _GONE_AFTER),
    )
    # One statement: SQLite lets nobody write between its two halves, PostgreSQL skips what
    # another one is about to take.
    chosen = select(Job.id).where(*is_free).order_by(Job.due_at, Job.id).limit(1)
    statement = (
        update(Job)
        .where(Job.id == chosen.with_for_update(skip_locked=True).scalar_subquery())
        .where(Job.taken_until.is_(None))
        .values(
            attempts=Job.attempts + 1,
            taken_by=by,
            taken_at=now,
            taken_until=_moment() + LEASE,
            # For versions that know of nothing else.
            due_at=now + PAUSES[0],
        )
        .returning(Job.id, Job.kind, Job.key, Job.attempts)
    )
    found = db.session.execute(
        statement, execution_options={"synchronize_session": False}
    ).one_or_none()
    db.session.commit()
    if found is None:
        return None
    id, kind, key, attempts = found
    return Claim(id, kind, key, attempts, by)


def look(kinds: Collection[str], *, place: str | None = None) -> Outlook:
    """Return what there is to do for whoever does these ``kinds``, in one statement."""
    due = select(func.min(Job.due_at)).where(
        Job.given_up_at.is_(None),
        Job.taken_until.is_(None),
        Job.kind.in_(kinds),
        _is_for(place),
    )
    lost = select(Job.id).where(*_is_lost()).limit(1)
    next_due, lost_id = db.session.execute(
        select(due.scalar_subquery(), lost.scalar_subquery())
    ).one()
    db.session.rollback()
    return Outlook(next_due, lost_id is not None)


def renew(claims: Sequence[Claim]) -> None:
    """Say that somebody is still at these jobs; commits."""
    statement = update(Job).where(Job.taken_by.in_([each.by for each in claims]))
    db.session.execute(_past_the_session(statement.values(taken_until=_moment() + LEASE)))
    db.session.commit()


def take_back_lost(now: datetime) -> int:
    """Free the jobs whose runner does not say any more that it is there; commits.

    Return how many. One that was lost a few times waits longer and longer, and is given up at
    last: it may be what kills its runners.
    """
    query = select(Job.id, Job.losses, Job.taken_by).where(*_is_lost())
    lost = db.session.execute(query).all()
    db.session.rollback()
    for id, losses, by in lost:
        pause = PAUSES[0] * max(0, losses - _FEW_LOSSES)
        values = {**_NOBODY, "losses": losses + 1, "due_at": now + pause, "asked_at": now}
        if losses + 1 >= MOST_LOSSES:
            values |= {"given_up_at": now, "error": _LOST.format(losses + 1)}
        # Of several who see it, one takes it back.
        statement = update(Job).where(Job.id == id, Job.taken_by == by, *_is_lost())
        db.session.execute(_past_the_session(statement.values(values)))
        db.session.commit()
    return len(lost)


def finish(claim: Claim, now: datetime) -> None:
    """Note that a job is done: its row goes, unless it was asked for anew meanwhile.

    Raises `Lost`.
    """
    this_one = delete(Job).where(
        Job.id == claim.id, Job.taken_by == claim.by, Job.attempts == claim.attempts
    )
    if not _touches(db.session.execute(this_one.execution_options(synchronize_session=False))):
        _free(claim)
    _count(claim.kind, now, done=1)


def fail(claim: Claim, error: str, *, is_last: bool, now: datetime) -> None:
    """Note why an attempt failed, and when there is another one. Raises `Lost`."""
    pause = PAUSES[min(claim.attempts, len(PAUSES)) - 1] * (1 + JITTER * random.random())
    values = {
        **_NOBODY,
        "error": error[:_LONGEST_ERROR],
        "given_up_at": now if is_last else None,
        "due_at": now + pause,
        "asked_at": now,
    }
    # Asked for anew meanwhile, it begins anew: then this attempt is not its last.
    this_one = _of(claim).where(Job.attempts == claim.attempts).values(values)
    if not _touches(db.session.execute(_past_the_session(this_one))):
        _free(claim)
    _count(claim.kind, now, failed=1)


def put_back(claims: Sequence[Claim], now: datetime) -> None:
    """Leave jobs to whoever has time, as if nobody had begun."""
    values = {**_NOBODY, "due_at": now, "asked_at": now, "attempts": Job.attempts - 1}
    for each in claims:
        this_one = _of(each).where(Job.attempts == each.attempts).values(values)
        if not _touches(db.session.execute(_past_the_session(this_one))):
            db.session.execute(_past_the_session(_of(each).values(_NOBODY)))


def mend_times(now: datetime) -> int:
    """Make due what waits because a clock was ahead when it was asked for; commits.

    Only what was to be done soon: what is for a day is for that day. Return how many.
    """
    query = select(Job.id, Job.asked_at, Job.due_at)
    ahead = db.session.execute(query.where(Job.asked_at > now + _AHEAD)).all()
    ids = [id for id, asked, due in ahead if asked and due - asked <= 2 * PAUSES[-1]]
    if ids:
        statement = update(Job).where(Job.id.in_(ids)).values(due_at=now, asked_at=now)
        db.session.execute(_past_the_session(statement))
    db.session.commit()
    return len(ids)


def _moment() -> ColumnElement[float]:
    """Return what the clock says that all runners of this database share, in seconds.

    PostgreSQL's own; on SQLite the machine's since it was started, which nobody sets.
    """
    if db.engine.dialect.name == "sqlite":
        return literal(time.monotonic(), Float)
    return cast(extract("epoch", func.clock_timestamp()), Float)


def _is_for(place: str | None) -> ColumnElement[bool]:
    return true() if place is None else Job.place.in_(["", place])


def _is_lost() -> tuple[ColumnElement[bool], ...]:
    """A lease is over when its end is past, or further away than any lease lasts: another clock."""
    moment = _moment()
    return (
        Job.taken_until.is_not(None),
        or_(Job.taken_until < moment, Job.taken_until > moment + LEASE + 1),
    )


def _free(claim: Claim) -> None:
    """Let go of a job that was asked for anew. Raises `Lost` where it is not one's own any more."""
    if not _touches(db.session.execute(_past_the_session(_of(claim).values(_NOBODY)))):
        raise Lost(claim.name)


def _of(claim: Claim) -> Update:
    return update(Job).where(Job.id == claim.id, Job.taken_by == claim.by)


def _past_the_session(statement: Update) -> Update:
    return statement.execution_options(synchronize_session=False)


def _touches(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount > 0


def _count(kind: str, now: datetime, *, done: int = 0, failed: int = 0) -> None:
    """Count an attempt, last in its transaction: all of a kind in this hour meet in one row."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    hour = now.replace(minute=0, second=0, microsecond=0)
    statement = insert(JobCount).values(kind=kind, hour=hour, done=done, failed=failed)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[JobCount.kind, JobCount.hour],
            set_={"done": JobCount.done + done, "failed": JobCount.failed + failed},
        )
    )
