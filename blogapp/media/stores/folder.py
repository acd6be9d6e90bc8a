"""Files in a folder of this machine."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from blogapp.media.stores import SHELF, Entry

# How the names begin of what is being written.
UNFINISHED = ".new-"
_MAKING = ".making-"


@dataclass(frozen=True)
class Folder:
    """A store in a folder, which is made when the first file comes."""

    root: Path

    @property
    def address(self) -> str:
        return str(self.root)

    @property
    def can_be_forked(self) -> bool:
        return True

    def path(self, key: str) -> Path | None:
        return self.root / key

    def open(self, key: str) -> "_OpenFile":
        return _OpenFile((self.root / key).open("rb"))

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        with (self.root / key).open("rb") as file:
            file.seek(start)
            return file.read(-1 if length is None else length)

    def size(self, key: str) -> int | None:
        path = self.root / key
        with suppress(FileNotFoundError, NotADirectoryError):
            return path.stat().st_size if path.is_file() else None
        return None

    def write(self, key: str, data: bytes) -> None:
        write_file(self.root / key, data)

    def take(self, key: str, path: Path, *, is_synced: bool = True) -> None:
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_synced:
            with path.open("rb") as file:
                os.fsync(file.fileno())
        path.chmod(0o644)
        os.replace(path, target)
        if is_synced:
            _sync_folder(target.parent)

    def delete(self, key: str) -> None:
        path = self.root / key
        path.unlink(missing_ok=True)
        # Another name of the same content may lie beside it.
        for folder in path.relative_to(self.root).parents[:-1]:
            with suppress(OSError):
                (self.root / folder).rmdir()

    def list(self, shelf: str = "") -> Iterator[Entry]:
        for place, folders, names in os.walk(self.root / shelf):
            here = Path(place)
            if here == self.root:
                folders[:] = [name for name in folders if SHELF.fullmatch(name)]
                names = []
            folders.sort()
            for name in sorted(names):
                if not name.startswith("."):
                    yield from self._entry((here / name).relative_to(self.root).as_posix())

    @contextmanager
    def at_hand(self, key: str) -> Iterator[Path]:
        path = self.root / key
        if not path.is_file():
            raise FileNotFoundError(path)
        yield path

    def sign(self, key: str, valid: timedelta) -> str:
        return ""

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=_MAKING) as place:
            yield Path(place)

    def _entry(self, key: str) -> Iterator[Entry]:
        with suppress(FileNotFoundError):
            about = (self.root / key).stat()
            yield Entry(key, about.st_size, datetime.fromtimestamp(about.st_mtime, UTC))


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


class _OpenFile:
    def __init__(self, file: BinaryIO) -> None:
        self.file, self.read, self.close = file, file.read, file.close
        self.size = os.fstat(file.fileno()).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()


def _sync_folder(folder: Path) -> None:
    # The rename itself is safe only once its folder is on disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
