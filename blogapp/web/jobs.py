"""The thread that does what no request waits for, in one process of all that serve the blog."""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import Connection, text

from blogapp.accounts.auditing import TRIM
from blogapp.accounts.directory.sessions import ASK
from blogapp.extensions import db
from blogapp.importing.running import IMPORT, look_after
from blogapp.jobs.queueing import enqueue
from blogapp.jobs.running import Handler, run_due_jobs
from blogapp.mailing.queueing import CHAT, MAIL
from blogapp.media.making import make_missing
from blogapp.media.storing import PURGE, VARIANTS
from blogapp.posts.emptying import empty_overdue
from blogapp.posts.media_keeping import purge
from blogapp.posts.publishing import EMPTY
from blogapp.web import auditing, chatting, directory, mailing
from blogapp.web.cards import forget_cards
from blogapp.web.clock import now
from blogapp.web.letting_in import LINKS, send_link

# Seconds between two looks at the table, and until another process may take over.
PAUSE = 2.0
PATIENCE = 20.0
# As much at once as leaves a stopping process little to wait for.
_BATCH = 10
_HOME = Path(__file__).parents[2]
_PLACES = {"BLOG_INSTANCE", "BLOG_DATABASE_URL", "BLOG_MEDIA_URL", "BLOG_PUBLIC_URL"}
# Names the lock in the database's own numbering, which all its users share.
_LOCK = 0x6A6F6273

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    runner = app.extensions["jobs"] = _Runner(app)
    if not app.testing:
        app.before_request(runner.start)


def handlers(app: Flask) -> Mapping[str, Handler]:
    """Return what does each kind of work there is."""
    folder: Path = app.config["MEDIA_FOLDER"]
    return {
        LINKS: lambda key: send_link(key, app),
        VARIANTS: lambda key: _done(make_missing(int(key), folder)),
        PURGE: lambda key: purge(int(key), folder),
        EMPTY: lambda _day: _empty_trash(),
        IMPORT: lambda key: _look_after_import(key, app),
        MAIL: lambda key: mailing.deliver(key, app),
        CHAT: lambda key: chatting.deliver(key, app),
        ASK: lambda key: directory.ask_whether_there(int(key)),
        TRIM: auditing.trim,
    }


def wake() -> None:
    """Let work begin that was just asked for, if this is the process that does it."""
    current_app.extensions["jobs"].hurry.set()


class _Runner:
    """One thread a process at most; of all of them, the one with the lock works."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.hurry = threading.Event()
        self.process = 0
        self.lock = threading.Lock()

    def start(self) -> None:
        """Start the thread, once in each process: a fork takes none along."""
        if self.process == os.getpid():
            return
        with self.lock:
            if self.process == os.getpid():
                return
            self.process = os.getpid()
        self.hurry = threading.Event()
        threading.Thread(target=self.run, name="jobs", daemon=True).start()

    def run(self) -> None:
        while True:
            try:
                with self.app.app_context(), _only_one(self.app) as is_chosen:
                    while is_chosen:
                        self.work()
            except Exception:
                # A database that is being restarted, a disk that is full: later it works again.
                _log.exception("the work in the background stopped for a while")
            threading.Event().wait(PATIENCE)

    def work(self) -> None:
        # A context of its own: what the session held is gone after it.
        with self.app.app_context():
            tried = run_due_jobs(handlers(self.app), now(), most=_BATCH)
        if tried < _BATCH:
            self.hurry.wait(PAUSE)
            self.hurry.clear()


@contextmanager
def _only_one(app: Flask) -> Iterator[bool]:
    """Give whether this process is the one; the lock ends with it, however it ends."""
    if db.engine.dialect.name == "sqlite":
        with (Path(app.instance_path) / "jobs.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True
        return
    with db.engine.connect() as connection:
        # No transaction stays open while the lock is held, and it goes with the connection.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        yield _is_locked(connection)


def _is_locked(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}))


def _empty_trash() -> None:
    """Delete what lay in the trash for its thirty days, batch by batch."""
    while gone := empty_overdue(now=now()):
        auditing.note("post.deleted", number=len(gone), posts=gone, after="30 days in the trash")
        db.session.commit()
        forget_cards(gone)


def _look_after_import(key: str, app: Flask) -> None:
    """Bring an import on, and come again while there is something to do."""
    folder: Path = app.config["IMPORTS_FOLDER"]
    again = look_after(int(key), folder, surroundings(app), now=now())
    if again:
        enqueue(IMPORT, key, now=now(), due=now() + again)


def surroundings(app: Flask) -> dict[str, str]:
    """Return the environment in which a command opens this very blog."""
    inherited = {name: text for name, text in os.environ.items() if not _names_a_place(name)}
    path = os.pathsep.join(filter(None, [str(_HOME), os.environ.get("PYTHONPATH", "")]))
    return inherited | {
        "PYTHONPATH": path,
        "BLOG_INSTANCE": app.instance_path,
        "BLOG_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "BLOG_MEDIA_URL": str(app.config["MEDIA_FOLDER"]),
        "BLOG_PUBLIC_URL": app.config["PUBLIC_URL"],
    }


def _names_a_place(variable: str) -> bool:
    return variable.removesuffix("_FILE") in _PLACES


def _done(_count: int) -> None:
    """What is made needs no answer."""
