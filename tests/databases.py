"""The databases of the tests: made once by the migrations, then emptied or filled for each."""

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from blogapp.extensions import db
from blogapp.migrations import latest_revision, migrate


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory, worker_id):
    """This worker's migrated database: its address on the server, or a file to copy."""
    server = os.environ.get("BLOG_TEST_DATABASE_URL")
    if not server:
        path = tmp_path_factory.mktemp("database") / "migrated.sqlite"
        migrate_database(f"sqlite:///{path}")
        yield path
        return

    with _database_on(server, f"blog_test_{worker_id}") as url:
        migrate_database(url)
        # Tests end connections, this one too.
        engine = create_engine(url, pool_pre_ping=True)
        yield engine
        engine.dispose()


@pytest.fixture
def database_url(migrated_database, tmp_path):
    """The address of a fresh database, migrated and empty."""
    if isinstance(migrated_database, Path):
        copy = tmp_path / "blog.sqlite"
        shutil.copyfile(migrated_database, copy)
        yield f"sqlite:///{copy}"
    else:
        yield migrated_database.url.render_as_string(hide_password=False)
        _empty(migrated_database)


@pytest.fixture
def blank_database_url(tmp_path, worker_id, close_connections):
    """The address of a database without tables, for what makes and changes them."""
    if server := os.environ.get("BLOG_TEST_DATABASE_URL"):
        with _database_on(server, f"blog_blank_{worker_id}") as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'blank.sqlite'}"


@contextmanager
def _database_on(server, name):
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def migrate_database(url):
    engine = create_engine(url, poolclass=NullPool)
    migrate(engine)
    engine.dispose()


# Bytes: what is deleted from a table stays in its file, through which every look has to go.
SMALL = 400_000
SEQUENCES = text(
    "SELECT d.refobjid::regclass::text, d.objid::regclass::text FROM pg_depend d"
    " JOIN pg_class c ON c.oid = d.objid WHERE c.relkind = 'S' AND d.refobjsubid > 0"
)
BEGIN_ANEW = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


def _empty(engine):
    # Most tests write a few rows into a few tables: deleting those takes a tenth of truncating,
    # which makes new files for each table and each of its indexes.
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        full = _tables_with_rows(connection)
        # Some tests have it be of another version.
        change = text("UPDATE alembic_version SET version_num = :is WHERE version_num <> :is")
        connection.execute(change, {"is": latest_revision()})
        # Also of what a test has taken out again itself.
        connection.execute(BEGIN_ANEW)
        if not full:
            return
        if large := [name for name, size in full.items() if size > SMALL]:
            connection.execute(text(f"TRUNCATE {', '.join(large)} CASCADE"))
        # In any order, and without what triggers would write.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in full))


def _tables_with_rows(connection):
    """Return the size of each, in bytes."""
    models = (table.name for table in db.metadata.sorted_tables)
    names = [*models, "search_posts", "search_vocabulary"]
    asked = " UNION ALL ".join(
        f"SELECT '{name}', pg_relation_size('{name}') WHERE EXISTS (SELECT FROM {name})"
        for name in names
    )
    return dict(connection.execute(text(asked)).all())


class Kept:
    """What a database holds at a moment, to be put back as often as one likes."""

    def __init__(self, engine):
        self._is_sqlite = engine.dialect.name == "sqlite"
        if self._is_sqlite:
            with closing(engine.raw_connection()) as connection:
                self._copy = sqlite3.connect(":memory:", check_same_thread=False)
                connection.driver_connection.backup(self._copy)
            return
        with engine.connect() as connection:
            self._tables = {
                name: _copied_out(connection, name) for name in _tables_with_rows(connection)
            }
            sequences = connection.execute(SEQUENCES).all()
            self._numbers = {
                sequence: tuple(connection.exec_driver_sql(NUMBER % sequence).one())
                for table, sequence in sequences
                if table in self._tables
            }

    def put_back(self, engine, *, is_empty=False):
        """Make the database what it was; ``is_empty`` says that it has no rows now."""
        if self._is_sqlite:
            with closing(engine.raw_connection()) as connection:
                self._copy.backup(connection.driver_connection)
            return
        if not is_empty:
            _empty(engine)
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            cursor = connection.connection.driver_connection.cursor()
            for name, rows in self._tables.items():
                with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                    copy.write(rows)
            numbers = [f"setval('{name}', {n}, {was})" for name, (n, was) in self._numbers.items()]
            if numbers:
                connection.exec_driver_sql(f"SELECT {', '.join(numbers)}")

    def differences(self, engine):
        """Return the names of tables whose rows are others now."""
        if self._is_sqlite:
            with closing(engine.raw_connection()) as connection:
                now = connection.driver_connection
                return {
                    name
                    for name in db.metadata.tables
                    if _rows_of(now, name) != _rows_of(self._copy, name)
                }
        now = Kept(engine)._tables
        return {
            name
            for name in now.keys() | self._tables.keys()
            if sorted(now.get(name, b"").split(b"\n"))
            != sorted(self._tables.get(name, b"").split(b"\n"))
        }


