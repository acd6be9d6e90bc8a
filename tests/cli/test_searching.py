"""`blogapp search rebuild`, and what the doctor says of the search index."""

import os
import sqlite3

import pytest
from click.testing import CliRunner

from blogapp.cli import group


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance")}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_a_rebuild_takes_in_what_the_doctor_misses(blogapp, tmp_path):
    blogapp("synth", "--posts", "12")
    assert "search: 12 posts in the index" in blogapp("doctor").stdout
    with sqlite3.connect(tmp_path / "instance" / "blog.sqlite") as connection:
        connection.execute("UPDATE search_posts SET version = 0 WHERE post_id < 4")
    connection.close()
    assert "3 posts are missing from the search: blogapp search rebuild" in blogapp("doctor").stdout

    assert "Indexed 12 posts." in blogapp("search", "rebuild").stdout

    said = blogapp("doctor").stdout
    assert "search: 12 posts in the index" in said
    assert "missing from the search" not in said
