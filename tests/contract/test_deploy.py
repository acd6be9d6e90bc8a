"""The files in deploy/, tried as far as a test can."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.programs import find_nginx, how_to_install

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture
def instance(tmp_path):
    """An instance whose database is open and has changes that are only in its log."""
    folder = tmp_path / "instance"
    (folder / "media" / "ab").mkdir(parents=True)
    (folder / "media" / "ab" / "figure.png").write_bytes(b"figure")
    connection = sqlite3.connect(folder / "blog.sqlite")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE words (word)")
    connection.execute("INSERT INTO words VALUES ('kept')")
    connection.commit()
    yield folder
    connection.close()


def copy(instance, target, *more):
    return subprocess.run(
        [sys.executable, DEPLOY / "copy_database.py", target, *more],
        env={**os.environ, "BLOG_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
    )


def test_the_nightly_copy_has_every_committed_word(instance, tmp_path):
    result = copy(instance, tmp_path / "copies")

    assert result.returncode == 0, result.stderr
    (made,) = (tmp_path / "copies").glob("blog-*.sqlite")
    connection = sqlite3.connect(made)
    assert connection.execute("SELECT word FROM words").fetchall() == [("kept",)]
    connection.close()
    assert (tmp_path / "copies" / "media" / "ab" / "figure.png").read_bytes() == b"figure"


def test_the_nightly_copy_leaves_out_what_is_painted_again(instance, tmp_path):
    for shelf in ("cards", "icons"):
        (instance / "media" / shelf / "7").mkdir(parents=True)
        (instance / "media" / shelf / "7" / "0.png").write_bytes(b"painted")

    copy(instance, tmp_path / "copies")

    kept = [path.name for path in (tmp_path / "copies" / "media").rglob("*.png")]
    assert kept == ["figure.png"]


def test_the_nightly_copy_keeps_as_many_as_told(instance, tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    for day in range(10, 20):
        (copies / f"blog-202601{day}T000000Z.sqlite").touch()

    copy(instance, copies, "3")

    left = sorted(path.name for path in copies.glob("*.sqlite"))
    assert len(left) == 3
    assert left[:2] == ["blog-20260118T000000Z.sqlite", "blog-20260119T000000Z.sqlite"]


def test_a_missing_database_is_said(tmp_path):
    result = copy(tmp_path / "nowhere", tmp_path / "copies")

    assert result.returncode == 1
    assert "is not there" in result.stderr


def test_every_file_the_guide_names_is_there():
    guide = (ROOT / "docs/guide/deploy.md").read_text()

    named = set(re.findall(r"deploy/([\w.-]+\w)", guide)) - {"blog-copy"}
    assert named >= {"blog.env", "blog.service", "Caddyfile", "nginx.conf", "copy_database.py"}
    for name in named:
        assert (DEPLOY / name).is_file(), name


def test_the_guide_takes_ten_commands():
    guide = (ROOT / "docs/guide/deploy.md").read_text()
    commands = re.findall(r"```sh\n(.*?)```", guide, re.S)[1].strip().splitlines()

    assert len(commands) == 10


def test_every_setting_the_units_use_is_documented():
    documented = (ROOT / "docs/guide/settings.md").read_text()

    for name in re.findall(r"^(BLOG_\w+)=", (DEPLOY / "blog.env").read_text(), re.M):
        assert f"`{name}`" in documented


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer")))
def test_units_say_what_they_are_and_who_runs_them(unit):
    text = unit.read_text()

    assert "[Unit]\nDescription=" in text
    if unit.suffix == ".service":
        assert "User=blog" in text
        assert "NoNewPrivileges=yes" in text


@pytest.mark.skipif(not (find_nginx() or os.environ.get("CI")), reason=how_to_install("nginx"))
def test_nginx_accepts_its_configuration(tmp_path):
    main = tmp_path / "nginx.conf"
    site = (DEPLOY / "nginx.conf").read_text()
    assert "server_name blog.example.com;" in site
    # A test may not bind port 80; everything else is as shipped.
    site = site.replace("listen 80;", "listen 127.0.0.1:8089;").replace("listen [::]:80;", "")
    main.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{site}\n}}\n")

    result = subprocess.run(
        [find_nginx(), "-t", "-c", main, "-e", tmp_path / "error.log"],
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
