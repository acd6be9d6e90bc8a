"""The database: whether it answers, is whole, and is set up as the blog needs it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from blogapp.extensions import db
from blogapp.migrations import Standing, current_revision, standing

MEGABYTE = 1_000_000
# A log that long says that somebody keeps reading an old state.
LONG_LOG = 256 * MEGABYTE
# Of the file; a tenth and more is worth giving back.
MANY_FREE = 0.25
OLDEST_POSTGRES = 130_000

_SCHEMA = {
    Standing.NEWER: ("ok", "schema of a newer version, which serves this one as well"),
    Standing.OLDER: ("warning", "schema of an older version: the next start, or blogapp init"),
    Standing.EMPTY: ("warning", "no tables yet: blogapp init"),
    Standing.FOREIGN: ("problem", "made by a newer version: install that, or restore a copy"),
}


def is_answering() -> bool:
    """Return whether the database is there with the tables that this version reads."""
    path = _file()
    if path and not path.is_file():
        return False
    try:
        return standing(db.engine) in {Standing.CURRENT, Standing.NEWER}
    except SQLAlchemyError:
        return False


def check(app: Flask) -> Iterator[tuple[str, str]]:
    """Look at the database without changing it."""
    path = _file()
    if path and not path.is_file():
        yield "warning", f"there is no database {path} yet: blogapp init makes one"
        return
    try:
        found = standing(db.engine)
        level, said = _SCHEMA.get(found, ("ok", "schema current"))
        with db.engine.connect() as connection:
            step = current_revision(connection)
    except DBAPIError as error:
        lines = str(error.orig).strip().splitlines() or ["no answer"]
        advice = (
            "restore a copy" if _is_damage(error) else "does it run, is BLOG_DATABASE_URL right?"
        )
        yield "problem", f"database: {lines[0]}: {advice}"
        return
    name = f"SQLite {sqlite3.sqlite_version}" if path else f"PostgreSQL {_version_of_server()}"
    yield level, f"database: {name}, {said}{f' (step {step})' if level != 'ok' else ''}"
    yield from _check_sqlite(path) if path else _check_postgres()


def _file() -> Path | None:
    if db.engine.dialect.name != "sqlite":
        return None
    return Path(str(db.engine.url.database))


def _is_damage(error: DBAPIError) -> bool:
    words = ("malformed", "not a database", "corrupt")
    return any(word in str(error.orig) for word in words)


def _check_sqlite(path: Path) -> Iterator[tuple[str, str]]:
    try:
        found = _asked("PRAGMA quick_check(1)")
    except DBAPIError as error:
        found = error.orig
    if found != "ok":
        yield "problem", f"the database file is damaged ({found}): restore a copy"
    if (mode := _asked("PRAGMA journal_mode")) != "wal":
        said = f"the database writes no log beside it (journal_mode={mode})"
        yield "warning", f"{said}: is its folder on a network? Put it on a disk of this machine"
    if (sure := _asked("PRAGMA synchronous")) != 2:
        yield "warning", f"what is saved may be lost with the power (synchronous={sure})"
    pages, free = int(str(_asked("PRAGMA page_count"))), int(str(_asked("PRAGMA freelist_count")))
    size = int(str(_asked("PRAGMA page_size")))
    if free > pages * MANY_FREE and free * size > 100 * MEGABYTE:
        said = f"{free * size / MEGABYTE:,.0f} MB of the database file are empty"
        yield "warning", f"{said}: stop the blog, sqlite3 {path} VACUUM, start it"
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > LONG_LOG:
        said = f"{log.name} has grown to {log.stat().st_size / MEGABYTE:,.0f} MB"
        yield "warning", f"{said}: something reads an old state without end; restart the blog"
    others = path.stat().st_mode & 0o007
    if others:
        yield "warning", f"{path} can be read by every user of this machine: chmod o= {path}"


def _check_postgres() -> Iterator[tuple[str, str]]:
    number = int(str(_asked("SHOW server_version_num")))
    if number < OLDEST_POSTGRES:
        yield "problem", f"PostgreSQL {_version_of_server()} is too old: 13 or newer"
    if _asked("SELECT pg_is_in_recovery()"):
        yield "problem", "this server is a replica, which takes no writes: name the primary"
    elif _asked("SHOW default_transaction_read_only") == "on":
        yield "problem", "the database takes no writes: default_transaction_read_only is on"
    if _asked("SHOW synchronous_commit") == "off":
        said = "the server may lose the last moments (synchronous_commit=off)"
        yield "warning", f"{said}: what an author saved then is gone"
    if _asked("SHOW fsync") == "off":
        yield "problem", "the server trusts the power never to fail (fsync=off): turn it on"


def _version_of_server() -> str:
    return str(_asked("SHOW server_version")).split()[0]


def _asked(statement: str) -> object:
    with db.engine.connect() as connection:
        return connection.execute(text(statement)).scalar()
