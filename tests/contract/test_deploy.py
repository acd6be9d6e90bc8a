"""The files in deploy/, tried as far as a test can."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from blogapp.cli import group
from tests.browser.programs import find_nginx, how_to_install

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def test_the_nightly_unit_makes_a_backup_and_keeps_fourteen(tmp_path):
    unit = (DEPLOY / "blog-backup.service").read_text()
    instance, folder = tmp_path / "instance", tmp_path / "backups"
    folder.mkdir()
    told = re.search(r"^ExecStart=/srv/blog/current/.venv/bin/blogapp (.+)$", unit, re.M)[1]
    arguments = told.replace("/srv/blog/backups", str(folder)).split()
    environment = {name: None for name in os.environ if name.startswith("BLOG_")}
    runner = CliRunner(env=environment | {"BLOG_INSTANCE": str(instance)})
    runner.invoke(group, ["init"])

    result = runner.invoke(group, arguments)

    assert result.exit_code == 0, result.output
    assert arguments[-2:] == ["--keep", "14"]
    (made,) = folder.iterdir()
    assert runner.invoke(group, ["restore", str(made), "--check"]).exit_code == 0


def test_every_file_the_guide_names_is_there():
    guide = (ROOT / "docs/guide/deploy.md").read_text()

    named = set(re.findall(r"deploy/([\w.-]+\w)", guide)) - {"blog-backup"}
    assert named >= {"blog.env", "blog.service", "Caddyfile", "nginx.conf"}
    assert "deploy/blog-backup.*" in guide
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
        assert "InaccessiblePaths=-/srv/blog/app/.git\n" in text


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
