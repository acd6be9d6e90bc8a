"""The long checks: real blogs out and in again, two databases, and processes that are killed."""

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from blogapp.demo.loading import add_demo_author, load_posts, name_the_site
from blogapp.extensions import db
from blogapp.importing.importing import import_tree
from blogapp.posts.models import Post
from tests.exporting.conftest import NOW, content

ROOT = Path(__file__).parents[2]


@pytest.mark.prove
@pytest.mark.parametrize("corpus", ["jekyll", "hugo", "mixed"])
def test_a_corpus_goes_out_and_comes_back_byte_for_byte(
    shared, app, store, write_out, read_back, elsewhere, verified, corpus
):
    settings = {"zone": ZoneInfo("UTC"), "now": NOW, "store": store}
    import_tree(shared / "corpora" / corpus, **settings)

    export = write_out()
    with elsewhere():
        report = read_back(export)
        verdict = verified(export)
        again = write_out("again")

    assert not report.failed
    assert verdict.is_equal, verdict.first
    assert content(again) == content(export)


@pytest.mark.prove
def test_the_demo_blog_goes_out_and_comes_back_byte_for_byte(
    app, store, write_out, read_back, elsewhere, verified
):
    add_demo_author(now=NOW)
    name_the_site()
    load_posts(store, now=NOW)
    db.session.commit()
    export = write_out()

    with elsewhere():
        report = read_back(export)
        verdict = verified(export)
        again = write_out("again")

    assert not report.failed
    assert verdict.is_equal, verdict.first
    assert content(again) == content(export)


@pytest.mark.postgres
def test_a_blog_goes_from_postgresql_to_sqlite_and_back(
    app, full, write_out, read_back, elsewhere, verified
):
    full(2)
    export = write_out()

    with elsewhere():
        read_back(export)
        there = write_out("there")
        verdict = verified(export)
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(table.delete())
    db.session.commit()
    report = read_back(there)

    assert verdict.is_equal, verdict.first
    assert not report.failed, report.problems
    assert verified(export).is_equal
    assert content(write_out("back")) == content(export)


# Killed


@pytest.fixture
def command(tmp_path):
    """Start `blogapp` with an instance of this name: `command("one", "export", folder)`."""

    def start(instance, *words):
        environ = {**os.environ, "BLOG_INSTANCE": str(tmp_path / instance)}
        called = "from blogapp.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", called, *map(str, words)],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def finished(process):
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0, out
    return out


def kill_when(process, is_time):
    """Kill a process at a moment that its work tells, not a clock."""
    while process.poll() is None and not is_time():
        # Looking takes the machine's time from what is looked at.
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    process.kill()
    process.communicate()


@pytest.mark.prove
def test_killed_at_ten_places_an_export_and_its_reading_back_are_finished_by_the_next(
    command, tmp_path
):
    chance = random.Random(datetime(2026, 6, 1, tzinfo=UTC).toordinal())
    finished(command("one", "demo"))
    export, cut = tmp_path / "export", tmp_path / "cut"
    finished(command("one", "export", export))
    whole = content(export)

    for count in sorted(chance.sample(range(len(whole)), 10)):
        process = command("one", "export", cut)
        kill_when(process, lambda count=count: sum(1 for _ in cut.rglob("*.*")) >= count)
        half = {path: data for path, data in content(cut).items() if path in whole}
        assert all(whole[path] == data for path, data in half.items())
    finished(command("one", "export", cut))
    assert content(cut) == whole

    finished(command("two", "init"))
    for count in sorted(chance.sample(range(30), 10)):
        process = command("two", "import", "markdown", export)
        kill_when(process, lambda count=count: posts_in(tmp_path / "two") >= count)
    finished(command("two", "import", "markdown", export))
    assert " 0 different, 0 missing" in finished(command("two", "verify", export))


def posts_in(instance):
    with closing(sqlite3.connect(f"file:{instance}/blog.sqlite?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT count(*) FROM posts").fetchone()[0]


def test_an_author_who_goes_on_writing_changes_nothing_of_an_export_under_way(
    app, make_posts, store, write_out, tmp_path
):
    from blogapp.exporting.folders import write_folder

    make_posts(3)
    before = content(write_out("before"))
    written = iter(range(1000))

    def write():
        post = db.session.scalars(select(Post).order_by(Post.id)).first()
        post.summary = f"Changed {next(written)} times."
        db.session.commit()

    folder = tmp_path / "under-way"
    write_folder(folder, store=store, done=write)

    assert next(written) > len(before) / 2
    assert content(folder) == before
    assert db.session.scalar(select(func.count(Post.id)))
