"""`blogapp theme copy` and what `blogapp doctor` says of a theme."""

import os

import pytest
from click.testing import CliRunner

from blogapp.cli import group


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path)}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_a_copied_template_says_what_it_was_copied_from(blogapp, tmp_path):
    done = blogapp("theme", "copy", "ui/posts.html")

    copy = tmp_path / "theme" / "templates" / "ui" / "posts.html"
    first, _, rest = copy.read_text().partition("\n")
    assert done.exit_code == 0
    assert str(copy) in done.stdout
    assert first.startswith("{# From ui/posts.html, state ")
    assert "macro post_pages" in rest
    said = blogapp("doctor").stdout
    assert "theme: 1 templates" in said
    assert "it was copied from" not in said


def test_a_copy_from_an_older_version_is_noticed(blogapp, tmp_path):
    blogapp("theme", "copy", "ui/posts.html")
    copy = tmp_path / "theme" / "templates" / "ui" / "posts.html"
    rest = copy.read_text().partition("\n")[2]
    copy.write_text("{# From ui/posts.html, state 0123456789ab. #}\n" + rest)

    done = blogapp("doctor")

    assert "warning  theme/templates/ui/posts.html: it was copied from another state" in done.stdout


def test_a_broken_theme_ends_doctor_with_a_problem(blogapp, tmp_path):
    template = tmp_path / "theme" / "templates" / "public" / "post.html"
    template.parent.mkdir(parents=True)
    template.write_text("{% if %}")

    done = blogapp("doctor")

    assert done.exit_code == 1
    assert "problem  theme/templates/public/post.html, line 1" in done.stdout


@pytest.mark.parametrize("name", ["nowhere.html", "../secret_key", "/etc/passwd", ""])
def test_what_is_no_template_is_not_copied(blogapp, tmp_path, name):
    done = blogapp("theme", "copy", name)

    assert done.exit_code == 1
    assert "there is no template of this name" in done.stderr
    assert not (tmp_path / "theme").exists()


def test_a_changed_copy_is_never_overwritten(blogapp, tmp_path):
    blogapp("theme", "copy", "ui/posts.html")
    copy = tmp_path / "theme" / "templates" / "ui" / "posts.html"
    copy.write_text("mine")

    done = blogapp("theme", "copy", "ui/posts.html")

    assert done.exit_code == 1
    assert "is there already" in done.stderr
    assert copy.read_text() == "mine"
