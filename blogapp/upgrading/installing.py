"""A version into a folder of its own, with exactly what it was tested with."""

import email
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from blogapp.upgrading.errors import UpgradeError
from blogapp.upgrading.releases import PROGRAM, VENV, Home, begin, finish, remove

PACKAGE = "blogapp"
# Bytes that a version takes with everything it runs on.
SIZE = 400_000_000
_LOCK = f"{PACKAGE}/requirements/run.txt"
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_OPTIONAL = ("math", "diagrams")
# As it is told in one step: its name.
Told = Callable[[str], None]


@dataclass(frozen=True)
class Wheel:
    """A version as a file."""

    path: Path
    version: str
    python: str
    # Where everything else comes from; None: the package index that pip asks.
    source: Path | None = None


@contextmanager
def find_wheel(wanted: str, *, source: Path | None = None, digest: str = "") -> Iterator[Wheel]:
    """Give the wheel that somebody means by a file, by a folder of wheels, or by a version.

    With a folder, or ``source``, pip asks nobody else. ``digest`` is the SHA-256 that the wheel
    must have. Raises `UpgradeError`.
    """
    path = Path(wanted)
    with tempfile.TemporaryDirectory(prefix="blog-wheel-") as scratch:
        if path.suffix == ".whl" or path.is_file():
            found = path
        elif path.is_dir():
            source = path
            found = _newest(path)
        else:
            found = _fetched(wanted, source, Path(scratch))
        if digest and sha256(found.read_bytes()).hexdigest() != digest.lower():
            raise UpgradeError(f"{found.name} is not the file that has this SHA-256")
        yield _read(found, source)


def install(wheel: Wheel, home: Home, *, told: Told) -> Path:
    """Install a version beside the others and return its folder; one that is whole is kept.

    What an earlier attempt left is removed first. Raises `UpgradeError`.
    """
    folder = home.folder(wheel.version)
    for left in home.unfinished():
        remove(left)
    if folder.exists():
        return folder
    _demand_room(home)
    begin(folder)
    try:
        told("environment")
        _run([sys.executable, "-m", "venv", "--clear", str(folder / VENV)])
        with tempfile.TemporaryDirectory(prefix="blog-lock-") as scratch:
            locks = _locks(wheel, Path(scratch))
            for number, lock in enumerate(locks):
                told(f"packages {number + 1} of {len(locks)}")
                _install_locked(folder, lock, wheel.source, is_needed=number == 0)
        told("blogapp")
        _pip(folder, ["install", "--no-deps", "--no-index", str(wheel.path.resolve())])
        demand_version(folder, wheel.version)
    except BaseException:
        remove(folder)
        raise
    finish(folder)
    return folder


def demand_version(folder: Path, version: str) -> None:
    """Raise `UpgradeError` unless a release says by itself which version it is."""
    said = _run([str(folder / PROGRAM), "--version"])
    if said.split()[-1:] != [version]:
        raise UpgradeError(f"what was installed says that it is {said.strip()!r}")


def _read(path: Path, source: Path | None) -> Wheel:
    try:
        with zipfile.ZipFile(path) as archive:
            [name] = [
                n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)
            ]
            about = email.message_from_bytes(archive.read(name))
            archive.getinfo(_LOCK)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UpgradeError(f"{path} is no wheel of this software ({error})") from error
    if about["Name"] != PACKAGE:
        raise UpgradeError(f"{path} is a wheel of {about['Name']}")
    found = Wheel(path, str(about["Version"]), str(about["Requires-Python"] or ""), source)
    _demand_python(found)
    return found


def _demand_python(wheel: Wheel) -> None:
    here = ".".join(map(str, sys.version_info[:3]))
    try:
        is_fine = here in SpecifierSet(wheel.python)
        Version(wheel.version)
    except (InvalidSpecifier, InvalidVersion) as error:
        raise UpgradeError(f"{wheel.path} says nothing of use about itself") from error
    if not is_fine:
        raise UpgradeError(
            f"{wheel.version} needs Python {wheel.python}, this is {here}: install that Python, "
            "and run its blogapp upgrade"
        )


def _demand_room(home: Home) -> None:
    home.releases.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(home.releases).free) < SIZE:
        raise UpgradeError(
            f"{SIZE / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free in {home.path}: "
            "make room, or remove an old release"
        )


def _newest(folder: Path) -> Path:
    found = sorted(
        folder.glob(f"{PACKAGE}-*.whl"), key=lambda path: Version(path.name.split("-")[1])
    )
    if not found:
        raise UpgradeError(f"there is no {PACKAGE}-….whl in {folder}")
    return found[-1]


def _fetched(version: str, source: Path | None, scratch: Path) -> Path:
    if not re.fullmatch(r"[0-9][0-9A-Za-z.+!-]*", version):
        raise UpgradeError(f"{version!r} is neither a version nor a wheel nor a folder of wheels")
    asked = ["download", "--no-deps", "--only-binary", ":all:", "--dest", str(scratch)]
    try:
        _run([sys.executable, *_PIP, *asked, *_from(source), f"{PACKAGE}=={version}"])
    except UpgradeError as error:
        place = f"in {source}" if source else "in the package index that pip asks"
        raise UpgradeError(
            f"{PACKAGE} {version} is not {place}: name its wheel, or another folder with --from "
            f"({error})"
        ) from error
    return next(scratch.glob("*.whl"))


def _locks(wheel: Wheel, scratch: Path) -> Sequence[Path]:
    """Return what is pinned in the wheel: what it needs, then what it can do without."""
    with zipfile.ZipFile(wheel.path) as archive:
        names = [_LOCK, *(f"{PACKAGE}/requirements/{each}.txt" for each in _OPTIONAL)]
        made = []
        for name in [name for name in names if name in archive.namelist()]:
            path = scratch / Path(name).name
            path.write_bytes(archive.read(name))
            made.append(path)
        return made


def _install_locked(folder: Path, lock: Path, source: Path | None, *, is_needed: bool) -> None:
    asked = ["install", "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    try:
        _pip(folder, [*asked, *_from(source)])
    except UpgradeError:
        if is_needed:
            raise


def _from(source: Path | None) -> list[str]:
    return ["--no-index", "--find-links", str(source.resolve())] if source else []


def _pip(folder: Path, arguments: list[str]) -> None:
    _run([str(folder / VENV / "bin" / "python"), *_PIP, *arguments])


_PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]


def _run(command: list[str]) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PIP_USER"}}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment | {"PYTHONDONTWRITEBYTECODE": ""},
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["no word"]
        raise UpgradeError(f"{Path(command[0]).name} failed: {errors[0].removeprefix('ERROR: ')}")
    return done.stdout
