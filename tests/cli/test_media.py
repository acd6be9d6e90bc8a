"""Looking after files: what `media check` finds, makes and leaves."""

import os
import sqlite3
from io import BytesIO

import pytest
from click.testing import CliRunner
from PIL import Image

from blogapp.cli import group


@pytest.fixture
def blogapp(tmp_path):
    """Run ``blogapp …`` on a new instance; returns what came of it."""

    def run(*arguments):
        environment = {name: None for name in os.environ if name.startswith("BLOG_")}
        environment |= {"BLOG_INSTANCE": str(tmp_path / "instance")}
        return CliRunner(env=environment).invoke(group, arguments)

    return run


@pytest.fixture
def ask(tmp_path):
    """Send a statement to the database of the instance; returns the rows."""

    def run(statement):
        with sqlite3.connect(tmp_path / "instance" / "blog.sqlite") as connection:
            rows = connection.execute(statement).fetchall()
        connection.close()
        return rows

    return run


@pytest.fixture
def imported(blogapp, tmp_path, ask):
    """A blog of an earlier version, with a picture that nobody has looked at."""
    site = tmp_path / "site"
    site.mkdir()
    out = BytesIO()
    noise = Image.effect_noise((700, 500), 90)
    Image.merge("RGB", [noise] * 3).save(out, "JPEG")
    (site / "map.jpg").write_bytes(out.getvalue())
    (site / "shards.md").write_text("---\ntitle: Shards\n---\n![A map](map.jpg)\n")
    assert blogapp("import", "markdown", str(site)).exit_code == 0
    ask("DELETE FROM jobs")
    ask("UPDATE media SET frames = NULL, variants = '{}'")
    return ask("SELECT id FROM posts")[0][0]


def test_pictures_of_an_earlier_version_get_their_smaller_versions(blogapp, ask, imported):
    blogapp("render", "rebuild", "--all")
    warning = "1 pictures have no smaller versions: blogapp media check"
    assert warning in blogapp("doctor").stdout
    [(before,)] = ask("SELECT html FROM posts")

    checked = blogapp("media", "check")

    [(after,)] = ask("SELECT html FROM posts")
    assert checked.exit_code == 0
    assert "1 files, 4 smaller versions made." in checked.output
    assert ("<picture" in before, "<picture" in after) == (False, True)
    assert "1 files, 0 smaller versions made." in blogapp("media", "check").output
    assert ask("SELECT alt FROM media") == [("A map",)]
    assert warning not in blogapp("doctor").stdout


def test_making_them_can_be_left_to_the_running_blog(blogapp, ask, imported):
    checked = blogapp("media", "check", "--later")

    assert "1 pictures get their smaller versions from the blog." in checked.output
    assert ask("SELECT kind FROM jobs") == [("variants",)]


def test_what_is_lost_is_named_or_made_again(blogapp, ask, imported, tmp_path):
    blogapp("media", "check")
    folder = tmp_path / "instance" / "media"
    [(key,)] = ask("SELECT key FROM media")
    for each in folder.glob("*/w480/*"):
        each.unlink()
    again = blogapp("media", "check")
    (folder / key).unlink()
    lost = blogapp("media", "check")

    assert again.exit_code == 0
    assert "0 smaller versions" not in again.output
    assert lost.exit_code == 1
    assert f"{folder / key} is missing" in lost.output


def test_files_of_another_blog_in_the_same_place_are_left_alone(blogapp, imported, tmp_path):
    folder = tmp_path / "instance" / "media"
    others = [folder / f"{number:016x}" / "theirs.png" for number in range(30)]
    for other in others:
        other.parent.mkdir()
        other.write_bytes(b"theirs")
        os.utime(other, (0, 0))

    checked = blogapp("media", "check")
    are_left = all(other.exists() for other in others)
    told = blogapp("media", "check", "--remove")

    assert (checked.exit_code, are_left) == (1, True)
    assert "30 of the 31 files in" in checked.output
    assert "another blog" in checked.output
    assert told.exit_code == 0
    assert not any(other.exists() for other in others)
