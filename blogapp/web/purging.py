"""Telling the caches in front of the blog what has changed, within a second or two.

Who does jobs looks several times a second at what the database's triggers have noted, and asks
for the job that tells it. The job is one row, so what fails is tried again, and shows.
"""

import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from blogapp.extensions import db
from blogapp.jobs.models import JobState
from blogapp.jobs.queueing import enqueue, find_jobs
from blogapp.jobs.running import Hopeless
from blogapp.outgoing.purging import Hook, NotPurged, purge
from blogapp.posts.purging import (
    SETTLE,
    are_waiting,
    begin,
    end,
    find_due,
    forget,
    is_noting,
    notice,
    reached,
)
from blogapp.telemetry.metrics import count
from blogapp.web.building import build_of
from blogapp.web.clock import now

CACHES = "caches"
# Seconds between two looks: about 20 µs each on SQLite, half a millisecond on PostgreSQL.
PAUSE = 0.25
# After a database that gave no answer.
_RETRY = 5.0
# Clocks that differ by less are the same.
_APART = timedelta(seconds=0.3)

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Look wherever jobs are done, if there are caches to tell."""
    companion = _look_on if app.config["PURGE"] else _look_no_more
    app.extensions["jobs"].companions.append(partial(companion, app))


def look() -> None:
    """Ask for the job where there is something to tell; commits."""
    is_new = notice(now(), _shared_now)
    if is_new or are_waiting():
        _ask(is_new=is_new)
    db.session.commit()


def start_telling(app: Flask) -> None:
    """Have changes noted from now on; whatever an older version of the software made is over."""
    begin(build_of(app), now())
    db.session.commit()


def stop_telling() -> None:
    """Have nothing noted any more, if anything was; commits."""
    if is_noting():
        end()
    db.session.commit()


def tell(hook: Hook) -> None:
    """Do the job: have caches let go of what changed. Commits; raises what it failed of."""
    due = find_due(_shared_now())
    keys = reached(due.noted, now()) if due.ids else []
    # Nothing of the database is held while another server is waited for.
    db.session.rollback()
    if keys:
        _send(hook, keys)
    forget(due)
    if are_waiting():
        enqueue(CACHES, now=now(), due=now() + SETTLE)
    db.session.commit()


def wall() -> datetime:
    """Return what the clock of this machine says."""
    return datetime.now(UTC)


def _shared_now() -> datetime:
    """Return this moment by the clock of all machines: that of the database, where it is a server.

    What one machine has just seen would have been seen long ago for another that is ahead.
    """
    if db.engine.dialect.name == "sqlite":
        return now()
    apart: timedelta = db.session.execute(select(func.clock_timestamp())).scalar_one() - wall()
    return now() + apart if abs(apart) > _APART else now()


def _ask(*, is_new: bool) -> None:
    job = find_jobs(CACHES, [""]).get("")
    if job is None:
        enqueue(CACHES, now=now(), due=now() + SETTLE)
    # One that waits will see these rows, too; one that failed is tried at once with new ones.
    elif is_new and job.state in {JobState.TRIED, JobState.GIVEN_UP}:
        enqueue(CACHES, now=now(), due=now() + SETTLE, error=job.error)


def _send(hook: Hook, keys: list[str]) -> None:
    try:
        purge(hook, keys)
    except NotPurged as error:
        count("purges_total", outcome="failed")
        if error.is_final:
            raise Hopeless(str(error)) from error
        raise
    count("purges_total", outcome="done")


def _look_on(app: Flask, stopping: threading.Event) -> None:
    """Look until the event, whatever the database does meanwhile."""
    pause, has_begun, is_told = 0.0, False, False
    while not stopping.wait(pause):
        try:
            with app.app_context():
                if not has_begun:
                    start_telling(app)
                    has_begun = True
                look()
            pause, is_told = PAUSE, False
        except IntegrityError:
            pause = PAUSE  # another process began at the same time
        except (SQLAlchemyError, OSError) as error:
            if not is_told:
                _log.warning("what caches in front should be told waits: %s", error)
            pause, is_told = _RETRY, True


def _look_no_more(app: Flask, _stopping: threading.Event) -> None:
    """Take back what was begun when there was a cache to tell."""
    with suppress(SQLAlchemyError, OSError), app.app_context():
        stop_telling()
