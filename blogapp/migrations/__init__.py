"""The database's schema, from nothing to now, in numbered steps.

From 0009 on a step only adds: the version before goes on serving while it is taken and after
it, so that an upgrade closes nothing and can be taken back. What is to go is first no longer
used, in one release, and removed in a later one, which raises `SERVES_FROM`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from time import sleep

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import OperationalError

from blogapp.migrations.triggers import drop_triggers, make_triggers
from blogapp.posts.search.engine import engine_of
from blogapp.posts.search.indexing import BATCH, fill

HERE = Path(__file__).parent
# The software of this step and of all since works on this version's schema. The database is told,
# because an older version cannot know what came after it.
SERVES_FROM = "0008"


# Any number that nothing else locks in the same database.
LOCK = 0x626C6F67
# How often, and for how many seconds at a time, a migration asks for a table that is in use.
# Everybody who comes later waits behind whoever waits for one.
TURNS = 30
PATIENCE = 2


class Standing(StrEnum):
    """What a database is to this version."""

    EMPTY = "empty"
    OLDER = "older"  # `migrate` brings it here
    CURRENT = "current"
    NEWER = "newer"  # and it serves this version as well
    FOREIGN = "foreign"  # newer, and not for this version any more


class TablesInUse(Exception):
    """Others kept tables to themselves for as long as was waited; nothing has changed."""


def migrate(engine: Engine) -> None:
    """Bring the database to this version's schema; does nothing when it is there.

    Nor where a newer version has been, whose schema serves this one. All or nothing, and safe
    when several processes start at once: one migrates, the others wait for it. Raises
    `TablesInUse`, and `CommandError` for a schema that this version cannot serve.
    """
    if standing(engine) in {Standing.CURRENT, Standing.NEWER}:
        return
    for turn in range(TURNS):
        try:
            _migrate(engine)
        except OperationalError as error:
            if not _is_in_use(error):
                raise
            if turn + 1 == TURNS:
                said = "a long transaction of somebody else keeps the tables: end it, then again"
                raise TablesInUse(said) from error
            # Meanwhile those who waited behind us come through.
            sleep(PATIENCE / 2)
        else:
            break
    fill_index(engine)


def fill_index(engine: Engine) -> int:
    """Take into the search what this version would find by other terms; return how many posts.

    Batch by batch, so that whoever writes meanwhile waits for one of them, and not for all.
    """
    count = 0
    while done := _fill_batch(engine):
        count += done
    if count:
        with engine.begin() as connection:
            engine_of(connection).finish()
    return count


def standing(engine: Engine) -> Standing:
    """Return what the database is to this version. It is only read."""
    with engine.connect() as connection:
        step = current_revision(connection)
        if step == _steps()[0]:
            return Standing.CURRENT
        if step is None:
            return Standing.EMPTY
        if step in _steps():
            return Standing.OLDER
        oldest = _serves_from(connection)
        return Standing.NEWER if oldest and oldest <= _steps()[0] else Standing.FOREIGN


def is_current(engine: Engine) -> bool:
    """Return whether the database has exactly this version's schema."""
    with engine.connect() as connection:
        return current_revision(connection) == _steps()[0]


def is_enough(engine: Engine) -> bool:
    """Return whether this version can serve: its own schema is there, or one that serves it."""
    return standing(engine) in {Standing.CURRENT, Standing.NEWER}


def oldest_served(engine: Engine) -> str | None:
    """Return the step from which on software can serve the database; None where nobody said."""
    with engine.connect() as connection:
        return _serves_from(connection)


def note_serving(connection: Connection) -> None:
    """Write into the database which software can serve it; part of every migration."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version={int(SERVES_FROM)}")
    else:
        connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{_SAID}{SERVES_FROM}'")


def current_revision(connection: Connection) -> str | None:
    """Return the step the database is at, or None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def latest_revision() -> str | None:
    """Return the last step there is."""
    return _steps()[0]


@cache
def _steps() -> tuple[str, ...]:
    """All steps that this version knows, the last one first."""
    script = ScriptDirectory.from_config(alembic_config())
    return tuple(step.revision for step in script.walk_revisions())


def alembic_config() -> Config:
    """Return Alembic's configuration, which lives here and not in a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


_SAID = "serves the software from step "


def _serves_from(connection: Connection) -> str | None:
    if connection.dialect.name == "sqlite":
        number = connection.exec_driver_sql("PRAGMA user_version").scalar()
        return f"{number:04}" if number else None
    asked = text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")
    said = str(connection.scalar(asked) or "")
    return said.removeprefix(_SAID) if said.startswith(_SAID) else None


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection, _tables_replaceable(connection), connection.begin():
        _keep_others_out(connection)
        config = alembic_config()
        config.attributes["connection"] = connection
        drop_triggers(connection)
        command.upgrade(config, "head")
        make_triggers(connection)


def _fill_batch(engine: Engine) -> int:
    with engine.connect() as connection, connection.begin():
        _keep_others_out(connection)
        return fill(connection, most=BATCH)


def _is_in_use(error: OperationalError) -> bool:
    # SQLSTATE: lock_not_available, deadlock_detected.
    return getattr(error.orig, "sqlstate", None) in {"55P03", "40P01"}


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
        return
    # Another process may be migrating, for as long as that takes; tables are asked for in turns.
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
    # What a pool sets for pages is not for this.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
