"""Where uploads lie until they are taken in: a folder for each, that nobody else may open."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# What has to stay free for the database and for others.
ROOM_LEFT = 200_000_000
# Seconds after which nobody waits any more for the rest of an upload.
_FORGOTTEN_AFTER = 24 * 3600


class NoRoom(Exception):
    """The disk has no room for a file of this size; the message says how much is missing."""


@dataclass(frozen=True)
class Place:
    """The folder of one upload, its reports, and whatever its import needs meanwhile."""

    folder: Path

    @property
    def upload(self) -> Path:
        return self.folder / "upload"

    @property
    def progress(self) -> Path:
        return self.folder / "progress.json"

    @property
    def lock(self) -> Path:
        """Held by the process that works here."""
        return self.folder / "lock"

    @property
    def workshop(self) -> Path:
        """What is in here is of no use to anybody after the process that made it."""
        return self.folder / "work"

    def report(self, *, is_preview: bool) -> Path:
        """JSON Lines, one for each item."""
        return self.folder / ("preview.jsonl" if is_preview else "report.jsonl")

    def make(self) -> None:
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700)

    @contextmanager
    def open_upload(self) -> Iterator[BinaryIO]:
        """Give the file to write the upload to; it stays only if the block ends well."""
        handle = os.open(self.upload, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            self.remove()
            raise

    def tidy(self) -> None:
        """Drop everything but the report of what was taken in."""
        shutil.rmtree(self.workshop, ignore_errors=True)
        for path in (self.upload, self.progress, self.report(is_preview=True), self.lock):
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def place_of(folder: Path, token: str) -> Place:
    """Return the place of the run with this token, below the blog's ``folder`` for them."""
    if not token.isalnum():
        raise ValueError(f"{token!r} is no token")
    return Place(folder / token)


def new_token() -> str:
    return secrets.token_hex(16)


def demand_room(folder: Path, size: int) -> None:
    """Raise `NoRoom` unless a file of ``size`` bytes and what is made of it have room."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    missing = size + ROOM_LEFT - shutil.disk_usage(folder).free
    if missing > 0:
        raise NoRoom(f"{missing / 1e6:,.0f} MB are missing on the disk")


def sweep(folder: Path, tokens: set[str]) -> None:
    """Drop the folders of uploads that broke off long ago: those that no run knows."""
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            if path.is_dir() and path.name not in tokens and _is_old(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_old(folder: Path) -> bool:
    """Whether nothing has arrived in it for a day: an upload under way has no run yet."""
    with suppress(FileNotFoundError):
        changed = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        return time.time() - changed > _FORGOTTEN_AFTER
    return False
