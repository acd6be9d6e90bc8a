import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from blogapp.extensions import db
from tests.databases import keep_statements, migrate_database

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)


@pytest.fixture
def store(app):
    return app.extensions["media"]


@pytest.fixture
def write_out(app, tmp_path):
    """Export the blog that is open to a folder of this name; returns its path."""
    from blogapp.exporting.folders import write_folder

    def write(name="export"):
        db.session.rollback()
        return write_into(write_folder, tmp_path / name)

    return write


def write_into(write_folder, folder):
    from flask import current_app

    write_folder(folder, store=current_app.extensions["media"])
    return folder


@pytest.fixture
def read_back(app):
    """Read an export back into the blog that is open, on 2 June 2026; returns the report."""
    from flask import current_app

    from blogapp.exporting.restoring import read_back

    def read(folder, **settings):
        settings = {"now": NOW, "store": current_app.extensions["media"], **settings}
        return read_back(folder, **settings)

    return read


@pytest.fixture
def elsewhere(app, config, tmp_path, migrated_database):
    """Open another empty blog, on SQLite: `with elsewhere() as blog`."""
    from dataclasses import replace

    from blogapp import create_app

    @contextmanager
    def opened(name="elsewhere"):
        instance = tmp_path / name
        instance.mkdir(exist_ok=True)
        file = instance / "blog.sqlite"
        url = f"sqlite:///{file}"
        if not file.exists() and isinstance(migrated_database, Path):
            shutil.copyfile(migrated_database, file)
        elif not file.exists():
            migrate_database(url)
        other = create_app(
            replace(
                config,
                INSTANCE=instance,
                MEDIA_FOLDER=instance / "media",
                SQLALCHEMY_DATABASE_URI=url,
            )
        )
        db.session.rollback()
        with other.app_context():
            keep_statements(db.engine)
            try:
                yield SimpleNamespace(app=other, media_folder=instance / "media")
            finally:
                db.session.remove()
                db.engine.dispose()
                other.extensions["watch"].close()

    return opened


@pytest.fixture
def verified(app):
    """Compare the blog that is open with an export; returns the verdict."""
    from flask import current_app

    from blogapp.exporting.verifying import verify

    def compare(folder):
        db.session.rollback()
        return verify(folder, store=current_app.extensions["media"])

    return compare


@pytest.fixture
def full(app, store):
    """A blog with rows in every table that is exported, made by chance."""
    from tests.exporting.chance import fill

    def make(seed=1):
        fill(seed, store)
        db.session.commit()

    return make


def content(folder):
    """Return every file of a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
