"""A blog to back up, and ways to look at what became of it."""

import random
from hashlib import sha256

import pytest
from sqlalchemy import text

from blogapp.backups.backing_up import Blog, back_up
from blogapp.backups.files import Place
from blogapp.backups.restoring import restore
from blogapp.extensions import db
from blogapp.media.storing import store_file
from tests.conftest import JANUARY

ADDRESS = "https://blog.example.com"


@pytest.fixture
def blog(app):
    """The test's blog, as backups see it."""
    place = Place(app.config["INSTANCE"], app.config["MEDIA_FOLDER"])
    place.media.mkdir(exist_ok=True)
    return Blog(db.engine, place, ADDRESS, "1.0")


@pytest.fixture
def back_up_now(blog, tmp_path):
    """Back the blog up: returns the archive's path."""

    def make(name="blog.tar"):
        db.session.rollback()
        return back_up(blog, tmp_path / name, now=JANUARY).path

    return make


@pytest.fixture
def restore_from(blog):
    """Restore an archive into the blog while it runs."""

    def put_back(archive):
        db.session.rollback()
        return restore(blog, archive, now=JANUARY)

    return put_back


@pytest.fixture
def add_file(blog):
    """Put a file into the library: ``add_file("notes.txt", b"…")``."""

    def add(name, data):
        media = store_file(data, name, store=blog.place.store, now=JANUARY)
        db.session.commit()
        return media

    return add


def content(engine):
    """Return a digest of each table that belongs to the content."""
    asked = {
        "posts": "SELECT id, slug, title, body, html, published_at, version FROM posts ORDER BY id",
        "tags": "SELECT id, name, slug FROM tags ORDER BY id",
        "authors": "SELECT id, name, email, password_hash FROM authors ORDER BY id",
        "media": "SELECT id, key, sha256, size FROM media ORDER BY id",
        "site": "SELECT title, intro, page_size FROM site",
        "revisions": "SELECT id, post_id, body FROM revisions ORDER BY id",
    }
    with engine.connect() as connection:
        return {
            table: sha256(repr(connection.execute(text(ask)).all()).encode()).hexdigest()
            for table, ask in asked.items()
        }


def flipped(data, at):
    """Return ``data`` with one bit of a byte turned."""
    changed = bytearray(data)
    changed[at] ^= 1 << random.Random(at).randrange(8)
    return bytes(changed)
