"""`blogapp doctor`: what it sees, what it says to do, and that it changes nothing."""

import json
import os
import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from blogapp.cli import examining, group
from blogapp.cli.examining import Check, ways_in
from blogapp.cli.examining.settings import known_settings, misspelt


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def blogapp(instance):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments, **variables):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(instance), **variables}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_the_doctor_changes_nothing_and_says_where_there_is_nothing(blogapp, instance):
    first = blogapp("doctor")
    blogapp("init")
    before = {path.name: path.stat().st_mtime_ns for path in instance.iterdir()}

    said = blogapp("doctor")

    assert first.exit_code == 0
    assert "blogapp init makes one" in first.stdout
    assert "not looked at without the database" in first.stdout
    assert said.exit_code == 0
    database = {name: at for name, at in before.items() if name in {"blog.sqlite", "secret_key"}}
    assert database == {name: (instance / name).stat().st_mtime_ns for name in database}


def test_each_finding_is_a_line_of_json_and_tells_no_secret(blogapp):
    blogapp("init")
    secret = "a very secret key that is long enough for anybody"

    said = blogapp("doctor", "--json", BLOG_SECRET_KEY=secret, BLOG_MAIL_URL="")

    findings = [json.loads(line) for line in said.stdout.splitlines()]
    assert {finding["level"] for finding in findings} <= {"ok", "warning", "problem"}
    assert {"settings", "database", "clock", "search", "counts"} <= {f["check"] for f in findings}
    assert secret not in said.stdout


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 500), "restore a copy"),
        (
            lambda path: change(
                path, "UPDATE alembic_version SET version_num = '9999'; PRAGMA user_version = 9998;"
            ),
            "made by a newer version",
        ),
    ],
    ids=["damaged", "from a newer version"],
)
def test_a_database_that_is_of_no_use_is_a_problem_and_the_rest_is_looked_at(
    blogapp, instance, damage, said
):
    blogapp("init")
    with closing(sqlite3.connect(instance / "blog.sqlite")) as connection:
        # Else all of it could still be read in the log.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(instance / "blog.sqlite")

    result = blogapp("doctor")

    assert result.exit_code == 1
    assert said in result.stdout
    assert "disk of the instance" in result.stdout
    assert result.stderr == ""


def test_a_database_that_is_away_is_a_problem_and_the_rest_is_looked_at(blogapp):
    result = blogapp("doctor", BLOG_DATABASE_URL="postgresql://nobody:pass@127.0.0.1:1/none")

    assert result.exit_code == 1
    assert "is BLOG_DATABASE_URL right?" in result.stdout
    assert "pass@" not in result.stdout
    assert "disk of the instance" in result.stdout


def test_a_setting_that_is_spelt_otherwise_is_told_with_the_right_one(blogapp):
    said = blogapp("doctor", BLOG_PUBLIK_URL="https://example.com")
    bad = blogapp("doctor", BLOG_PORT="eighty", BLOG_WORKRES="3")

    assert "BLOG_PUBLIK_URL is no setting and is not read: is BLOG_PUBLIC_URL meant?" in said.stdout
    assert bad.exit_code == 1
    assert "problem  BLOG_PORT: 'eighty'" in bad.stdout
    assert "is BLOG_WORKERS meant?" in bad.stdout


def test_who_has_engines_for_many_machines_is_told_of_the_key_they_have_to_share(blogapp):
    engines = {"BLOG_REDIS_URL": "redis://127.0.0.1:1/0"}

    said = blogapp("doctor", **engines)
    shared = blogapp("doctor", **engines, BLOG_SECRET_KEY="one key for all of the machines")

    told = "BLOG_SECRET_KEY is not set: where several machines serve this blog"
    assert told in said.stdout
    assert told not in shared.stdout


def test_every_setting_of_the_guide_is_known():
    assert {"BLOG_INSTANCE", "BLOG_OIDC_NAME", "BLOG_WORKERS"} <= known_settings()
    assert list(misspelt({"BLOG_SECRET_KEY_FILE": "x", "BLOG_TEST_DATABASE_URL": "y"})) == []


def test_a_secret_that_others_may_read_and_a_full_disk_are_told(blogapp, instance, monkeypatch):
    blogapp("init")
    (instance / "secret_key").chmod(0o644)
    room = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: room(10**12, 10**12, 5 * 10**6))

    said = blogapp("doctor")

    assert said.exit_code == 1
    assert f"chmod 600 {instance / 'secret_key'}" in said.stdout
    assert "5 MB are free" in said.stdout
    assert "make room, writing will fail" in said.stdout


def test_a_search_that_misses_a_post_it_should_have_is_a_problem(blogapp, instance):
    blogapp("synth", "--posts", "3")
    change(
        instance / "blog.sqlite", "INSERT INTO search_words (search_words) VALUES ('delete-all')"
    )

    said = blogapp("doctor")

    assert said.exit_code == 1
    assert "a search for its own title does not find" in said.stdout


def test_what_was_cut_short_is_told(blogapp, instance):
    blogapp("init")
    (instance / ".rehearsing-1").mkdir()

    assert ".rehearsing-1 was left by something that was cut short" in blogapp("doctor").stdout


def test_a_check_that_fails_leaves_the_others_going_on(blogapp, monkeypatch):
    def fail(_app):
        raise OSError("it burns")
        yield

    blogapp("init")
    checks = (Check("fire", fail), *examining.CHECKS)
    monkeypatch.setattr(examining, "CHECKS", checks)

    said = blogapp("doctor")

    assert said.exit_code == 1
    assert "fire cannot be looked at: it burns" in said.stdout
    assert "search: 0 posts" in said.stdout


def test_a_certificate_that_ends_soon_and_a_clock_that_is_off_are_told():
    soon = datetime.now(UTC) + timedelta(days=3)

    class Connection:
        def getpeercert(self):
            return {"notAfter": f"{soon:%b %d %H:%M:%S %Y} GMT"}

    [(level, said)] = ways_in._check_certificate(Connection(), "blog.example.com")
    [(_level, clock)] = ways_in._check_date("Thu, 01 Jan 2026 00:00:00 GMT", "blog.example.com")

    assert level == "warning"
    assert "does whoever renews it run?" in said
    assert "seconds apart" in clock


def change(path, statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(statements)
