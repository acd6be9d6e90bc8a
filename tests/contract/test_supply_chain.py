"""What the blog is made of: all of it named, pinned, hashed, licensed."""

import json
import os
import re
import subprocess
import sys
import tomllib
from hashlib import sha256

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from requirements.sbom import SBOM, bill
from tests.conftest import ROOT

LOCKS = ("run.txt", "test.txt", "math.txt", "diagrams.txt")
# What may be shipped with software under the MIT licence; psycopg is used as a library.
LICENCES = re.compile(
    "MIT|0BSD|BSD|ISC|Apache|PSF|Python Software Foundation|MPL|Mozilla|OFL|LGPL|Unlicense"
)
# Where programs of others could hide. What is ours is written here as it is read.
_FOREIGN = {".wasm", ".map", ".woff", ".woff2", ".ttf", ".otf", ".so", ".jar", ".exe", ".zip"}


def locked(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return {
        re.sub(r"[-_.]+", "-", match[1]).lower(): line
        for line in text.splitlines()
        if (match := re.match(r"([\w.-]+)(?:\[.*?\])?==", line))
    }


def version(line):
    return Version(re.search(r"==([^\s;]+)", line)[1])


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def asked(group):
    return [
        Requirement(each) for each in project()["dependency-groups"][group] if isinstance(each, str)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_by_hashes_and_comes_from_no_named_place(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    lines = text.replace("\\\n", " ").splitlines()

    assert len(locked(name)) == len(lines)
    assert [each for each in lines if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", each)] == []
    assert not re.search(r"://|--(?:extra-)?index|--find-links|-e |git\+| @ ", text)


def test_what_is_pinned_is_what_is_asked_for():
    run, tests = locked("run.txt"), locked("test.txt")
    wanted = [(Requirement(each), run) for each in project()["project"]["dependencies"]]
    wanted += [(each, tests) for group in ("test", "lint", "build") for each in asked(group)]
    wanted += [
        (each, locked(f"{group}.txt")) for group in ("math", "diagrams") for each in asked(group)
    ]

    for requirement, lock in wanted:
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert name in lock, name
        assert version(lock[name]) in requirement.specifier, name
    for name in ("run.txt", "math.txt", "diagrams.txt"):
        assert {n: version(v) for n, v in locked(name).items()}.items() <= {
            n: version(v) for n, v in tests.items()
        }.items()


def test_nothing_is_installed_without_its_hashes():
    made = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    installing = [line for line in made.splitlines() if "pip install" in line]
    unpinned = [line for line in installing if "--require-hashes" not in line]

    assert len(installing) >= 4
    # Itself, without what it needs; and what pins, which nothing runs on.
    assert all("--no-deps" in line or line.endswith("install --quiet uv") for line in unpinned)


def test_files_of_others_lie_with_the_vendored_ones():
    static = ROOT / "static"
    found = {
        path.relative_to(static).as_posix()
        for path in static.rglob("*")
        if path.is_file() and (path.suffix in _FOREIGN or ".min." in path.name)
    }
    entries = json.loads((static / "vendor/manifest.json").read_text(encoding="utf-8"))
    described = {f"vendor/{name}" for entry in entries for name in entry["files"]}

    assert found - described == set()


def test_the_bill_of_materials_is_of_today():
    assert SBOM.read_text(encoding="utf-8") == bill(), "run make sbom"


def test_the_bill_names_everything_with_licence_and_hashes():
    said = json.loads(SBOM.read_text(encoding="utf-8"))
    by_name = {each["name"]: each for each in said["components"]}
    files = {
        file["name"]: file["hashes"][0]["content"]
        for each in said["components"]
        for file in each.get("components", [])
    }

    assert (said["bomFormat"], said["specVersion"]) == ("CycloneDX", "1.6")
    for name in ("run.txt", "math.txt", "diagrams.txt"):
        assert locked(name).keys() <= by_name.keys()
    for component in said["components"]:
        licences = json.dumps(component.get("licenses"))
        assert LICENCES.search(licences), (component["name"], licences)
    for name, digest in files.items():
        assert sha256((ROOT / name).read_bytes()).hexdigest() == digest
    refs = [each["ref"] for each in said["dependencies"]]
    assert len(refs) == len(set(refs))
    assert refs[0] == said["metadata"]["component"]["bom-ref"]


@pytest.mark.prove
def test_two_builds_of_the_wheel_are_the_same_bytes(tmp_path, figure):
    built = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        command = ["-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1767225600"}
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True
        )
        (wheel,) = folder.iterdir()
        built.append((wheel.name, sha256(wheel.read_bytes()).hexdigest()))

    figure("The wheel is reproducible", "different bytes in two builds", int(built[0] != built[1]))
    assert built[0] == built[1]
