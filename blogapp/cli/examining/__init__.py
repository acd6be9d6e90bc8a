"""What `blogapp doctor` looks at: a line in `CHECKS` for each thing that can be wrong.

A check is a function that is handed the app and yields levels ("ok", "warning", "problem") and
sentences that say what to do, without secrets. It changes nothing, and may fail: that is said,
and the others go on. Those that ask the database are left out where it does not answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from blogapp.cli.directory import check_directory
from blogapp.cli.examining import (
    contents,
    database,
    engines,
    files,
    machine,
    releases,
    settings,
    ways_in,
)
from blogapp.cli.examining.database import is_answering
from blogapp.cli.examining.stores import check_bucket
from blogapp.cli.messages import check_mail
from blogapp.cli.purging import check_caches
from blogapp.extensions import db
from blogapp.site.reading import default_site, get_site
from blogapp.web.theme_checking import check_theme

OK, WARNING, PROBLEM = "ok", "warning", "problem"
Found = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Check:
    """One look at one thing."""

    name: str
    look: Callable[[Flask], Found]
    asks_database: bool = True


@dataclass(frozen=True)
class Finding:
    """What a check says: a level, and a sentence."""

    check: str
    level: str
    message: str


def _check_theme(app: Flask) -> Found:
    return check_theme(app, get_site() if is_answering() else default_site())


CHECKS = (
    Check("settings", settings.check, asks_database=False),
    Check("address", ways_in.check_address, asks_database=False),
    Check("proxy", ways_in.check_proxy, asks_database=False),
    Check("versions", machine.check_versions, asks_database=False),
    Check("memory", machine.check_memory, asks_database=False),
    Check("disk", machine.check_disk, asks_database=False),
    Check("files", files.check_folders, asks_database=False),
    Check("database", database.check, asks_database=False),
    Check("connections", engines.check_connections),
    Check("redis", engines.check_redis, asks_database=False),
    Check("clock", machine.check_clock),
    Check("media", files.check_media),
    Check("bucket", check_bucket, asks_database=False),
    Check("caches", check_caches, asks_database=False),
    Check("pages", files.check_page_store, asks_database=False),
    Check("work", contents.check_work),
    Check("backup", files.check_backup, asks_database=False),
    Check("people", contents.check_people),
    Check("directory", check_directory),
    Check("mail", check_mail),
    Check("theme", _check_theme, asks_database=False),
    Check("drawing", contents.check_drawing, asks_database=False),
    Check("rendering", contents.check_rendering),
    Check("search", contents.check_search),
    Check("counts", contents.check_counts),
    Check("upgrades", releases.check, asks_database=False),
)


def examine(app: Flask) -> Iterator[Finding]:
    """Yield what all checks say, in their order. Changes nothing."""
    is_there = is_answering()
    for check in CHECKS:
        if check.asks_database and not is_there:
            continue
        try:
            for level, message in check.look(app):
                yield Finding(check.name, level, message)
        except (SQLAlchemyError, OSError, ArithmeticError, LookupError, ValueError) as error:
            said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
            line = said.splitlines()[0] if said else type(error).__name__
            yield Finding(check.name, PROBLEM, f"{check.name} cannot be looked at: {line}")
        if is_there:
            db.session.rollback()
    if not is_there:
        left = ", ".join(check.name for check in CHECKS if check.asks_database)
        yield Finding("database", WARNING, f"not looked at without the database: {left}")
