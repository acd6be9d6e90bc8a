"""Where jobs are done: in threads of one of the processes that serve pages, or in one apart."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask, current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from blogapp.extensions import db, sharing
from blogapp.jobs.places import place_of
from blogapp.jobs.running import Handler
from blogapp.jobs.waking import ASKED, CHANNEL
from blogapp.jobs.working import PAUSE_WOKEN, Lane, Runner
from blogapp.sharing.asking import Shared
from blogapp.sharing.listening import Listener
from blogapp.web.clock import now

# Who does the jobs: a process that serves pages, or none of those.
EMBEDDED, APART = "embedded", "apart"
# Seconds that what is under way has when a process that serves pages ends. Its requests had
# theirs before, and gunicorn waits for thirty in all.
GRACE = 10.0
# Seconds until a disk that takes no lock is asked again.
_PATIENCE = 2.0

# Something that goes on for as long as jobs are done in this process; it ends at the event.
Companion = Callable[[threading.Event], None]

_log = logging.getLogger(__name__)


class Work:
    """What this process has to do with jobs: ``app.extensions["jobs"]``."""

    def __init__(self, app: Flask, handlers: Callable[[], Mapping[str, Handler]]) -> None:
        self.app, self.handlers = app, handlers
        self.lanes: Callable[[int], Sequence[Lane]] = lambda _threads: []
        # The process that was started in: a fork takes no thread along.
        self.process = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.runner: Runner | None = None
        self.companions: list[Companion] = []

    def start(self) -> None:
        """Have jobs done by this process or by another of this machine, if they are embedded."""
        if self.process == os.getpid() or self.app.config["JOBS"] != EMBEDDED:
            return
        with self.lock:
            if self.process == os.getpid():
                return
            self.process = os.getpid()
        self.stopping = threading.Event()
        threading.Thread(target=self._take_turns, name="jobs", daemon=True).start()

    def run(
        self, *, threads: int = 1, kinds: Collection[str] = (), is_embedded: bool = False
    ) -> None:
        """Do jobs in this process until `stop`, of all ``kinds`` if none are named."""
        handlers = {kind: do for kind, do in self.handlers().items() if not kinds or kind in kinds}
        lanes = [
            Lane(lane.kinds & handlers.keys(), lane.most)
            for lane in self.lanes(threads)
            if lane.kinds & handlers.keys()
        ]
        with self.app.app_context():
            self.runner = Runner(
                handlers,
                lanes,
                within=self.app.app_context,
                clock=now,
                place=place(self.app),
                kinds=kinds,
                is_embedded=is_embedded,
            )
            ears = self._ears()
        if ears:
            self.runner.pause = PAUSE_WOKEN
        for go_on in (*ears, *self.companions):
            threading.Thread(target=go_on, args=[self.runner.stopping], daemon=True).start()
        if self.stopping.is_set():
            self.runner.stopping.set()
        self.runner.run()

    def stop(self, grace: float = GRACE) -> bool:
        """Take no more jobs, wait for those under way, leave the rest to other processes.

        Return whether all of it was done.
        """
        self.stopping.set()
        return self.runner.stop(grace) if self.runner else True

    def holds(self, seconds: float) -> bool:
        """Wait, as a job that goes on for long; return whether it may go on, and has to hold on.

        False where nobody is there to go on: one look at a time is what there is, then.
        """
        runner = self.runner
        return runner is not None and not runner.stopping.wait(seconds)

    def wake(self) -> None:
        """Let work begin that was just asked for, here or elsewhere."""
        if self.runner:
            self.runner.hurry.set()
        sharing.shared.publish(CHANNEL)

    def _take_turns(self) -> None:
        """Do jobs as soon as no other process of this machine does."""
        while not self.stopping.is_set():
            try:
                with _turn(Path(self.app.instance_path)):
                    self.run(is_embedded=True)
            except Exception:
                _log.exception("the work in the background stopped for a while")
            self.stopping.wait(_PATIENCE)

    def _ears(self) -> Sequence[Companion]:
        """Return what hears of work that other processes ask for, as fast as it is committed."""
        runner, engine = self.runner, db.engine
        if runner is None:
            return []
        ears: list[Companion] = []
        redis = sharing.shared
        if redis.is_set:
            ears.append(lambda stop: _listen(redis, runner.hurry.set, stop))
        if engine.dialect.name == "postgresql":
            from blogapp.jobs.listening import listen

            ears.append(lambda stop: listen(engine, runner.hurry.set, stop))
        return ears


def place(app: Flask) -> str:
    """Return the name of this machine's instance folder, nothing where it takes none."""
    with suppress(OSError):
        return place_of(Path(app.instance_path))
    return ""


def _listen(redis: Shared, on_word: Callable[[], None], stop: threading.Event) -> None:
    with Listener(redis, CHANNEL) as bell:
        while not stop.is_set():
            if bell.wait(_PATIENCE):
                on_word()


@contextmanager
def _turn(instance: Path) -> Iterator[None]:
    """Wait until no other process has the turn; it ends with this one, however that ends."""
    with (instance / "jobs.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    # A savepoint's end tells nothing yet.
    if session.in_nested_transaction() or not session.info.pop(ASKED, False):
        return
    if has_app_context() and (work := current_app.extensions.get("jobs")):
        work.wake()


@event.listens_for(Session, "after_rollback")
def _take_back(session: Session) -> None:
    session.info.pop(ASKED, None)
