"""The database's schema, from nothing to now, in numbered steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from blogapp.migrations.triggers import drop_triggers, make_triggers
from blogapp.posts.search.indexing import fill

HERE = Path(__file__).parent


# Any number that nothing else locks in the same database.
LOCK = 0x626C6F67


def migrate(engine: Engine) -> None:
    """Bring the database to this version's schema; does nothing when it is there.

    All or nothing, and safe when several processes start at once: one migrates, the
    others wait for it.
    """
    if is_current(engine):
        return
    with engine.connect() as connection, _tables_replaceable(connection), connection.begin():
        _keep_others_out(connection)
        config = alembic_config()
        config.attributes["connection"] = connection
        drop_triggers(connection)
        command.upgrade(config, "head")
        make_triggers(connection)
        # At the end: a post's terms are made by this version, of this version's columns.
        fill(connection)


def is_current(engine: Engine) -> bool:
    """Return whether the database has exactly this version's schema."""
    with engine.connect() as connection:
        return current_revision(connection) == latest_revision()


def current_revision(connection: Connection) -> str | None:
    """Return the step the database is at, or None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def latest_revision() -> str | None:
    """Return the last step there is."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def alembic_config() -> Config:
    """Return Alembic's configuration, which lives here and not in a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


@contextmanager
def _tables_replaceable(connection: Connection) -> Iterator[None]:
    """Let a step replace a table without taking along the rows that refer to it.

    SQLite changes a table by copying and dropping it, and a drop deletes its rows first, which
    reaches whatever refers to them (https://sqlite.org/lang_altertable.html, section 7). The
    setting has no effect inside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    was_on = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.commit()
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA foreign_keys={was_on}")
        connection.commit()


def _keep_others_out(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # The driver would begin at the first INSERT, after the tables were made.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
