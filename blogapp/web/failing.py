"""What a machine does to the blog: a database that is away, a disk that is full or read only.

What broke is told from the error itself, by the numbers that SQLite, PostgreSQL and the system
give their errors. What is none of it stays what it is: a bug.
"""

import errno
import sqlite3

from flask import current_app, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response as Answer

from blogapp.extensions import db
from blogapp.media.stores import StoreAway

# Seconds after which it is worth trying again.
AGAIN, SOON = 5, 1


class CannotStore(ServiceUnavailable):
    """Something could not be written or read, through no fault of who asked."""

    words: tuple[LazyString, LazyString] = (
        _("The blog cannot reach its database"),
        _("This ends by itself as soon as the database is back. Try again in a moment."),
    )

    # Whether the database can be read all the same.
    is_readable = False

    def __init__(self, retry_after: int = AGAIN) -> None:
        super().__init__(retry_after=retry_after)

    @property
    def said(self) -> dict[str, str]:
        """The header that says when to come again."""
        return {"Retry-After": str(self.retry_after)}

    @property
    def told(self) -> str:
        """What people are told, in one line."""
        title, text = self.words
        return f"{title}. {text}"


class NoRoom(CannotStore):
    """No room is left (RFC 4918, 11.5)."""

    code = 507
    is_readable = True
    words = (
        _("The blog's disk is full"),
        _("Everything can be read, but nothing can be saved until somebody makes room on it."),
    )


class ReadOnly(CannotStore):
    is_readable = True
    words = (
        _("The blog can only be read just now"),
        _("What it is stored on takes no changes at the moment. Try again later."),
    )


class Busy(CannotStore):
    words = (
        _("Somebody else is writing"),
        _("Something took longer than it may, or came in between. Try again in a moment."),
    )


class Damaged(CannotStore):
    words = (
        _("The blog cannot read its database"),
        _("Whoever runs it finds in its log what is wrong. Try again later."),
    )


class StoreGone(CannotStore):
    is_readable = True
    words = (
        _("The store of files does not answer"),
        _("Pages are shown, files come later. Nothing was kept or changed; try again in a moment."),
    )


# What a connection may be left with after the cause is gone.
_BINDING = (ReadOnly, Damaged)

# By the first byte of https://www.sqlite.org/rescode.html.
_SQLITE: dict[int, type[CannotStore]] = {
    sqlite3.SQLITE_FULL: NoRoom,
    sqlite3.SQLITE_READONLY: ReadOnly,
    sqlite3.SQLITE_PERM: ReadOnly,
    sqlite3.SQLITE_BUSY: Busy,
    sqlite3.SQLITE_LOCKED: Busy,
    sqlite3.SQLITE_PROTOCOL: Busy,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
    sqlite3.SQLITE_IOERR: CannotStore,
    sqlite3.SQLITE_CANTOPEN: CannotStore,
}
# By SQLSTATE (PostgreSQL, appendix A), whole or its class of two characters.
_POSTGRES: dict[str, type[CannotStore]] = {
    "53100": NoRoom,
    "25006": ReadOnly,
    "40": Busy,  # serialization failures, deadlocks
    "55P03": Busy,  # a lock that was not to be had
    "57014": Busy,  # a statement that took too long
    "08": CannotStore,
    "53": CannotStore,
    "57": CannotStore,
    "58": CannotStore,
    "3D000": CannotStore,
    "28": CannotStore,  # as while it is being set up anew
    "42P01": Damaged,  # no such table: another database, or none yet
    "XX001": Damaged,
    "XX002": Damaged,
}
_SYSTEM: dict[int, type[CannotStore]] = {
    errno.ENOSPC: NoRoom,
    errno.EDQUOT: NoRoom,
    errno.EFBIG: NoRoom,  # the limit of one file's size
    errno.EROFS: ReadOnly,
    errno.EACCES: ReadOnly,
    errno.EPERM: ReadOnly,
    errno.EIO: CannotStore,
    errno.EMFILE: CannotStore,
    errno.ENFILE: CannotStore,
    errno.ESTALE: CannotStore,
}


def answer(error: Exception) -> Answer:
    """Answer what the machine failed at by a page that says so; raises what is a bug of ours."""
    failure = failure_of(error)
    if failure is None:
        raise error
    write_down(failure, error)
    return current_app.make_response(current_app.handle_http_exception(failure))


def failure_of(error: BaseException) -> CannotStore | None:
    """Return what the machine failed at, if that is what ``error`` says; else None."""
    if isinstance(error, (NoConnectionFree, PendingRollbackError, InterfaceError)):
        return CannotStore()
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, StoreAway):
        return StoreGone()
    if isinstance(error, OSError) and not isinstance(error, HTTPException):
        return _made(_SYSTEM.get(error.errno or 0, _of_network(error)))
    return None


def write_down(failure: CannotStore, error: Exception) -> None:
    """Say in the log what the machine failed at; what may be bound to it is opened anew."""
    current_app.logger.warning("%s: %s", type(failure).__name__, _told(error))
    if isinstance(error, DBAPIError) and isinstance(failure, _BINDING):
        # SQLite opens for reading what it may not write, and a process stays with that as long
        # as one of its connections is open.
        db.session.remove()
        db.engine.dispose()
        current_app.extensions["watch"].close()


def speaks_json() -> bool:
    """Whether a script asks, which wants to be told in its own words."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _of_database(error: DBAPIError) -> CannotStore | None:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _made(_of_sqlite(cause))
    state = getattr(cause, "sqlstate", None)
    if state:
        return _made(_POSTGRES.get(state) or _POSTGRES.get(state[:2]))
    is_lost = isinstance(error, OperationalError) or error.connection_invalidated
    return CannotStore() if is_lost else None


def _of_sqlite(cause: sqlite3.Error) -> type[CannotStore] | None:
    if str(cause).startswith("no such table"):
        return Damaged
    code = getattr(cause, "sqlite_errorcode", 0)
    # What opens a file says why only in its second byte, and a full disk not even there.
    return _SQLITE.get(code & 0xFF)


def _of_network(error: OSError) -> type[CannotStore] | None:
    return CannotStore if isinstance(error, (ConnectionError, TimeoutError)) else None


def _made(kind: type[CannotStore] | None) -> CannotStore | None:
    if kind is None:
        return None
    return kind(SOON if kind is Busy else AGAIN)


def _told(error: Exception) -> str:
    """What is wrong, without the statement and its values: they may be somebody's text."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {cause}"
