"""`blogapp backup` and `restore`: what they leave, what they say, and what the doctor says."""

import os
import resource
import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest
from click.testing import CliRunner

from blogapp.cli import group

pytestmark = pytest.mark.sqlite("an instance folder with its database in it")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An instance that any test may copy."""
    instance = tmp_path_factory.mktemp("prepared") / "instance"
    run_in(instance, "synth", "--posts", "3")
    return instance


@pytest.fixture
def instance(prepared, tmp_path):
    return shutil.copytree(prepared, tmp_path / "instance")


@pytest.fixture
def blogapp(instance):
    """Run ``blogapp …`` on the instance; returns what came of it."""
    return lambda *arguments, **variables: run_in(instance, *map(str, arguments), **variables)


def run_in(instance, *arguments, **variables):
    environment = {name: None for name in os.environ if name.startswith("BLOG_")}
    environment |= {"BLOG_INSTANCE": str(instance), **variables}
    result = CliRunner(env=environment).invoke(group, arguments)
    # Python names what went wrong inside.
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def no_file_longer_than(size):
    """What a full disk does: from so many bytes on, writing fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_ends_in_a_slash_is_a_folder_also_before_it_is_there(blogapp, clock, tmp_path):
    assert blogapp("backup", f"{tmp_path}/new/").exit_code == 0

    assert names(tmp_path / "new") == ["blog-20260601T120000Z.tar"]


def test_in_a_folder_backups_are_named_by_date_and_the_oldest_go(blogapp, clock, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "blog-20200101T000000Z.tar").write_bytes(b"somebody else's")
    (folder / "notes.txt").touch()
    another = blogapp("backup", folder, BLOG_PUBLIC_URL="https://another.example")
    assert another.exit_code == 0

    for _night in range(4):
        clock.advance(days=1)
        assert blogapp("backup", folder, "--keep", "2").exit_code == 0

    assert names(folder) == [
        "blog-20200101T000000Z.tar",
        "blog-20260601T120000Z.tar",
        "blog-20260604T120000Z.tar",
        "blog-20260605T120000Z.tar",
        "notes.txt",
    ]
    assert (folder / names(folder)[-2]).stat().st_mode & 0o777 == 0o600


def test_a_backup_replaces_a_backup_and_nothing_else(blogapp, tmp_path):
    mine, other = tmp_path / "mine.tar", tmp_path / "thesis.tar"
    other.write_bytes(b"three years of work")
    assert blogapp("backup", mine).exit_code == 0

    assert blogapp("backup", mine).exit_code == 0
    result = blogapp("backup", other)

    assert result.exit_code == 1
    assert "is there already and is no backup" in result.stderr
    assert other.read_bytes() == b"three years of work"


def test_what_a_killed_backup_left_is_cleared_away(blogapp, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / ".unfinished-abc").write_bytes(b"half")

    assert blogapp("backup", folder / "blog.tar").exit_code == 0

    assert names(folder) == ["blog.tar"]


def test_a_backup_changes_nothing_of_an_older_database(blogapp, instance, tmp_path):
    with closing(sqlite3.connect(instance / "blog.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0006'")
        database.commit()

    assert blogapp("backup", tmp_path / "blog.tar").exit_code == 0

    with closing(sqlite3.connect(instance / "blog.sqlite")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0006",)


def test_where_there_is_no_room_nothing_is_left(blogapp, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()

    with no_file_longer_than(40_000):
        result = blogapp("backup", folder)

    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "holds no new backup: " in result.stderr
    assert names(folder) == []


def test_a_restore_without_room_leaves_the_blog(blogapp, instance, tmp_path):
    assert blogapp("backup", tmp_path / "blog.tar").exit_code == 0
    before = (instance / "blog.sqlite").read_bytes()

    with no_file_longer_than(200_000):
        result = blogapp("restore", tmp_path / "blog.tar")

    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert (instance / "blog.sqlite").read_bytes() == before
    assert blogapp("restore", tmp_path / "blog.tar").exit_code == 0


def test_what_cannot_be_is_said_in_a_line(blogapp, instance, tmp_path):
    (tmp_path / "text.txt").write_text("words")

    for arguments, said in [
        (("backup", tmp_path / "nowhere" / "blog.tar"), "No such file or directory"),
        (("backup", tmp_path / "text.txt" / "blog.tar"), "Not a directory"),
        (("backup", tmp_path / "text.txt", "--keep", "2"), "File exists"),
        (("restore", tmp_path / "nowhere.tar"), "No such file or directory"),
        (("restore", tmp_path), "is a folder"),
        (("restore", tmp_path / "text.txt", "--check"), "not a backup"),
    ]:
        result = blogapp(*arguments)
        assert result.exit_code == 1
        assert said in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1

    (tmp_path / "empty.sqlite").touch()
    database = f"sqlite:///{tmp_path}/empty.sqlite"
    empty = blogapp("backup", tmp_path / "blog.tar", BLOG_DATABASE_URL=database)
    assert "the database is empty: blogapp init" in empty.stderr
    (instance / "blog.sqlite").unlink()
    assert "there is no database" in blogapp("backup", tmp_path / "blog.tar").stderr


def test_a_restore_says_what_came_and_where_the_rest_is(blogapp, instance, tmp_path):
    assert blogapp("backup", tmp_path / "blog.tar").exit_code == 0

    assert "3 posts" in blogapp("restore", tmp_path / "blog.tar", "--check").stdout
    said = blogapp("restore", tmp_path / "blog.tar").stdout

    assert "Restored: 3 posts" in said
    (kept,) = (instance / "backups").iterdir()
    assert f"What was there is kept: {kept}" in said


def test_the_doctor_says_when_the_last_backup_was(blogapp, clock, tmp_path):
    assert "warning  there is no backup yet" in blogapp("doctor").stdout

    blogapp("backup", tmp_path / "blog.tar")
    assert "ok       last backup: 2026-06-01 12:00 UTC" in blogapp("doctor").stdout

    (tmp_path / "blog.tar").unlink()
    assert "which is elsewhere by now" in blogapp("doctor").stdout
    clock.advance(days=2, hours=1)
    assert "warning  last backup: 2026-06-01 12:00 UTC" in blogapp("doctor").stdout
