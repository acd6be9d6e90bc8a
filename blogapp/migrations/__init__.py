"""The database's schema, from nothing to now, in numbered steps."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

HERE = Path(__file__).parent


def migrate(engine: Engine) -> None:
    """Bring the database to this version's schema; does nothing when it is there."""
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
