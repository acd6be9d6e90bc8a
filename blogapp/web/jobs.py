"""Each kind of work that no request waits for, and what does it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from blogapp.accounts.auditing import TRIM
from blogapp.accounts.directory.sessions import ASK
from blogapp.extensions import db
from blogapp.importing.handing_on import Depot
from blogapp.importing.running import IMPORT, is_under_way, look_after
from blogapp.jobs.models import Job, JobState
from blogapp.jobs.overseeing import Trouble, drop, find_trouble
from blogapp.jobs.queueing import enqueue
from blogapp.jobs.running import Handler, NotNow
from blogapp.jobs.working import Lane
from blogapp.mailing.models import Message
from blogapp.mailing.queueing import CHAT, MAIL
from blogapp.mailing.queueing import drop as drop_message
from blogapp.media.gathering import PARTS, drop_parts
from blogapp.media.making import make_missing
from blogapp.media.storing import PURGE, VARIANTS
from blogapp.posts.emptying import empty_overdue
from blogapp.posts.media_keeping import purge
from blogapp.posts.publishing import EMPTY
from blogapp.web import auditing, chatting, directory, mailing
from blogapp.web.cards import forget_cards
from blogapp.web.clock import now
from blogapp.web.letting_in import LINKS, send_link
from blogapp.web.media_store import media_store
from blogapp.web.purging import CACHES, tell
from blogapp.web.readiness import Finding, State
from blogapp.web.working import Work

# What waits for other people's servers: each in a lane of its own, so that one that hangs holds
# up nothing but itself.
OUTSIDE = (MAIL, CHAT, ASK, CACHES)
# What takes a machine's time: pictures, and files to be deleted.
HEAVY = frozenset({VARIANTS, PURGE, PARTS})
_HOME = Path(__file__).parents[2]
_PLACES = {
    *("BLOG_INSTANCE", "BLOG_DATABASE_URL", "BLOG_PUBLIC_URL"),
    *("BLOG_MEDIA_URL", "BLOG_S3_ACCESS_KEY", "BLOG_S3_SECRET_KEY"),
}


def init_app(app: Flask) -> None:
    work = app.extensions["jobs"] = Work(app, lambda: handlers(app))
    work.lanes = lanes
    app.extensions["readiness"].add("jobs", check_work, when_late=State.DEGRADED)
    if not app.testing:
        app.before_request(work.start)


def handlers(app: Flask) -> Mapping[str, Handler]:
    """Return what does each kind of work there is."""
    store = media_store(app)
    hook = app.config["PURGE"]
    return {
        LINKS: lambda key: send_link(key, app),
        VARIANTS: lambda key: _done(make_missing(int(key), store)),
        PURGE: lambda key: purge(int(key), store),
        PARTS: lambda key: drop_parts(store, key),
        EMPTY: lambda _day: _empty_trash(),
        IMPORT: lambda key: _look_after_import(key, app, Depot(store)),
        MAIL: lambda key: mailing.deliver(key, app),
        CHAT: lambda key: chatting.deliver(key, app),
        ASK: lambda key: directory.ask_whether_there(int(key)),
        TRIM: auditing.trim,
        **({CACHES: lambda _key: tell(hook)} if hook else {}),
    }


def lanes(threads: int = 1) -> Sequence[Lane]:
    """Return what waits for what: nothing but its like, ``threads`` of which are done at once."""
    outside = [Lane(frozenset({kind}), threads) for kind in OUTSIDE]
    prompt = Lane(frozenset({LINKS, EMPTY, TRIM}), threads)
    # One after the other, by their own rule.
    return [prompt, Lane(HEAVY, threads), Lane(frozenset({IMPORT})), *outside]


def check_work() -> Finding:
    """Whether somebody does the work; pages go on without."""
    try:
        trouble = find_trouble(now())
    except SQLAlchemyError:
        return Finding(State.DEGRADED, "the database does not say")
    if trouble == Trouble.NOBODY:
        return Finding(State.DEGRADED, "work waits and nobody does it")
    if trouble == Trouble.LATE:
        return Finding(State.DEGRADED, "work has been due for more than ten minutes")
    return Finding(State.OK)


def drop_jobs(jobs: Sequence[Job]) -> int:
    """Never do these jobs, nor what they were for; return how many. The caller commits.

    Imports stay: they are cancelled where they are listed.
    """
    found = [job for job in jobs if job.kind != IMPORT and job.state != JobState.RUNNING]
    for job in found:
        if job.kind in (MAIL, CHAT) and (message := db.session.get(Message, int(job.key))):
            drop_message(message)
    return drop(found)


def wake() -> None:
    """Let work begin that was just asked for; a commit that asks does so by itself."""
    current_app.extensions["jobs"].wake()


def _empty_trash() -> None:
    """Delete what lay in the trash for its thirty days, batch by batch."""
    while gone := empty_overdue(now=now()):
        auditing.note("post.deleted", number=len(gone), posts=gone, after="30 days in the trash")
        db.session.commit()
        forget_cards(gone)


def _look_after_import(key: str, app: Flask, depot: Depot) -> None:
    """Bring an import on: as long as its process is this one's, so is the job."""
    folder: Path = app.config["IMPORTS_FOLDER"]
    while again := look_after(int(key), folder, surroundings(app), depot, now=now()):
        if not is_under_way(int(key)) or app.extensions["jobs"].runner is None:
            enqueue(IMPORT, key, now=now(), due=now() + again)
            return
        if not app.extensions["jobs"].holds(again.total_seconds()):
            raise NotNow


def surroundings(app: Flask) -> dict[str, str]:
    """Return the environment in which a command opens this very blog."""
    inherited = {name: text for name, text in os.environ.items() if not _names_a_place(name)}
    path = os.pathsep.join(filter(None, [str(_HOME), os.environ.get("PYTHONPATH", "")]))
    return inherited | {
        "PYTHONPATH": path,
        "BLOG_INSTANCE": app.instance_path,
        "BLOG_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "BLOG_MEDIA_URL": media_store(app).address,
        "BLOG_S3_ACCESS_KEY": app.config["BUCKET_KEYS"].access,
        "BLOG_S3_SECRET_KEY": app.config["BUCKET_KEYS"].secret,
        "BLOG_PUBLIC_URL": app.config["PUBLIC_URL"],
    }


def _names_a_place(variable: str) -> bool:
    return variable.removesuffix("_FILE") in _PLACES


def _done(_count: int) -> None:
    """What is made needs no answer."""
