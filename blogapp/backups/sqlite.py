"""A SQLite database, copied while the blog writes to it, and put in the place of another.

Both ways go by SQLite's own online backup (https://sqlite.org/backup.html). What it writes into
the blog's file is one transaction there: processes that have it open go on with the old content
until it is committed, and notice the new one as they notice any change.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from blogapp.backups.errors import CannotRead, Damaged, DoesNotFit
from blogapp.backups.manifest import FORGOTTEN, Table
from blogapp.extensions import Base
from blogapp.migrations import migrate
from blogapp.migrations.triggers import make_triggers

# Seconds for which somebody else may write to the database.
PATIENCE = 60
# What a search index consists of, beside what SQLite itself makes for it.
_VIRTUAL = {"search_words", "search_code", "search_names"}
# Those of which the index consists are the engine's own.
_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_%' "
    "AND name NOT LIKE 'sqlite_%' ORDER BY name"
)
_SIDE_FILES = ("-wal", "-shm", "-journal")


def copy(database: Path, target: Path) -> None:
    """Copy the database as it is at one moment, and check the copy. Raises `Damaged`."""
    if not database.is_file():
        raise CannotRead(f"there is no database {database}: is BLOG_INSTANCE right?")
    with _opened(database, "ro") as source, closing(sqlite3.connect(target)) as made:
        try:
            _hurry(made)
            source.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")
            _hurry(made)
            # What is taken out shall not stand in the space that it leaves.
            made.execute("PRAGMA secure_delete=ON")
            _forget(made)
            made.commit()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise Damaged(f"the database is damaged ({error})") from error
        _demand_sound(made)


def describe(database: Path) -> tuple[str, dict[str, Table]]:
    """Return the step and the tables of a copy."""
    with _opened(database, "ro") as made:
        found = {}
        names = [name for (name,) in made.execute(_TABLES)]
        if "alembic_version" not in names:
            raise CannotRead("the database is empty: blogapp init makes one")
        for name in names:
            quoted = _quoted(name)
            columns = tuple(row[1] for row in made.execute(f"PRAGMA table_info({quoted})"))
            [rows] = made.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # nosec B608
            found[name] = Table(rows, columns)
        return _step(made), found


def list_media(database: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of the media table of a copy."""
    with _opened(database, "ro") as made:
        made.row_factory = sqlite3.Row
        for row in made.execute("SELECT * FROM media ORDER BY key"):
            yield dict(row)


def is_empty(database: Path) -> bool:
    """Return whether there is nothing of anybody in the file, or no file.

    Raises `Damaged` where that cannot be read.
    """
    if not database.exists():
        return True
    with _opened(database, "rw") as found:
        try:
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master")}
            asked = [f"SELECT 1 FROM {table}" for table in ("posts", "authors", "media")]  # nosec B608
            mine = [ask for ask in asked if ask.rpartition(" ")[2] in tables]
            return not any(found.execute(f"{ask} LIMIT 1").fetchone() for ask in mine)
        except sqlite3.DatabaseError as error:
            raise Damaged(f"the database is damaged ({error})") from error


def prepare(staged: Path, *, step: str) -> None:
    """Make of an unpacked database one of this version that may be put in place.

    Raises `Damaged` unless it is sound, `DoesNotFit` unless it has the tables of its step.
    """
    try:
        with closing(sqlite3.connect(staged)) as found:
            # It may come from anywhere: what its schema would call stays uncalled.
            found.execute("PRAGMA trusted_schema=OFF")
            _hurry(found)
            _demand_sound(found)
            if _step(found) != step:
                raise Damaged("its database is of another step than its manifest")
            _demand_known(found)
            _forget(found)
            found.commit()
        _renew(staged)
    except DBAPIError as error:
        raise DoesNotFit(f"it cannot be brought to this version ({error.orig})") from error
    except sqlite3.OperationalError as error:
        raise DoesNotFit(f"its database cannot be prepared ({error})") from error
    except sqlite3.DatabaseError as error:
        raise Damaged(f"its database cannot be read ({error})") from error


def switch(staged: Path, database: Path) -> None:
    """Put the content of ``staged`` into the blog's database, all of it or nothing."""
    deadline = monotonic() + PATIENCE

    def look_at_the_clock(status: int, _remaining: int, _total: int) -> None:
        if status != sqlite3.SQLITE_DONE and monotonic() > deadline:
            raise DoesNotFit("another process keeps writing to the database: try again")

    with _opened(staged, "rw") as source:
        try:
            with closing(sqlite3.connect(database, timeout=15)) as live:
                live.execute("PRAGMA journal_mode=WAL")
                _match_pages(source, live)
                live.execute("PRAGMA synchronous=FULL")
                source.backup(live, progress=look_at_the_clock)
                live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
    # What lies there is no database any more, so nobody has a transaction open in it.
    for suffix in _SIDE_FILES:
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(staged, database)


def _match_pages(source: sqlite3.Connection, live: sqlite3.Connection) -> None:
    """Give a copy pages of the size that a database in use cannot change."""
    [size] = live.execute("PRAGMA page_size").fetchone()
    if source.execute("PRAGMA page_size").fetchone() != (size,):
        source.execute(f"PRAGMA page_size={size}")
        source.execute("VACUUM")


def files_of(database: Path) -> list[Path]:
    """Return the files that make up a database, as they lie there."""
    names = [database.name + suffix for suffix in ("", *_SIDE_FILES)]
    return [path for name in names if (path := database.with_name(name)).exists()]


@contextmanager
def _opened(database: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(database.resolve()))}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=15)) as connection:
        yield connection


def _hurry(copy: sqlite3.Connection) -> None:
    """Wait for no disk: after a power cut this copy is nobody's."""
    copy.execute("PRAGMA journal_mode=MEMORY")
    copy.execute("PRAGMA synchronous=OFF")


def _demand_sound(database: sqlite3.Connection) -> None:
    try:
        [found] = database.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise Damaged(f"its database is damaged ({error})") from error
    if found != "ok":
        raise Damaged(f"its database is damaged ({found})")


def _step(database: sqlite3.Connection) -> str:
    [step] = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(step)


def _demand_known(database: sqlite3.Connection) -> None:
    """Take all triggers away, and let no view and no other kind of table in."""
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if kind == "trigger":
            database.execute(f"DROP TRIGGER {_quoted(name)}")
        is_virtual = kind == "table" and (sql or "").upper().startswith("CREATE VIRTUAL")
        if kind == "view" or (is_virtual and name not in _VIRTUAL):
            raise DoesNotFit(f"its database holds {name}, which is nothing of a blog")


def _forget(database: sqlite3.Connection) -> None:
    there = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    for table in FORGOTTEN:
        if table in there:
            database.execute(f"DELETE FROM {table}")  # nosec B608


def _renew(staged: Path) -> None:
    engine = create_engine(f"sqlite:///{staged}", poolclass=NullPool)
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        # The driver would commit each trigger by itself.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        demand_tables(connection)
        # With a token that no page was ever kept under.
        make_triggers(connection)
        connection.commit()
    with closing(sqlite3.connect(staged)) as made:
        made.execute("PRAGMA journal_mode=DELETE")


def demand_tables(connection: Connection) -> None:
    """Raise `DoesNotFit` unless the database has the tables and columns of this version."""
    known = inspect(connection)
    there = set(known.get_table_names())
    for name, table in Base.metadata.tables.items():
        columns = {c["name"] for c in known.get_columns(name)} if name in there else set()
        if columns != {column.name for column in table.columns}:
            raise DoesNotFit(f"its table {name} is not that of a blog")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
