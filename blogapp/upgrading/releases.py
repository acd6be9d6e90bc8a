"""Where versions lie beside each other, and which of them serves.

    /srv/blog/releases/0.1.0/.venv
    /srv/blog/releases/0.2.0/.venv
    /srv/blog/current -> releases/0.2.0

What starts the blog goes through `current`. A checkout has the same shape, so that `current` may
lead to one. Only the standard library is used here: every start asks for the instance folder.
"""

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from blogapp.upgrading.errors import UpgradeError

RELEASES, CURRENT = "releases", "current"
VENV, PROGRAM = ".venv", Path(".venv", "bin", "blogapp")
# Lies in a release until it is whole, so that one which was cut short is known.
UNFINISHED = ".unfinished"
_CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Home:
    """The folder in which the versions of one blog lie."""

    path: Path

    @property
    def releases(self) -> Path:
        return self.path / RELEASES

    @property
    def current(self) -> Path:
        return self.path / CURRENT

    def folder(self, version: str) -> Path:
        return self.releases / version

    def serving(self) -> Path | None:
        """Return the folder that `current` leads to; None where there is none."""
        return self.current.resolve() if self.current.is_symlink() else None

    def unfinished(self) -> list[Path]:
        """Return what installations left that were cut short."""
        return sorted(path.parent for path in self.releases.glob(f"*/{UNFINISHED}"))

    def switch(self, folder: Path) -> None:
        """Let `current` lead to a folder, at once for everybody."""
        inside = folder.is_relative_to(self.path)
        target = folder.relative_to(self.path) if inside else folder
        beside = self.path / f".{CURRENT}-{os.getpid()}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(target)
        os.replace(beside, self.current)
        _sync(self.path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who upgrades. Raises `UpgradeError` where somebody else does."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".upgrade.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UpgradeError("another upgrade is under way at this moment") from error
            yield


@dataclass(frozen=True)
class Change:
    """What the last upgrade did, written down before it was done."""

    before: str  # folders
    after: str
    version_before: str
    version_after: str
    step_before: str
    backup: str
    made_at: str
    is_done: bool = False

    @classmethod
    def read(cls, home: Home) -> "Change | None":
        try:
            return cls(**json.loads((home.path / ".upgrade.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, home: Home) -> None:
        write_json(home.path / ".upgrade.json", self.__dict__)


def write_json(path: Path, said: object) -> None:
    """Write a file whole or not at all, and onto the disk."""
    beside = path.with_name(f".{path.name.lstrip('.')}-{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    _sync(path.parent)


def version() -> str:
    """Return the version of this software."""
    try:
        return installed_version("blogapp")
    except PackageNotFoundError:
        return "0"


@cache
def running_folder() -> Path:
    """Return the folder in which the version that runs here lies: a release or a checkout."""
    prefix = Path(sys.prefix)
    return prefix.parent if prefix.name == VENV else prefix


@cache
def find_home() -> Home | None:
    """Return where this version has others beside it; None where nothing says so."""
    folder = running_folder()
    if folder.parent.name == RELEASES:
        return Home(folder.parent.parent)
    beside = Home(folder.parent)
    return beside if beside.serving() == folder.resolve() else None


def current_program() -> Path | None:
    """Return the program of the version that is to serve; None where versions do not change.

    Not by way of the link: a process shall find its own files when that has been turned.
    """
    home = find_home()
    serving = home.serving() if home else None
    program = serving / PROGRAM if serving else None
    return program if program and program.is_file() else None


def is_checkout() -> bool:
    """Return whether this is the tree of the software and not an installed package."""
    return (_CHECKOUT / "templates").is_dir()


def default_instance() -> Path:
    """Return the instance folder of a blog that names none.

    Beside the software in a checkout, beside the versions where there are several, and in the
    folder one is in otherwise.
    """
    if is_checkout():
        return _CHECKOUT / "instance"
    home = find_home()
    return (home.path if home else Path.cwd()) / "instance"


def begin(folder: Path) -> None:
    """Make the folder of a release that is not whole yet."""
    folder.mkdir(parents=True)
    (folder / UNFINISHED).touch()


def finish(folder: Path) -> None:
    """Say that a release is whole."""
    (folder / UNFINISHED).unlink()


def remove(folder: Path) -> None:
    """Remove a release; what is left of it when that is cut short is known for what it is."""
    with suppress(FileNotFoundError):
        (folder / UNFINISHED).touch()
    shutil.rmtree(folder / VENV, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
