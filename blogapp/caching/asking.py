"""Asking each database what its version is, on a connection of its own."""

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

# So many moments to come are read at once.
MOST_MOMENTS = 64
TOKENS = "SELECT id, page_token FROM content_version ORDER BY id"
MOMENTS = (
    "SELECT DISTINCT published_at FROM posts WHERE published_at > {moment} "
    f"ORDER BY published_at LIMIT {MOST_MOMENTS}"  # nosec B608
)

Tokens = tuple[tuple[int, int], ...]

# A file that is no database, or whose moments are none, gives no answer either.
_BROKEN = (sqlite3.Error, OSError, ValueError)


class Unanswered(Exception):
    """The database gave no answer; says why."""


class Asker(Protocol):
    """What a `Watch` asks. No two threads call it at once, `give_up` aside."""

    # Whether the answer may be long in coming, as over a network.
    is_far: bool

    def tokens(self) -> Tokens:
        """Return the present tokens, all of them together being the version."""

    def moments(self, since: datetime) -> list[datetime]:
        """Return the next moments after ``since`` at which posts become public."""

    def is_there(self) -> bool:
        """Return whether anything answers where the database is."""

    def give_up(self) -> None:
        """Let a question that waits for its answer fail at once."""

    def close(self) -> None:
        """Close the connection. The next question opens another."""


def asker_for(engine: Engine) -> Asker:
    """Return what asks the database that ``engine`` is for."""
    if engine.dialect.name != "sqlite":
        # Here, so that a blog on SQLite starts without it.
        from blogapp.caching.postgres import Postgres

        return Postgres(engine)
    in_memory = engine.url.database in {None, "", ":memory:"}
    return _Memory(engine) if in_memory else _File(engine)


class _File:
    """SQLite in a file: whether anybody wrote there is known without a statement."""

    is_far = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.path = str(engine.url.database)
        self.connection: sqlite3.Connection | None = None
        self.file: tuple[int, int] | None = None
        self.data_version: int | None = None
        self.known: Tokens = ()

    def tokens(self) -> Tokens:
        try:
            connection = self._connected()
            # Changes with every commit of another connection (https://sqlite.org/pragma.html).
            [data_version] = connection.execute("PRAGMA data_version").fetchone()
            if data_version != self.data_version:
                self.known = tuple(connection.execute(TOKENS).fetchall())
                self.data_version = data_version
        except _BROKEN as error:
            self.close()
            raise Unanswered(error) from error
        return self.known

    def moments(self, since: datetime) -> list[datetime]:
        asked = MOMENTS.format(moment="?")
        try:
            rows = self._connected().execute(asked, (f"{plain(since):%Y-%m-%d %H:%M:%S.%f}",))
            return [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in rows.fetchall()]
        except _BROKEN as error:
            self.close()
            raise Unanswered(error) from error

    def is_there(self) -> bool:
        return True

    def give_up(self) -> None:
        """A file answers, or its lock is waited for as long as `connect` says."""

    def close(self) -> None:
        connection, self.connection, self.data_version = self.connection, None, None
        if connection:
            connection.close()

    def _connected(self) -> sqlite3.Connection:
        found = os.stat(self.path)
        file = (found.st_dev, found.st_ino)
        if self.connection and file != self.file:
            # Another file lies there, as after a restore: pages have to be made of that one, too.
            self.close()
            self.engine.dispose()
        if not self.connection:
            self.file = file
            # Neither makes a file where there is none, nor is bound to one thread.
            self.connection = sqlite3.connect(
                f"file:{quote(self.path)}?mode=rw",
                uri=True,
                timeout=0.1,
                isolation_level=None,
                check_same_thread=False,
            )
            self.connection.execute("PRAGMA query_only=ON")
        return self.connection


class _Memory:
    """SQLite in memory, as tests have it: only the engine's own connection sees it."""

    is_far = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def tokens(self) -> Tokens:
        return tuple((id, token) for id, token in self._rows(TOKENS))

    def moments(self, since: datetime) -> list[datetime]:
        asked = MOMENTS.format(moment=f"'{plain(since):%Y-%m-%d %H:%M:%S.%f}'")
        return [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in self._rows(asked)]

    def is_there(self) -> bool:
        return True

    def give_up(self) -> None:
        """Memory answers."""

    def close(self) -> None:
        """There is no connection of its own."""

    def _rows(self, asked: str) -> list[Any]:
        try:
            with self.engine.connect() as connection:
                return list(connection.exec_driver_sql(asked))
        except SQLAlchemyError as error:
            raise Unanswered(error) from error


def plain(moment: datetime) -> datetime:
    """Return ``moment`` as databases keep it: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
