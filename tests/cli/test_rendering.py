"""Posts that were too costly to format: what the import, the doctor and the rebuild say."""

import os

import pytest
from click.testing import CliRunner

from blogapp.cli import group
from blogapp.text import confining

SHOWN_AS_TYPED = "1 posts are shown as they were typed"


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance")}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


def test_a_rebuild_formats_what_was_too_costly_before(blogapp, tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "costly.md").write_text("# *a*\n\n" * 2000)
    with monkeypatch.context() as hurried:
        hurried.setattr(confining, "SECONDS", 0.01)
        imported = blogapp("import", "markdown", str(tmp_path / "site"))
    assert imported.exit_code == 0
    assert "costly.md:1: formatting it costs too much" in imported.output
    assert SHOWN_AS_TYPED in blogapp("doctor").stdout

    assert "Rendered 1 posts." in blogapp("render", "rebuild").stdout

    assert SHOWN_AS_TYPED not in blogapp("doctor").stdout


def test_the_doctor_says_what_drawing_needs(blogapp, monkeypatch):
    assert "shown as their source" not in blogapp("doctor").stdout

    monkeypatch.setattr("blogapp.text.diagramming.is_possible", lambda: False)

    said = blogapp("doctor").stdout
    assert "diagrams are shown as their source: pip install" in said
    assert "formulas" not in said
