"""Promises about the tree itself: what lies where, and what is written down."""

import ast
import json
import re
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path

import click
import pytest

from blogapp.cli import group

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".dockerignore",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "bench",
    "blogapp",
    "deploy",
    "docs",
    "gunicorn.conf.py",
    "instance",
    "pyproject.toml",
    "requirements",
    "static",
    "templates",
    "tests",
    "wsgi.py",
}
# Where one machine keeps things, and where packages come from. Written apart, so that
# this file does not hold them itself.
NOT_OURS = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:work|farm|root)" + r"/\w",
            r"(?<![\w.])/Users" + r"/\w",
            r"pypi\." + "org",
            r"python" + r"hosted\.org",
            r"registry\.npm" + r"js\.org",
            r"deb\.debian" + r"\.org",
        ]
    )
)
LONGEST = 600  # lines


@cache
def tracked():
    """Return the files of the tree, as git knows them; those not yet committed too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git here")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return sorted(path for path in paths if path.is_file())


def written(*suffixes):
    """Return path and text of every file of ours that is text."""
    for path in tracked():
        if "vendor" in path.parts or (suffixes and path.suffix not in suffixes):
            continue
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_the_top_level_holds_what_the_map_names():
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}

    assert names - TOP_LEVEL == set()


def test_no_file_names_a_machine_or_a_registry():
    found = [f"{name}: {match[0]}" for name, text in written() for match in NOT_OURS.finditer(text)]

    assert found == []


def test_files_can_be_read_in_one_sitting():
    long = {
        name: text.count("\n")
        for name, text in written(".py", ".js", ".css", ".html")
        if text.count("\n") > LONGEST
    }

    assert long == {}


def test_tests_wait_for_conditions_and_never_sleep():
    found = [
        name
        for name, text in written(".py")
        if name.startswith("tests/")
        and re.search(r"\btime\.sleep\(|\bfrom time import .*\bsleep|\.wait_for_timeout\(", text)
    ]

    assert found == []


def test_vendored_files_are_the_ones_the_manifest_describes():
    vendor = ROOT / "static" / "vendor"
    entries = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
    described = {name: digest for entry in entries for name, digest in entry["files"].items()}
    licences = {entry["licence_text"] for entry in entries}

    found = {
        path.relative_to(vendor).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in tracked()
        if path.is_relative_to(vendor) and path.name != "manifest.json"
    }

    assert licences <= found.keys()
    assert {name: d for name, d in found.items() if name not in licences} == described


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_address(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()

    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert [line for line in text.splitlines() if "://" in line or "--index" in line] == []


def test_what_the_blog_runs_on_is_what_its_tests_run_on():
    run, test = (
        set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("run.txt", "test.txt")
    )

    assert run <= test


def test_every_setting_is_documented():
    source = (ROOT / "blogapp" / "config.py").read_text(encoding="utf-8")
    strings = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)]
    settings = {s for s in strings if isinstance(s, str) and re.fullmatch("BLOG_[A-Z_]+", s)}

    assert settings
    assert {name for name in settings if not re.search(rf"\b{name}\b", guide())} == set()


def test_every_command_is_documented():
    commands = set(commands_of(group, "blogapp"))

    assert commands
    assert {name for name in commands if name not in guide()} == set()


def test_every_command_explains_itself(subtests):
    for name, command in all_commands(group, "blogapp"):
        with subtests.test(name):
            assert command.help
            assert all(p.help for p in command.params if isinstance(p, click.Option))


def guide():
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))
    )


def commands_of(command, name):
    return (name for name, _ in all_commands(command, name))


def all_commands(command, name):
    """Return every command below ``command`` that does something itself, by its full name."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for part, below in command.commands.items():
        yield from all_commands(below, f"{name} {part}")
