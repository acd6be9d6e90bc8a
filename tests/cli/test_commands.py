"""The operator's command: what it prints, where errors go, how it ends."""

import errno
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner

from blogapp import cli
from blogapp.cli import group

# A version that this one knows nothing of, and that says that it serves none as old as this.
NEWER = "UPDATE alembic_version SET version_num = '9999'; PRAGMA user_version = 9998;"


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments, stdin="", **variables):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance"), **variables}
        return CliRunner(env=environment).invoke(group, arguments, input=stdin)

    return run


@pytest.fixture
def process(tmp_path):
    """Run ``blogapp …`` as a process of its own, the way operators do."""

    def run(*arguments, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("BLOG_")}
        return subprocess.run(
            [sys.executable, "-c", "from blogapp.cli import main; main()", *arguments],
            env={**environment, "BLOG_INSTANCE": str(tmp_path / "instance"), **variables},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_init_makes_a_database_and_may_be_repeated(blogapp, tmp_path):
    assert blogapp("init").exit_code == 0
    assert (tmp_path / "instance" / "blog.sqlite").is_file()

    assert blogapp("init").exit_code == 0


def test_every_command_explains_itself(blogapp):
    listed = re.findall(r"^  ([a-z]+) +\w", blogapp("--help").stdout, re.M)
    assert set(listed) >= {"init", "serve", "demo", "author", "import", "doctor", "render", "synth"}

    for name in listed:
        result = blogapp(name, "--help")
        assert result.exit_code == 0
        assert result.stdout.startswith("Usage: ")


def test_a_bad_setting_is_one_line_that_names_it(process):
    result = process("init", BLOG_PORT="eighty")

    assert result.returncode != 0
    assert (
        result.stderr.strip()
        == "blogapp: BLOG_PORT: 'eighty' is not a whole number from 1 to 65535"
    )


def test_a_database_that_does_not_answer_is_one_line(process):
    result = process("init", BLOG_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert result.returncode != 0
    assert result.stderr.startswith("blogapp: the database does not answer:")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("damage", "advice"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 500), "restore a copy"),
        (lambda path: _change(path, NEWER), "newer"),
    ],
    ids=["damaged", "from a newer version"],
)
def test_a_database_that_cannot_be_used_is_one_line_that_says_what_to_do(
    process, tmp_path, damage, advice
):
    process("init")
    damage(tmp_path / "instance" / "blog.sqlite")

    result = process("init")

    assert result.returncode != 0
    assert result.stderr.startswith("blogapp: ")
    assert advice in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_made_is_one_line(process, tmp_path):
    (tmp_path / "file").touch()

    result = process("init", BLOG_INSTANCE=str(tmp_path / "file" / "instance"))

    assert result.returncode != 0
    assert result.stderr.strip().startswith("blogapp: ")
    assert len(result.stderr.strip().splitlines()) == 1


def _change(path, statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(statements)


def test_a_full_disk_is_one_line_that_says_what_to_do(monkeypatch):
    def full(**_settings):
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/export/a.md")

    monkeypatch.setattr(cli, "group", full)

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert "blogapp: the disk is full; make room and run this again" in str(ended.value)
    assert "/srv/export/a.md" in str(ended.value)


def test_an_author_is_added_without_a_terminal(blogapp):
    password = "correct horse battery staple\n"
    add = ("author", "add", "grace@example.com", "--name", "Grace", "--role", "owner")

    first = blogapp(*add, "--password-stdin", stdin=password)
    again = blogapp(*add, "--password-stdin", stdin=password)

    assert first.exit_code == 0
    assert "grace@example.com\tGrace\towner" in blogapp("author", "list").stdout
    assert again.exit_code != 0
    assert "has an account already" in again.stderr


def test_an_author_whom_an_import_brought_is_given_an_account(blogapp, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    (old / "one.md").write_text(
        "---\ntitle: One\ndate: 2024-05-01\nauthors: [Mara Lind]\n---\nText.\n"
    )
    blogapp("import", "markdown", str(old))
    add = ("author", "add", "mara@example.com", "--password-stdin", "--as")
    password = "correct horse battery staple\n"

    given = blogapp(*add, "mara-lind", stdin=password)
    again = blogapp("author", "add", "x@example.com", "--as", "mara-lind", stdin=password * 2)

    assert "Added Mara Lind <mara@example.com>, author." in given.stdout
    assert blogapp("author", "list").stdout == "mara@example.com\tMara Lind\tauthor\n"
    assert "No author without an account is called mara-lind." in again.stderr
    assert " 1  unchanged" in blogapp("import", "markdown", str(old)).stdout


def test_a_weak_password_is_refused(blogapp):
    result = blogapp("author", "add", "grace@example.com", "--password-stdin", stdin="short\n")

    assert result.exit_code != 0
    assert "at least 15 characters" in result.stderr
    assert blogapp("author", "list").stdout == ""


def test_an_author_is_disabled_and_let_in_again(blogapp):
    password = "correct horse battery staple\n"
    blogapp("author", "add", "ada@example.com", "--password-stdin", stdin=password)

    blogapp("author", "disable", "ADA@example.com")
    assert "disabled" in blogapp("author", "list").stdout

    blogapp("author", "reset", "ada@example.com", "--password-stdin", stdin=password)
    assert "disabled" not in blogapp("author", "list").stdout


def test_who_lost_every_second_factor_gets_in_with_the_password_alone(blogapp, tmp_path):
    password = "correct horse battery staple\n"
    blogapp("author", "add", "ada@example.com", "--password-stdin", stdin=password)
    with closing(sqlite3.connect(tmp_path / "instance" / "blog.sqlite")) as connection:
        kept = "INSERT INTO code_apps SELECT id, '1.', 0, created_at, NULL FROM authors"
        connection.execute(kept)
        connection.commit()

        told = blogapp("author", "forget-factors", "ada@example.com").stdout

        assert "the password alone" in told
        assert not connection.execute("SELECT * FROM code_apps").fetchall()
        acts = connection.execute("SELECT act FROM audit_events ORDER BY id DESC").fetchone()
        assert acts == ("factors.forgotten",)


@pytest.mark.parametrize("command", ["reset", "disable", "forget-factors"])
def test_nobody_is_said_to_be_nobody(blogapp, command):
    result = blogapp(
        "author", command, "nobody@example.com", *["--password-stdin"][: command == "reset"]
    )

    assert result.exit_code != 0
    assert "Nobody has the address nobody@example.com." in result.stderr


def test_synth_adds_the_same_posts_for_the_same_seed(blogapp, tmp_path):
    assert blogapp("synth", "--posts", "30").exit_code == 0

    assert "Rendered 30 posts." in blogapp("render", "rebuild", "--all").stdout
    assert "Rendered 0 posts." in blogapp("render", "rebuild").stdout


def test_the_doctor_finds_a_missing_image(blogapp, tmp_path):
    blogapp("demo")
    assert blogapp("doctor").exit_code == 0
    next((tmp_path / "instance" / "media").rglob("*.png")).unlink()

    result = blogapp("doctor")

    assert result.exit_code == 1
    assert "is missing: restore it from a copy" in result.stdout


def test_the_doctor_warns_of_plain_http(blogapp):
    result = blogapp("doctor", BLOG_PUBLIC_URL="http://blog.example.com")

    assert "travel in clear" in result.stdout
