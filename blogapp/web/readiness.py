"""Whether everything is there that serving takes: what `/readyz` and `/healthz` look at."""

import errno
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from blogapp.extensions import db
from blogapp.migrations import is_enough

# Seconds that an answer is good for: however many ask, engines are asked once in that time.
_FRESH = 1.0
# Bytes below which a disk is nearly full: a day's uploads and one backup's work.
NEARLY_FULL = 200_000_000

DISK = "disk"


class State(StrEnum):
    """How something is: serving goes on with all but what is broken."""

    OK = "ok"
    DEGRADED = "degraded"
    BROKEN = "broken"


class Finding(NamedTuple):
    """What a check found: a state, and a sentence for people, without addresses or secrets."""

    state: State
    words: str = ""


Check = Callable[[], Finding]


class _Known(NamedTuple):
    check: Check
    patience: float
    when_late: State


class Readiness:
    """The checks there are, by name; each has its own time limit, and all run at once."""

    def __init__(self, app: Flask, fresh: float = _FRESH) -> None:
        self._app, self._fresh = app, fresh
        self._known: dict[str, _Known] = {}
        self._found: dict[str, tuple[float, Finding]] = {}
        self._running: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def add(
        self,
        name: str,
        check: Check,
        *,
        patience: float = 1.0,
        when_late: State = State.BROKEN,
    ) -> None:
        """Have ``check`` asked, in the place of an earlier one of this name.

        It runs in a thread with the app's context, returns a `Finding`, and is ``when_late``
        after ``patience`` seconds; what it raises is broken, too.
        """
        self._known[name] = _Known(check, patience, when_late)
        self._found.pop(name, None)

    def ask(self, *names: str) -> Mapping[str, Finding]:
        """Return how everything is, or only what ``names`` name; a second old at most."""
        # Who asks meanwhile waits for the same answer.
        with self._lock:
            wanted = [name for name in self._known if not names or name in names]
            now = monotonic()
            old = [name for name in wanted if not self._is_fresh(name, now)]
            for name, finding in self._run(old).items():
                self._found[name] = (monotonic(), finding)
            return {name: self._found[name][1] for name in wanted}

    def _is_fresh(self, name: str, now: float) -> bool:
        asked = self._found.get(name)
        return asked is not None and now - asked[0] < self._fresh

    def _run(self, names: list[str]) -> dict[str, Finding]:
        found: dict[str, Finding] = {}
        begun = monotonic()
        threads = {name: self._thread(name, found) for name in names}
        for name, thread in threads.items():
            known = self._known[name]
            thread.join(max(0, begun + known.patience - monotonic()))
        # A copy: who is late may still write into the other.
        answers = dict(found)
        for name in names:
            known = self._known[name]
            late = Finding(known.when_late, f"did not answer within {known.patience:g} s")
            answers.setdefault(name, late)
        return answers

    def _thread(self, name: str, found: dict[str, Finding]) -> threading.Thread:
        """Start a check, unless the last one hangs: then that one is waited for."""
        running = self._running.get(name)
        if running and running.is_alive():
            return running
        known = self._known[name]

        def run() -> None:
            try:
                with self._app.app_context():
                    found[name] = known.check()
            except Exception as error:
                found[name] = Finding(State.BROKEN, f"could not be looked at ({_kind(error)})")

        self._running[name] = threading.Thread(target=run, name=f"ready-{name}", daemon=True)
        self._running[name].start()
        return self._running[name]


def init_app(app: Flask) -> None:
    """Keep the checks in ``app.extensions["readiness"]``: those that every blog needs, first."""
    # Tests want to see what they did.
    readiness = app.extensions["readiness"] = Readiness(app, 0 if app.testing else _FRESH)
    folder = Path(app.config["INSTANCE"])
    readiness.add("database", check_database)
    readiness.add(DISK, lambda: check_disk(folder), when_late=State.DEGRADED)


def worst(findings: Mapping[str, Finding]) -> State:
    """Return the state of the whole."""
    states = {finding.state for finding in findings.values()}
    return next((s for s in (State.BROKEN, State.DEGRADED) if s in states), State.OK)


def check_database() -> Finding:
    """Whether the database answers and has what this version reads.

    A newer schema has: an upgrade migrates while this version still serves.
    """
    try:
        if is_enough(db.engine):
            return Finding(State.OK)
    except SQLAlchemyError:
        return Finding(State.BROKEN, "does not answer")
    return Finding(State.BROKEN, "needs migrating")


def check_disk(folder: Path) -> Finding:
    """Whether the instance folder takes what is written; reading goes on without."""
    trial = folder / f".ready-{os.getpid()}-{threading.get_ident()}"
    try:
        trial.write_bytes(b"ready" * 100)
    except OSError as error:
        return Finding(State.DEGRADED, _why_not(error))
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free"
    return Finding(State.DEGRADED if free < NEARLY_FULL else State.OK, words)


def _why_not(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "is full: pages are shown, nothing can be written"
    return "cannot be written to: pages are shown, nothing can be changed"


def _kind(error: Exception) -> str:
    return type(error).__name__
