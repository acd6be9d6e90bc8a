from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image


@pytest.fixture
def tree(tmp_path):
    """A folder to import; `tree(name, text)` writes a file into it and returns the folder."""
    root = tmp_path / "site"
    root.mkdir()

    def write(name, content=""):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    write.root = root
    return write


@pytest.fixture
def png():
    """Bytes of a small PNG; another colour is another picture."""

    def make(colour="red", size=(3, 2)):
        out = BytesIO()
        Image.new("RGB", size, colour).save(out, "PNG")
        return out.getvalue()

    return make


@pytest.fixture
def take_in(app, tree):
    """Import the tree on 2 June 2026, or with other settings; returns the report."""
    from blogapp.importing.importing import import_tree

    def run(path=None, **settings):
        settings = {"zone": ZoneInfo("UTC"), "now": datetime(2026, 6, 2, 9, tzinfo=UTC), **settings}
        return import_tree(path or tree.root, store=app.extensions["media"], **settings)

    return run


@pytest.fixture
def take(app):
    """Import a source on 2 June 2026; returns the report."""
    from blogapp.importing.importing import import_source

    def run(source, **settings):
        settings = {"zone": ZoneInfo("UTC"), "now": datetime(2026, 6, 2, 9, tzinfo=UTC), **settings}
        return import_source(source, store=app.extensions["media"], **settings)

    return run


@pytest.fixture
def get_post(app):
    """The post at a slug with all that belongs to it, read anew."""
    from sqlalchemy import select
    from sqlalchemy.orm import joinedload, selectinload, undefer

    from blogapp.extensions import db
    from blogapp.posts.models import Post

    def get(slug):
        db.session.rollback()
        lists = [Post.tags, Post.authors, Post.media]
        rows = [Post.domain, Post.series, Post.cover]
        columns = [Post.body, Post.html, Post.extra]
        loaded = [
            *map(selectinload, lists),
            *map(joinedload, rows),
            *map(undefer, columns),
        ]
        query = select(Post).where(Post.slug_key == slug.casefold()).options(*loaded)
        return db.session.scalars(query).one_or_none()

    return get
