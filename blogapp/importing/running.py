"""Looking after the imports of the authoring area: each runs in a process of its own.

Whoever calls this has the run's job (see `blogapp.jobs.claiming`) and comes again when told. What
is known of a run stands in its row, so that another process can take over at any moment; the
one before ends with whoever began it, and no two are at the same upload (`Place.lock`).
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, false, func, select

from blogapp.extensions import db
from blogapp.importing.arriving import NoRoom, Place, place_of, sweep
from blogapp.importing.handing_on import Depot
from blogapp.importing.models import ImportedFile
from blogapp.importing.run_models import UNDER_WAY, ImportRun, RunState
from blogapp.jobs import queueing
from blogapp.jobs.queueing import enqueue
from blogapp.media.stores import StoreAway

LOST = "its upload is not on this machine any more"

# The kind of job that looks after a run; its key is the run's number.
IMPORT = "import"
# Until the next look.
SOON = timedelta(seconds=1)
# Until a bucket that was away is asked again, and until nobody believes in an upload any more
# whose machine ended while it handed it on.
_LATER = timedelta(seconds=30)
_HANDING_ON = timedelta(hours=1)
# How long an upload waits for somebody's word.
PATIENCE = timedelta(days=7)
# A process that dies at the same item as often as this is not begun again.
MOST_ATTEMPTS = 3
# Seconds that a process has to finish the item it is at.
_GRACE = 15.0
_LONGEST_ERROR = 300


@dataclass
class _Child:
    process: "subprocess.Popen[bytes]"
    told_to_stop: float | None = None


_children: dict[int, _Child] = {}


def begin(
    token: str,
    *,
    asked_kind: str,
    file_name: str,
    size: int,
    options: Mapping[str, Any],
    by_id: int,
    now: datetime,
    place: str,
    depot: Depot,
) -> ImportRun:
    """Return a run for an upload that has arrived; a preview of it is asked for.

    ``place`` is the machine on which the upload lies (`blogapp.jobs.places`), where others do
    not come to it by ``depot``: there, it is to be handed on next. The caller commits first.
    """
    run = ImportRun(
        token=token,
        by_id=by_id,
        kind=asked_kind,
        asked_kind=asked_kind,
        file_name=file_name,
        size=size,
        options=dict(options),
        created_at=now,
    )
    db.session.add(run)
    db.session.flush()
    if depot.is_shared:
        ask(run, is_preview=True, now=now, due=now + _HANDING_ON)
    else:
        ask(run, is_preview=True, now=now, place=place)
    return run


def hand_on(run: ImportRun, folder: Path, depot: Depot, *, now: datetime) -> None:
    """Let any machine begin with a run whose upload lies here; raises `StoreAway`.

    The caller commits.
    """
    if depot.is_shared:
        depot.hand_on(place_of(folder, run.token))
        ask(run, is_preview=True, now=now)


def ask(
    run: ImportRun,
    *,
    is_preview: bool,
    now: datetime,
    place: str = "",
    due: datetime | None = None,
) -> None:
    """Have a run looked through, or taken in; it waits for its turn, where it was before."""
    run.state, run.is_preview = RunState.WAITING, is_preview
    run.started_at = run.ended_at = None
    run.total = run.done = run.attempts = 0
    run.counts, run.summary, run.error = {}, {}, ""
    run.is_stopping = False
    enqueue(IMPORT, str(run.id), now=now, place=place, due=due)


def resume(run: ImportRun, *, now: datetime) -> None:
    """Go on with a run that failed; what it did stays done."""
    run.state, run.ended_at, run.error = RunState.WAITING, None, ""
    run.attempts, run.is_stopping = 0, False
    enqueue(IMPORT, str(run.id), now=now)


def stop(run: ImportRun, *, now: datetime) -> None:
    """Have a run end; what it has taken in stays."""
    run.is_stopping = True
    enqueue(IMPORT, str(run.id), now=now)


def forget(run: ImportRun, folder: Path, depot: Depot) -> None:
    """Drop a run that is over, with its reports. Raises `StoreAway`."""
    depot.remove(place_of(folder, run.token))
    db.session.delete(run)


def withdraw(run: ImportRun) -> None:
    """Take back a run whose upload could not be handed on. The caller commits."""
    queueing.withdraw(IMPORT, str(run.id))
    db.session.delete(run)


def list_runs(*, limit: int = 50) -> list[ImportRun]:
    """Return the runs there are, newest first."""
    query = select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def taken_in_by(run: ImportRun) -> Select[Any]:
    """Return a query for the ids of the posts that a run made or changed."""
    query = select(ImportedFile.post_id).where(ImportedFile.post_id.is_not(None))
    if run.is_preview or not run.started_at:
        return query.where(false())
    query = query.where(ImportedFile.imported_at >= run.started_at)
    return query.where(ImportedFile.imported_at <= run.ended_at) if run.ended_at else query


def look_after(
    run_id: int, folder: Path, environment: Mapping[str, str], depot: Depot, *, now: datetime
) -> timedelta | None:
    """Bring a run one step on; return when to look again, None when there is nothing to do.

    Commits. ``environment`` is what its process needs to open the blog, ``depot`` where its
    upload is had from.
    """
    run = db.session.get(ImportRun, run_id, populate_existing=True)
    child = _children.get(run_id)
    if run is None:
        _end(run_id, child)
        return None
    place = place_of(folder, run.token)
    if run.state in {RunState.PREVIEWED, RunState.FAILED}:
        return _wait_for_word(run, place, depot, now)
    if run.state not in UNDER_WAY:
        return None
    if child:
        again = _follow(run, place, child, depot, now)
    elif run.is_stopping:
        again = _close(run, place, RunState.CANCELLED, depot, now)
    else:
        again = _start(run, place, environment, depot, now)
    db.session.commit()
    return again


def is_under_way(run_id: int) -> bool:
    """Return whether its process is one of this process."""
    return run_id in _children


def tidy(folder: Path) -> None:
    """Drop what uploads left behind that broke off."""
    sweep(folder, set(db.session.scalars(select(ImportRun.token))))


def _start(
    run: ImportRun, place: Place, environment: Mapping[str, str], depot: Depot, now: datetime
) -> timedelta | None:
    if _is_preceded(run):
        return SOON
    try:
        if not depot.fetch(place):
            return _fail(run, LOST, now)
    except StoreAway as error:
        run.error = str(error)[:_LONGEST_ERROR]
        return _LATER
    except (NoRoom, OSError) as error:
        return _fail(run, f"its upload has no room on this machine ({error})", now)
    if run.attempts >= MOST_ATTEMPTS:
        return _fail(run, f"{run.error}, {run.attempts} times at the same place", now)
    if depot.is_shared:
        # Nobody uploads to a machine that only works: what is left of others goes now.
        tidy(place.folder.parent)
    run.attempts += 1
    run.state, run.started_at = RunState.RUNNING, run.started_at or now
    place.progress.unlink(missing_ok=True)
    # The process reads the row: it has to be there.
    db.session.commit()
    try:
        _children[run.id] = _Child(_spawn(run.id, environment))
    except OSError as error:
        return _fail(run, f"no process could be started ({error.strerror})", now)
    return SOON


def _is_preceded(run: ImportRun) -> bool:
    """Whether another run goes first: they are done one after the other."""
    query = select(func.count()).select_from(ImportRun)
    others = query.where(ImportRun.state.in_(UNDER_WAY), ImportRun.id != run.id)
    is_first = (ImportRun.state == RunState.RUNNING) | (ImportRun.id < run.id)
    if run.state == RunState.RUNNING:  # it was going on when its server ended
        is_first = (ImportRun.state == RunState.RUNNING) & (ImportRun.id < run.id)
    return bool(db.session.scalar(others.where(is_first)))


def _spawn(run_id: int, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    # -P: a file beside the blog must not stand in for a module.
    command = [sys.executable, "-P", "-m", "blogapp.cli.import_running", str(run_id)]
    return subprocess.Popen(
        command,
        # It ends when this pipe does.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=dict(environment),
        cwd="/",
    )


def _follow(
    run: ImportRun, place: Place, child: _Child, depot: Depot, now: datetime
) -> timedelta | None:
    status = child.process.poll()
    said = _read(place.progress)
    _take_over(run, said)
    if status is None:
        if run.is_stopping:
            _tell_to_stop(child)
        return SOON
    _end(run.id, child)
    match said.get("ended"):
        case "done":
            run.summary, run.error = said.get("summary", {}), ""
            if not run.is_preview:
                return _close(run, place, RunState.DONE, depot, now)
            run.state, run.ended_at = RunState.PREVIEWED, now
            depot.hand_back(place)
            return PATIENCE
        case "failed":
            run.summary = said.get("summary", {})
            depot.hand_back(place)
            return _fail(run, str(said.get("error", "")), now)
    if run.is_stopping:
        run.summary = said.get("summary", {})
        return _close(run, place, RunState.CANCELLED, depot, now)
    # Killed, or told to stop by somebody else: it is begun again where it was.
    run.state, run.error = RunState.WAITING, _cause(status)
    return SOON


def _cause(status: int) -> str:
    if status == -signal.SIGKILL:
        return "its process was killed, perhaps for want of memory"
    how = f"signal {-status}" if status < 0 else f"status {status}; the server’s log says more"
    return f"its process ended by {how}"


def _take_over(run: ImportRun, said: Mapping[str, Any]) -> None:
    if said.get("kind"):
        run.kind = said["kind"]
    run.total = said.get("total") or run.total
    # A second attempt goes through what is done already, which shows nothing new.
    if said.get("done", 0) > run.done:
        run.done, run.attempts = said["done"], 1
    if said.get("done", 0) >= run.done:
        run.counts = dict(said.get("counts", run.counts))


def _tell_to_stop(child: _Child) -> None:
    if child.told_to_stop is None:
        child.told_to_stop = time.monotonic()
        child.process.terminate()
    elif time.monotonic() - child.told_to_stop > _GRACE:
        child.process.kill()


def _wait_for_word(run: ImportRun, place: Place, depot: Depot, now: datetime) -> timedelta | None:
    waited = now - (run.ended_at or run.created_at)
    if waited < PATIENCE:
        return PATIENCE - waited
    _close(run, place, RunState.EXPIRED, depot, now)
    db.session.commit()
    return None


def _fail(run: ImportRun, why: str, now: datetime) -> timedelta:
    run.state, run.ended_at, run.error = RunState.FAILED, now, why
    return PATIENCE


def _close(
    run: ImportRun, place: Place, state: RunState, depot: Depot, now: datetime
) -> timedelta | None:
    """End a run for good; only its report stays. Nobody has to look again."""
    run.state, run.ended_at = state, now
    depot.tidy(place)
    depot.hand_back(place)
    return None


def _end(run_id: int, child: _Child | None) -> None:
    _children.pop(run_id, None)
    if child:
        with suppress(OSError):
            if child.process.stdin:
                child.process.stdin.close()
        with suppress(ProcessLookupError):
            child.process.kill()
        child.process.wait()


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
