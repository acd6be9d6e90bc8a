"""What every command begins with: an application and a database at this version."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from blogapp import create_app
from blogapp.config import Config
from blogapp.extensions import db
from blogapp.migrations import migrate
from blogapp.web.auditing import by_operator


@contextmanager
def opened_blog(config: Config | None = None) -> Iterator[Flask]:
    """Give an application context; the database is created and migrated first."""
    app = create_app(config)
    with app.app_context(), by_operator():
        migrate(db.engine)
        yield app
