"""Old addresses by command: what is taken in, refused and written out."""

import os

import pytest
from click.testing import CliRunner

from blogapp.cli import group

# It only hands things on, which has tests of its own.


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance")}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_a_file_is_taken_in_with_a_line_for_each_refused_one(blogapp, tmp_path):
    file = tmp_path / "_redirects"
    file.write_text(
        "/old /archive\n/x/:id /archive\n\n/feed /rss.xml 302\n/away https://a.example/\n"
    )

    tried = blogapp("redirects", "import", str(file), "--dry-run")
    empty = blogapp("redirects", "export")
    taken = blogapp("redirects", "import", str(file))
    again = blogapp("redirects", "import", str(file))
    written = blogapp("redirects", "export")

    assert (tried.exit_code, taken.exit_code, written.exit_code) == (1, 1, 0)
    assert tried.stderr.splitlines() == [f"{file}:2: /x/:id: {refused()}"]
    assert tried.stdout.startswith("Nothing was kept")
    assert "     3  new\n" in taken.stdout
    assert "     1  leads to another site\n" in taken.stdout
    assert "     3  there already\n" in again.stdout
    assert empty.output.splitlines() == ["old,new,status,came_by,hits,last_used,created"]
    assert [line.split(",")[:4] for line in written.output.splitlines()[1:]] == [
        ["/away", "https://a.example/", "301", "imported"],
        ["/feed", "/rss.xml", "302", "imported"],
        ["/old", "/archive", "301", "imported"],
    ]


def refused():
    return "patterns are not understood, but for all below a folder: /old/*"


def test_a_file_that_is_no_list_is_told_in_one_line(blogapp, tmp_path):
    file = tmp_path / "list.json"
    file.write_text("[1")

    answer = blogapp("redirects", "import", str(file))

    assert answer.exit_code == 1
    assert len(answer.stderr.splitlines()) == 1
    assert "no JSON" in answer.stderr
