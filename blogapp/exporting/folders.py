"""An export as a folder: only what changed is written, and nothing that somebody else put there."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from blogapp.exporting.errors import BadExport, Busy, NotEmpty
from blogapp.exporting.file_names import MANIFEST
from blogapp.exporting.files import File
from blogapp.exporting.streaming import opened
from blogapp.exporting.trees import is_export, is_inside, read_manifest
from blogapp.media.stores import Store

# What an export that was interrupted had begun, so that the next one knows it for its own.
UNFINISHED = ".export-unfinished"
_NEW = ".export-new"
# Pieces of a file that are held in memory to be compared.
_PIECES = 4
# What stands in a folder that is to become a repository.
_HARMLESS = {".git", ".gitignore", ".gitattributes", UNFINISHED, _NEW}


@dataclass
class Written:
    """How many files an export has, how many of them were new or changed, and how many went."""

    files: int = 0
    changed: int = 0
    removed: int = 0


def write_folder(folder: Path, *, store: Store, done: Callable[[], None] = lambda: None) -> Written:
    """Write the blog into ``folder``, where an export of it may be already.

    Each file appears whole or not at all, and only where its bytes are others; what the export
    before had and this one has not is removed. May be interrupted and repeated. Raises
    `NotEmpty` before anything is changed, `Busy`, and `OSError`.
    """
    folder = folder.resolve()
    _demand_own(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder) as begun:
        work = _Work(folder, {*_known(folder), *begun.known}, begun)
        with opened(store) as files:
            for file in files:
                work.put(file)
                done()
        work.remove_rest()
        (folder / UNFINISHED).unlink()
    return work.written


def _demand_own(folder: Path) -> None:
    if not folder.exists() or is_export(folder) or (folder / UNFINISHED).is_file():
        return
    if not folder.is_dir():
        raise NotEmpty(f"{folder} is a file")
    if foreign := next((each for each in folder.iterdir() if each.name not in _HARMLESS), None):
        raise NotEmpty(
            f"{foreign} was written by no export: name a new or empty folder, or one that "
            "holds an export"
        )


def _known(folder: Path) -> Iterator[str]:
    """Yield what the export before has written; nothing of what a damaged manifest names."""
    with suppress(OSError, BadExport):
        yield MANIFEST
        for path, _digest in read_manifest(folder):
            yield path


class _Begun:
    """The list of files that this export puts where nothing of the one before was."""

    def __init__(self, path: Path, known: set[str]) -> None:
        self.known = known
        self._file = path.open("a", encoding="utf-8")

    def note(self, path: str) -> None:
        # It is in the list before it is on the disk.
        self._file.write(f"{path}\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@contextmanager
def _held(folder: Path) -> Iterator[_Begun]:
    path = folder / UNFINISHED
    lines = path.read_text(errors="replace").split("\n")[:-1] if path.is_file() else []
    begun = _Begun(path, {line for line in lines if is_inside(line)})
    try:
        try:
            fcntl.flock(begun._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(f"another export is writing {folder}") from error
        yield begun
    finally:
        begun.close()


class _Work:
    """One export on its way into its folder."""

    def __init__(self, folder: Path, known: set[str], begun: _Begun) -> None:
        self.folder, self.known, self.begun = folder, known, begun
        self.rest = set(known)
        self.written = Written()

    def put(self, file: File) -> None:
        """Write a file, unless it is there byte for byte."""
        target = self.folder / file.path
        self._demand_free(target, file.path)
        self.rest.discard(file.path)
        self.written.files += 1
        new = self.folder / _NEW
        if _write_unless_same(target, file, new):
            return
        if file.path not in self.known:
            self.begun.note(file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.chmod(new, 0o644)
        if file.path == MANIFEST:
            _sync(new)
        os.replace(new, target)
        self.written.changed += 1

    def remove_rest(self) -> None:
        """Remove what only the export before had, and the folders that are empty then."""
        for path in sorted(self.rest):
            target = self.folder / path
            if self._leads_elsewhere(target) or not target.is_file():
                continue
            target.unlink()
            self.written.removed += 1
            for parent in target.relative_to(self.folder).parents[:-1]:
                with suppress(OSError):
                    (self.folder / parent).rmdir()
        (self.folder / _NEW).unlink(missing_ok=True)

    def _demand_free(self, target: Path, path: str) -> None:
        if self._leads_elsewhere(target):
            raise NotEmpty(f"{target} leads to another place: remove that link")
        if path not in self.known and target.exists():
            raise NotEmpty(f"{target} was written by no export: move it away")

    def _leads_elsewhere(self, target: Path) -> bool:
        inside = target.relative_to(self.folder)
        return any((self.folder / part).is_symlink() for part in (inside, *inside.parents[:-1]))


def _write_unless_same(target: Path, file: File, new: Path) -> bool:
    """Return whether the file's bytes are at ``target`` already; else they are at ``new``."""
    chunks = iter(file.chunks)
    begins = list(islice(chunks, _PIECES))
    with suppress(OSError), target.open("rb") as old:
        # What is small, as nearly all are, is compared without being written first.
        same = all(old.read(len(piece)) == piece for piece in begins)
        if same and len(begins) < _PIECES and not old.read(1):
            return True
    with new.open("wb") as out:
        for piece in chain(begins, chunks):
            out.write(piece)
    return len(begins) == _PIECES and target.is_file() and _is_same(new, target)


def _is_same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while chunk := first.read(1 << 20):
            if second.read(len(chunk)) != chunk:
                return False
    return True


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
