"""A copy of the database to try something on, gone afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zlib import crc32

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from blogapp.backups import postgres, sqlite
from blogapp.backups.manifest import POSTGRES, Manifest
from blogapp.upgrading.errors import UpgradeError

# How the names begin of databases and schemas that are copies; what is left of one is removed.
NAME = "blog_rehearsing"
# Work that waits is somebody's: none of it is done for a copy.
_WORK = ("jobs",)


@contextmanager
def copied(engine: Engine, scratch: Path, *, now: datetime) -> Iterator[str]:
    """Give the address of a copy of the database as it is now. Raises `UpgradeError`."""
    if engine.dialect.name == "sqlite":
        path = scratch / "blog.sqlite"
        sqlite.copy(Path(str(engine.url.database)), path)
        address = f"sqlite:///{path}"
        _leave_work(address)
        yield address
        return
    with _room(engine) as address:
        _copy_rows(engine, address, now)
        _leave_work(address)
        yield address


@contextmanager
def _room(engine: Engine) -> Iterator[str]:
    """Make an empty database on the same server, or a schema where that is not allowed."""
    # Several blogs may share a server: what was left is told apart by whose it is.
    own = f"{NAME}_{crc32(str(engine.url.database).encode()):08x}"
    name = f"{own}_{secrets.token_hex(4)}"
    server = engine.execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        _clear_up(connection, own)
        try:
            connection.execute(text(f"CREATE DATABASE {name}"))
            url, gone = engine.url.set(database=name), f"DROP DATABASE {name} WITH (FORCE)"
        except ProgrammingError:
            try:
                connection.execute(text(f"CREATE SCHEMA {name}"))
            except DBAPIError as error:
                raise UpgradeError(
                    "a rehearsal needs the right to create a database or a schema: "
                    "ALTER USER … CREATEDB, or --no-rehearsal"
                ) from error
            url = engine.url.update_query_dict({"options": f"-csearch_path={name}"})
            gone = f"DROP SCHEMA {name} CASCADE"
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(gone))


def _clear_up(connection: Connection, own: str) -> None:
    """Remove copies that a killed rehearsal left; only one at a time rehearses."""
    asked = {
        "DATABASE": "SELECT datname FROM pg_database WHERE datname LIKE :name",
        "SCHEMA": "SELECT nspname FROM pg_namespace WHERE nspname LIKE :name",
    }
    for kind, query in asked.items():
        for left in connection.scalars(text(query), {"name": f"{own}\\_%"}).all():
            how = "WITH (FORCE)" if kind == "DATABASE" else "CASCADE"
            connection.execute(text(f"DROP {kind} {left} {how}"))


def _copy_rows(engine: Engine, address: str, now: datetime) -> None:
    target = create_engine(address, poolclass=NullPool)
    with postgres.snapshot(engine) as snapshot:
        tables = snapshot.describe()
        about = Manifest(now, "", snapshot.step, POSTGRES, "", snapshot.bytes, tables)
        with postgres.staging(target, about) as staging:
            for name, table in tables.items():
                if table.rows:
                    staging.take(name, snapshot.rows(name, table))
            staging.finish()
            staging.switch()


def _leave_work(address: str) -> None:
    engine = create_engine(address, poolclass=NullPool)
    with engine.begin() as connection:
        for table in _WORK:
            connection.execute(text(f"DELETE FROM {table}"))  # nosec B608
