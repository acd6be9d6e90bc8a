"""A PostgreSQL database, copied at one moment, and put in the place of another.

Neither way needs the server's own tools, which are seldom where the blog is and refuse a server
that is newer. The copy is one transaction that sees one moment; the text form of COPY is the
same in all versions. What comes back is made beside the tables in use, in a schema of its own,
and takes their place at the end of the one transaction in which that happens: until then readers
read the old ones, and afterwards nothing is left of it if it was cut short.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import sleep
from typing import Any, cast

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from blogapp.backups.archiving import Writer
from blogapp.backups.errors import CannotRead, Damaged, DoesNotFit
from blogapp.backups.manifest import FORGOTTEN, Manifest, Table
from blogapp.backups.sqlite import demand_tables
from blogapp.extensions import Base
from blogapp.migrations import alembic_config, current_revision, latest_revision
from blogapp.migrations.triggers import make_triggers
from blogapp.posts.search.indexing import fill

STAGING = "blog_restoring"
# Numbers no other lock of the blog has.
LOCK = 0x626C6F68
# How often the tables in use are asked for, a second each and a second apart.
TURNS = 15
_PATIENT = ("statement_timeout = 0", "idle_in_transaction_session_timeout = 0")
# What no model is made of.
_OTHERS = {"alembic_version", "search_posts", "search_vocabulary"}
# The triggers write these.
_MADE_ANEW = (*FORGOTTEN, "noted_posts")
_TABLES_OF = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = :schema AND c.relkind = 'r' ORDER BY 1"
)
_TABLES = _TABLES_OF.replace(":schema", "current_schema()")
_FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p "
    "JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = current_schema()"
)
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:name) "
    "AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)


class Snapshot:
    """The database at one moment, for as long as its transaction lasts."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        # psycopg begins with the first statement.
        for setting in (*_PATIENT, "datestyle = ISO", "extra_float_digits = 3"):
            connection.execute(text(f"SET LOCAL {setting}"))
        step = current_revision(connection)
        if step is None:
            raise CannotRead("the database is empty: blogapp init makes one")
        self.step = step
        self.bytes: int = connection.scalar(text("SELECT pg_database_size(current_database())"))

    def describe(self) -> dict[str, Table]:
        """Return the blog's tables."""
        names = self.connection.scalars(text(_TABLES)).all()
        if self.step == latest_revision():
            # In one schema with somebody else's.
            names = [n for n in names if n in _OTHERS or n in Base.metadata.tables]
        return {name: self._describe(name) for name in names}

    def write(self, writer: Writer, tables: Mapping[str, Table]) -> None:
        """Write the rows of the tables into an archive."""
        for name, table in tables.items():
            if table.rows:
                with writer.parts(f"database/{name}") as parts:
                    for block in self.rows(name, table):
                        parts.write(block)

    def list_media(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the media table."""
        query = text('SELECT * FROM media ORDER BY key COLLATE "C"')
        for row in self.connection.execution_options(stream_results=True).execute(query):
            yield dict(row._mapping)

    def _describe(self, name: str) -> Table:
        columns = tuple(self.connection.scalars(text(_COLUMNS), {"name": _named(name)}))
        if name in _MADE_ANEW:
            return Table(0, columns)
        counted = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
        [rows] = _cursor(self.connection).execute(counted).fetchone() or [0]
        sequences = {}
        for column in columns:
            if (found := _next_number(self.connection, name, column)) is not None:
                sequences[column] = found
        return Table(rows, columns, sequences)

    def rows(self, name: str, table: Table) -> Iterator[bytes]:
        """Yield the rows of a table, as COPY writes and reads them."""
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
        )
        with _cursor(self.connection).copy(statement) as rows:
            for block in rows:
                yield bytes(block)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """Give the database as it is now."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield Snapshot(connection)


def is_empty(engine: Engine) -> bool:
    """Return whether there is nothing of anybody in the database."""
    with engine.connect() as connection:
        there = set(connection.scalars(text(_TABLES)))
        asked = [f"SELECT FROM {table}" for table in ("posts", "authors", "media")]  # nosec B608
        mine = [ask for ask in asked if ask.rpartition(" ")[2] in there]
        return not any(connection.scalar(text(f"SELECT EXISTS ({ask})")) for ask in mine)


class Staging:
    """Tables beside those in use. They take their place with `switch`, or are never there."""

    def __init__(self, connection: Connection, manifest: Manifest) -> None:
        self.connection, self.manifest = connection, manifest
        self.home: str = connection.scalar(text("SELECT current_schema()"))
        for setting in _PATIENT:
            self._run(f"SET LOCAL {setting}")
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
            raise DoesNotFit("another process restores a backup at this moment")
        _demand_known(connection)
        self._run(f"CREATE SCHEMA {STAGING}")
        self._run(f"SET LOCAL search_path TO {STAGING}")
        self.config = alembic_config()
        self.config.attributes["connection"] = connection
        command.upgrade(self.config, manifest.step)
        self.tables = self._demand_tables()
        # Rows come in any order, and indexes are made faster of all of them.
        self.later = [*self._take_away()]
        for name in self.tables:
            self._run(f"DELETE FROM {_named(name)}")  # nosec B608

    def take(self, name: str, blocks: Iterable[bytes]) -> None:
        """Take in rows of a table. Raises `Damaged` when they are none."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.manifest.tables[name].columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), columns)
        try:
            with _cursor(self.connection).copy(statement) as rows:
                for block in blocks:
                    rows.write(block)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            raise Damaged(f"rows of {name} are none ({_line(error)})") from error

    def finish(self) -> None:
        """Bring the tables to this version, once all rows are there."""
        try:
            for statement in self.later:
                self._run(statement)
        except DBAPIError as error:
            raise Damaged(f"its rows do not fit together ({_line(error.orig)})") from error
        if current_revision(self.connection) != self.manifest.step:
            raise Damaged("its database is of another step than its manifest")
        for name in self.tables & {*_MADE_ANEW}:
            self._run(f"DELETE FROM {name}")  # nosec B608
        for name, table in self.manifest.tables.items():
            for column, number in table.sequences.items():
                self._set_number(name, column, number)
        command.upgrade(self.config, "head")
        demand_tables(self.connection)
        # With a token that no page was ever kept under.
        make_triggers(self.connection)
        fill(self.connection)
        self._run("ANALYZE")

    def switch(self) -> None:
        """Put the tables in the place of those in use; the transaction's end shows them."""
        home, names = _named(self.home), self.connection.scalars(text(_TABLES)).all()
        moving = list(self.connection.scalars(text(_FUNCTIONS)))
        self._lock(names)
        try:
            gone = ", ".join(f"{home}.{_named(name)}" for name in names)
            self._run(f"DROP TABLE IF EXISTS {gone}")
            for name in moving:
                self._run(f"DROP FUNCTION IF EXISTS {home}.{name}")
                self._run(f"ALTER FUNCTION {name} SET SCHEMA {home}")
            for name in names:
                self._run(f"ALTER TABLE {_named(name)} SET SCHEMA {home}")
            self._run(f"DROP SCHEMA {STAGING}")
        except DBAPIError as error:
            reason = _line(error.orig)
            raise DoesNotFit(f"the tables in use cannot be replaced ({reason})") from error

    def _lock(self, names: Sequence[str]) -> None:
        """Lock the tables in use, in short turns: readers wait behind whoever waits for a lock."""
        there = set(self.connection.scalars(text(_TABLES_OF), {"schema": self.home}))
        locked = ", ".join(f"{_named(self.home)}.{_named(n)}" for n in names if n in there)
        self._run("SET LOCAL lock_timeout = '1s'")
        for _turn in range(TURNS if locked else 0):
            try:
                with self.connection.begin_nested():
                    self._run(f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE")
            except DBAPIError:
                sleep(1)
            else:
                return
        if locked:
            raise DoesNotFit("another process keeps a transaction open in the database: try again")

    def _demand_tables(self) -> set[str]:
        there = {
            name: tuple(self.connection.scalars(text(_COLUMNS), {"name": _named(name)}))
            for name in self.connection.scalars(text(_TABLES))
        }
        for name, columns in there.items():
            found = self.manifest.tables.get(name)
            if found is None or sorted(found.columns) != sorted(columns):
                raise DoesNotFit(f"its table {name} is not that of a blog")
        return there.keys() & self.manifest.tables.keys()

    def _take_away(self) -> Iterator[str]:
        """Drop indexes, then what rows refer to; yield what makes them again, indexes first."""
        asked = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY 1"
        )
        for name, made_by in self.connection.execute(text(asked)).all():
            self._run(f"DROP INDEX {_named(name)}")
            yield made_by
        asked = (
            "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k "
            "JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = current_schema() AND k.contype = 'f' ORDER BY 1, 2"
        )
        for table, name, made_by in self.connection.execute(text(asked)).all():
            self._run(f"ALTER TABLE {_named(table)} DROP CONSTRAINT {_named(name)}")
            yield f"ALTER TABLE {_named(table)} ADD CONSTRAINT {_named(name)} {made_by}"

    def _set_number(self, table: str, column: str, number: int) -> None:
        values = {"table": _named(table), "column": column, "number": max(1, number)}
        if table in self.tables:
            self.connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, :column), :number, false)"),
                values,
            )

    def _run(self, statement: str) -> None:
        self.connection.exec_driver_sql(statement.replace("%", "%%"))


@contextmanager
def staging(engine: Engine, manifest: Manifest) -> Iterator[Staging]:
    """Give tables as they were at the archive's step, empty; all of it is one transaction."""
    with engine.connect() as connection, connection.begin():
        yield Staging(connection, manifest)


def _demand_known(connection: Connection) -> None:
    """Refuse a database of a newer version: which of its tables are the blog's is not known."""
    there = current_revision(connection)
    steps = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    if there is not None and there not in {step.revision for step in steps}:
        raise DoesNotFit(
            f"the database here (step {there}) is of a newer version of this software: make an "
            "empty one, name it in BLOG_DATABASE_URL and restore into that"
        )


def _next_number(connection: Connection, table: str, column: str) -> int | None:
    asked = text("SELECT pg_get_serial_sequence(:table, :column)")
    found = connection.scalar(asked, {"table": _named(table), "column": column})
    if found is None:
        return None
    row = connection.execute(text(f"SELECT last_value, is_called FROM {found}")).one()  # nosec B608
    return int(row.last_value) + bool(row.is_called)


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    return cast(psycopg.Cursor[Any], connection.connection.cursor())


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
