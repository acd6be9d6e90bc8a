"""Other people's files are what their manifest says, with their licences beside them."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
each_entry = pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["name"])


def names_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@each_entry
def test_every_file_is_the_one_that_was_chosen(entry):
    found = {name: sha256((VENDOR / name).read_bytes()).hexdigest() for name in entry["files"]}

    assert found == entry["files"]


@each_entry
def test_a_file_has_its_version_in_its_name(entry):
    assert all(entry["version"] in name for name in entry["files"])


@each_entry
def test_the_licence_stands_beside_it(entry):
    assert entry["licence"] in {"0BSD", "MIT", "OFL-1.1"}
    assert len((VENDOR / entry["licence_text"]).read_text(encoding="utf-8")) > 400
    assert entry["origin"].startswith("npm ")


def test_nothing_else_is_there():
    known = {name for entry in MANIFEST for name in (*entry["files"], entry["licence_text"])}

    assert names_in(VENDOR) == known | {"manifest.json"}


def test_fonts_are_asked_for_by_the_names_they_have():
    sheet = (VENDOR.parent / "css" / "fonts.css").read_text(encoding="utf-8")

    fonts = {name for entry in MANIFEST for name in entry["files"] if name.endswith(".woff2")}
    assert fonts
    assert {name for name in fonts if f"../vendor/{name}" not in sheet} == set()
    assert sheet.count("url(") == len(fonts)
