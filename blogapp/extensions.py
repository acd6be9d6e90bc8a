"""Flask extensions, created unbound; ``create_app`` binds them."""

import sqlite3
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Annotated, Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, event, make_url
from sqlalchemy.orm import DeclarativeBase, mapped_column

from blogapp.sharing.asking import Shared
from blogapp.sharing.locking import Locks


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, plain timestamps in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


Timestamp = Annotated[datetime, mapped_column(UTCDateTime)]


class Base(DeclarativeBase):
    # Named constraints can be changed by later migrations on every engine.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Sharing:
    """What workers share besides the database, for whoever has an application's context."""

    def init_app(self, app: Flask) -> None:
        shared = app.extensions["shared"] = Shared(app.config["REDIS_URL"], blog=_name_of(app))
        folder = Path(app.config["INSTANCE"])
        app.extensions["locks"] = Locks(shared, lambda: db.engine, folder)

    @property
    def shared(self) -> Shared:
        found: Shared = current_app.extensions["shared"]
        return found

    @property
    def locks(self) -> Locks:
        found: Locks = current_app.extensions["locks"]
        return found


def _name_of(app: Flask) -> str:
    """Return what all instances of a blog are called, and no other blog.

    A copy that somebody tries something on has the key of the first, but not its database.
    """
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    place = url.host, url.port, url.database, url.query.get("options")
    key = app.config["SECRET_KEY"].encode()
    return blake2b(repr(place).encode(), key=sha256(key).digest(), digest_size=6).hexdigest()


db = SQLAlchemy(model_class=Base)
csrf = CSRFProtect()
sharing = Sharing()


def serve(app: Flask) -> None:
    """Let this process and those forked from it be ones that serve pages: see `connecting`."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            from blogapp.connecting import serve

            serve()


@event.listens_for(Engine, "do_connect")
def _connect_to_postgres(
    dialect: Dialect, _record: Any, _args: list[Any], options: dict[str, Any]
) -> Any:
    """Connect to PostgreSQL in our own way; None leaves it to SQLAlchemy."""
    if dialect.name != "postgresql":
        return None
    # Here, so that a blog on SQLite starts without its driver.
    from blogapp.connecting import Connection

    return Connection.to(options)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite keep what it was given: a commit is on disk when it returns."""
    if not isinstance(connection, sqlite3.Connection):
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
