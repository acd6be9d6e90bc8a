"""Where files lie: a folder of this machine, or a bucket that machines share."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol, Self

# How the keys of files begin; other things lie beside them: cards, icons, what is on its way.
SHELF = re.compile(r"[0-9a-f]{16}")


class StoreAway(OSError):
    """The store cannot be asked now, or does not answer as one does; the message says why."""


class Entry(NamedTuple):
    """A file as a list names it: its key, its bytes, when it was written."""

    key: str
    size: int
    written_at: datetime


class Opened(Protocol):
    """A file that is read from its beginning to its end."""

    size: int

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; empty at the end."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *problem: object) -> None: ...


class Store(Protocol):
    """Keeps files by keys such as ``0123456789abcdef/map.png``; what a key holds never changes.

    What is not there raises `FileNotFoundError`; each may raise `StoreAway`, or another
    `OSError` of a disk.
    """

    @property
    def address(self) -> str:
        """How a setting calls it, without anything secret."""

    @property
    def can_be_forked(self) -> bool:
        """Whether a process that is forked of this one can go on with it."""

    def path(self, key: str) -> Path | None:
        """Return where the file would lie on this machine; None where that is elsewhere."""

    def open(self, key: str) -> Opened:
        """Return the file to be read in pieces, however large it is."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Return the file, or ``length`` bytes of it from the byte ``start``."""

    def size(self, key: str) -> int | None:
        """Return how many bytes the file has; None where there is none."""

    def write(self, key: str, data: bytes) -> None:
        """Keep a file whole or not at all; when this returns, a power cut loses nothing."""

    def take(self, key: str, path: Path, *, is_synced: bool = True) -> None:
        """Keep a file that lies in `scratch`, which is gone from there afterwards.

        Unless ``is_synced`` a power cut may lose it until the machine has synced its disks.
        """

    def delete(self, key: str) -> None:
        """Remove a file; done already is done."""

    def list(self, shelf: str = "") -> Iterator[Entry]:
        """Yield the files, or those on one shelf: the part of their keys before the first "/".

        What is only on its way, or kept beside the files, is not among them.
        """

    def at_hand(self, key: str) -> AbstractContextManager[Path]:
        """Give the file at a path of this machine, for a program that wants one."""

    def sign(self, key: str, valid: timedelta) -> str:
        """Return an address at which whoever has it finds the file for so long.

        Empty where no address outside of the blog leads to it.
        """

    def scratch(self) -> AbstractContextManager[Path]:
        """Give a folder in which files are made that the store is to `take`."""
