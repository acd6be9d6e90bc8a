"""Imports that are killed leave whole posts, and the next run ends what they began."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from tests.importing.old_exports import write_export

COMMAND = [sys.executable, "-c", "from blogapp.cli import main; main()", "import", "wordpress"]
# Everything that an import leaves, without ids and the moments at which it ran.
LEFT = (
    "SELECT slug, title, body, html, text, entry_id, is_page, published_at FROM posts",
    "SELECT r.path, r.target, r.came_by, p.slug FROM redirects r"
    " LEFT JOIN posts p ON p.id = post_id",
    "SELECT p.slug, c.source_id, c.html FROM comments c JOIN posts p ON p.id = c.post_id",
    "SELECT p.slug, u.name, m.key FROM post_media u JOIN posts p ON p.id = u.post_id"
    " JOIN media m ON m.id = u.media_id",
    "SELECT p.slug, t.slug FROM post_tags JOIN posts p ON p.id = post_id"
    " JOIN tags t ON t.id = tag_id",
    "SELECT p.slug, a.slug, a.email FROM post_authors JOIN posts p ON p.id = post_id"
    " JOIN authors a ON a.id = author_id",
    "SELECT i.source, i.path, i.sha256, p.slug, p.version = i.post_version FROM imported_files i"
    " LEFT JOIN posts p ON p.id = i.post_id",
    "SELECT i.address, m.key FROM imported_media i JOIN media m ON m.id = i.media_id",
    "SELECT source, name, columns, rows, count FROM kept_lists",
    "SELECT name, slug FROM tags",
    "SELECT key FROM media",
)


@pytest.fixture
def export(tmp_path, png):
    """Write an export of so many posts with pictures beside it; returns the arguments for it."""

    def make(count):
        uploads = tmp_path / "uploads"
        uploads.mkdir()
        for number in range(5):
            (uploads / f"{number}.png").write_bytes(png((number, 0, 0)))
        return [write_export(tmp_path / "old.xml", count), "--media", uploads]

    return make


def start(instance, arguments, **settings):
    own = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
    environment = {**own, "BLOG_INSTANCE": str(instance)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*COMMAND, *arguments], env=environment, **{**quiet, **settings})


def finish(instance, arguments):
    assert start(instance, arguments).wait(timeout=600) == 0
    return left(instance)


def left(instance):
    with sqlite3.connect(instance / "blog.sqlite") as database:
        found = [sorted(map(repr, database.execute(query))) for query in LEFT]
    database.close()
    return found


def whole(instance):
    """What may be there halfway is whole: no post without all that belongs to it."""
    with sqlite3.connect(instance / "blog.sqlite") as database:
        ((bad,),) = database.execute(
            "SELECT count(*) FROM posts p WHERE html = '' OR published_at IS NULL"
            " OR NOT EXISTS (SELECT 1 FROM imported_files WHERE post_id = p.id)"
            " OR NOT EXISTS (SELECT 1 FROM post_tags WHERE post_id = p.id)"
            " OR NOT EXISTS (SELECT 1 FROM post_media WHERE post_id = p.id)"
            " OR NOT EXISTS (SELECT 1 FROM comments WHERE post_id = p.id)"
            " OR NOT EXISTS (SELECT 1 FROM redirects WHERE post_id = p.id)"
        ).fetchall()
    database.close()
    return bad == 0


def test_killed_among_posts_and_among_links_the_next_run_ends_it(export, tmp_path):
    arguments = export(6)
    instance = tmp_path / "one"

    for lines in (2, 6):
        # A line is read when it is written: then the next post, or the links, are under way.
        process = start(instance, [*arguments, "--report", "-"], stdout=subprocess.PIPE)
        with process:
            assert all(process.stdout.readline() for _ in range(lines))
            process.kill()
        assert whole(instance)

    posts, _, comments, _, _, _, imported, pictures, lists, tags, _ = finish(instance, arguments)
    assert all("/posts/post-" in post and "![x](" in post for post in posts)
    assert list(map(len, (posts, comments, imported, pictures, lists, tags))) == [6, 6, 6, 5, 1, 6]


@pytest.mark.prove
def test_killed_at_ten_moments_the_next_run_ends_it(export, tmp_path):
    arguments, chance = export(100), random.Random(7)
    began = time.monotonic()
    wanted = finish(tmp_path / "clean", arguments)
    took = time.monotonic() - began

    for number in range(10):
        process = start(tmp_path / f"{number}", arguments)
        with process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=chance.uniform(0.1, 0.95) * took)
            process.kill()

        assert finish(tmp_path / f"{number}", arguments) == wanted
        assert finish(tmp_path / f"{number}", arguments) == wanted