NUMBER = "SELECT last_value, is_called FROM %s"


def _copied_out(connection, name):
    with connection.connection.driver_connection.cursor().copy(f"COPY {name} TO STDOUT") as copy:
        return b"".join(copy)


def _rows_of(connection, name):
    return connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()


@pytest.fixture
def keep_database(app):
    """Remember the database as it is: ``back = keep_database()``.

    ``back()`` makes it so again where anything was written since; ``back(compare=True)`` returns
    the names of the tables that had changed.
    """
    written = []

    def note(connection, _cursor, statement, *_rest):
        if not statement.startswith(("SELECT", "PRAGMA")):
            connection.info["has_written"] = True

    def end(connection):
        if connection.info.pop("has_written", False):
            written.append(connection)

    def undo(connection):
        connection.info.pop("has_written", False)

    def remember():
        db.session.remove()
        kept = Kept(db.engine)
        written.clear()

        def back(compare=False):
            if not written:
                return set()
            db.session.remove()
            changed = kept.differences(db.engine) if compare else set()
            kept.put_back(db.engine)
            written.clear()
            return changed

        return back

    heard = (("before_cursor_execute", note), ("commit", end), ("rollback", undo))
    for name, listener in heard:
        event.listen(Engine, name, listener)
    yield remember
    for name, listener in heard:
        event.remove(Engine, name, listener)


KEPT_DIALECTS = {}
KEPT_STATEMENTS = {}


def keep_statements(engine):
    """Let statements compiled for one test's engine serve the engines of later tests."""
    name = engine.dialect.name
    if name not in KEPT_DIALECTS:
        # What it learns from the server it asks at the first connection.
        engine.connect().close()
        # Nor is this connection of the first test alone there for it.
        engine.dispose()
    # Statements are kept by dialect, and each engine has a dialect of its own.
    engine.dialect = KEPT_DIALECTS.setdefault(name, engine.dialect)
    engine.update_execution_options(compiled_cache=KEPT_STATEMENTS)


@event.listens_for(Engine, "connect")
def _hurry_sqlite(connection, _record):
    """Leave out what only a failing machine needs: nothing of a test outlives that."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


OPEN = set()


@event.listens_for(Engine, "connect")
def _remember_postgres(connection, _record):
    """Hold what PostgreSQL's driver would miss aloud wherever the collector comes by it."""
    if not isinstance(connection, sqlite3.Connection):
        OPEN.add(connection)


@pytest.fixture
def close_connections():
    """Close in the end what other apps of the test, and their threads, have left open."""
    before = set(OPEN)
    yield
    for connection in OPEN - before:
        connection.close()
        OPEN.discard(connection)


PREPARED = {}


@pytest.fixture
def prepare(app, request):
    """Fill the empty database as an earlier test did: ``prepare(fill, make_author, make_post)``.

    The first test that asks calls the function, the next ones get a copy of what it wrote, in
    tests that replace nothing of the blog. ``key`` is what tells one filling from another, the
    function unless given.
    """
    engine, committed = db.engine, []
    is_replaced = "monkeypatch" in request.fixturenames
    event.listen(engine, "commit", committed.append)

    def fill(write, *given, key=None):
        key = (engine.dialect.name, key or write)
        is_untouched = not (committed or db.session().in_transaction() or db.session.new)
        if is_replaced or not is_untouched:
            write(*given)
        elif key not in PREPARED:
            write(*given)
            db.session.remove()
            PREPARED[key] = Kept(engine)
        else:
            PREPARED[key].put_back(engine, is_empty=True)
            committed.append(key)

    return fill
