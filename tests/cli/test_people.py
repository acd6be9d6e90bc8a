"""People, by command: roles, invitations, who is kept out and let in again."""

import os
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from blogapp.accounts.tokens import token_hash
from blogapp.cli import group

PASSWORD = "three ordinary words about lemons\n"


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments, stdin=""):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance")}
        return CliRunner(env=environment).invoke(group, arguments, input=stdin)

    return run


@pytest.fixture
def ask(tmp_path):
    """Ask the instance's database."""

    def ask(query):
        with closing(sqlite3.connect(tmp_path / "instance" / "blog.sqlite")) as connection:
            return connection.execute(query).fetchall()

    return ask


def add(blogapp, email, role):
    blogapp("author", "add", email, "--role", role, "--password-stdin", stdin=PASSWORD)


def test_the_last_owner_is_neither_changed_nor_disabled(blogapp, ask):
    add(blogapp, "grace@example.com", "owner")

    for command in (("role", "grace@example.com", "author"), ("disable", "grace@example.com")):
        refused = blogapp("author", *command)

        assert refused.exit_code != 0
        assert "Nobody else is an owner who can sign in" in refused.stderr

    add(blogapp, "ada@example.com", "author")
    assert blogapp("author", "role", "ada@example.com", "owner").exit_code == 0
    assert blogapp("author", "disable", "grace@example.com").exit_code == 0
    assert blogapp("author", "disable", "ada@example.com").exit_code != 0
    assert blogapp("author", "enable", "grace@example.com").exit_code == 0
    assert "disabled" not in blogapp("author", "list").stdout
    noted = ask("SELECT act, actor_kind FROM audit_events ORDER BY id")
    assert {act for act, _ in noted} >= {"role.changed", "author.disabled", "author.enabled"}
    assert {kind for _, kind in noted} == {"operator"}


def test_an_invitation_is_printed_and_only_its_hash_is_kept(blogapp, ask):
    link = blogapp("author", "invite", "ada@example.com", "--role", "editor").stdout.strip()
    again = blogapp("author", "invite", "ada@example.com", "--role", "editor").stdout.strip()
    add(blogapp, "grace@example.com", "author")
    taken = blogapp("author", "invite", "grace@example.com")

    assert "/invite/" in link
    # The newer one takes the place of the older.
    assert ask("SELECT token_hash, role FROM invitations") == [
        (token_hash(again.rsplit("/", 1)[1]), "editor")
    ]
    assert taken.exit_code != 0
    assert "has an account already" in taken.stderr
