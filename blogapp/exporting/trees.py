"""An export as it lies on a disk: only what its manifest names, and nothing beside its folder."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from blogapp.exporting import documents
from blogapp.exporting.errors import BadExport
from blogapp.exporting.file_names import MANIFEST

FORMAT = 1
HEAD = "# export of a blog, format {format}; written by blogapp, checked by sha256sum --check\n"
_HEAD = re.compile(r"# export of a blog, format (\d{1,9})\b")
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
LONGEST_PATH = 1000
MOST_FILES = 2_000_000
# Bytes of a text, of a list that is read as a whole, of a line of records; of any other file.
LONGEST_PAGE = 10_000_000
LONGEST_LIST = 10_000_000
LONGEST_LINE = 40_000_000
LONGEST_FILE = 30_000_000


def is_export(folder: Path) -> bool:
    """Tell whether the folder's manifest says that it is an export."""
    try:
        with (folder / MANIFEST).open(encoding="utf-8", errors="replace") as file:
            return _HEAD.match(file.readline(200)) is not None
    except OSError:
        return False


def manifest_line(digest: str, path: str) -> str:
    """Return what the manifest says of a file, as `sha256sum` writes it."""
    return f"{digest}  {path}\n"


def read_manifest(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file's path and SHA-256. Raises `BadExport`."""
    with (folder / MANIFEST).open(encoding="utf-8", errors="replace", newline="\n") as file:
        head = _HEAD.match(file.readline(200))
        if head is None:
            raise BadExport(MANIFEST, "is no manifest of an export")
        if int(head[1]) > FORMAT:
            raise BadExport(MANIFEST, f"has format {head[1]}; this version reads up to {FORMAT}")
        number = 1
        while text := file.readline(LONGEST_PATH + 100):
            number += 1
            found = _LINE.fullmatch(text.removesuffix("\n"))
            if number > MOST_FILES or not found or not text.endswith("\n"):
                raise BadExport(MANIFEST, "is damaged: no file stands here", number)
            if not is_inside(found[2]):
                raise BadExport(MANIFEST, f"names {found[2][:80]!r}, beside its folder", number)
            yield found[2], found[1]


def is_inside(path: str) -> bool:
    """Tell whether a path of a manifest stays in its folder, on any system."""
    parts = path.split("/")
    return (
        len(path) <= LONGEST_PATH
        and all(part not in {"", ".", "..", ".git"} for part in parts)
        and path.isprintable()
        and not set(path) & set('\\:*?"<>|')
    )


class Record(NamedTuple):
    """A line of records: its number, the byte at which it begins, and what it says."""

    number: int
    start: int
    said: dict[str, Any]


class Tree:
    """An export in a folder, whose manifest was read and whose files are all there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.digests = dict(self._checked())

    def _checked(self) -> Iterator[tuple[str, str]]:
        folded: set[str] = set()
        for path, digest in read_manifest(self.folder):
            if path.casefold() in folded:
                raise BadExport(MANIFEST, f"names {path} twice")
            folded.add(path.casefold())
            self._demand_file(path)
            yield path, digest

    def _demand_file(self, path: str) -> None:
        file = self.folder / path
        try:
            is_own = file.resolve(strict=True) == file and file.is_file()
            size = file.stat().st_size
        except (OSError, RuntimeError) as error:
            raise BadExport(path, "is missing, though the manifest names it") from error
        if not is_own:
            raise BadExport(path, "is no file of this folder, but leads elsewhere")
        most = LONGEST_LIST if path.startswith("_data/") else LONGEST_FILE
        most = LONGEST_PAGE if path.endswith(".md") else most
        if size > most and not path.startswith("_records/"):
            raise BadExport(path, f"has {size} bytes; no export has a file of that kind so large")

    def holds(self, path: str) -> bool:
        return path in self.digests

    def listed(self, start: str) -> list[str]:
        """Return the paths that begin so."""
        return [path for path in self.digests if path.startswith(start)]

    def text(self, path: str) -> str:
        """Return a file as text. Raises `BadExport`."""
        if not self.holds(path):
            raise BadExport(path, "is not in the manifest")
        data = (self.folder / path).read_bytes()
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise BadExport(path, "is not UTF-8", line) from error

    def page(self, path: str) -> tuple[dict[str, Any], str]:
        """Return a file's front matter and its body."""
        return documents.split_page(self.text(path), path)

    def mapping(self, path: str) -> dict[str, Any]:
        return documents.read_mapping(self.text(path), path) if self.holds(path) else {}

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return the entries of a list, none where the file is not there."""
        return documents.read_list(self.text(path), path) if self.holds(path) else []

    def records(self, path: str) -> Iterator[Record]:
        """Yield the records of a file, none where it is not there."""
        if not self.holds(path):
            return
        with (self.folder / path).open("rb") as file:
            number, start = 1, 0
            while line := file.readline(LONGEST_LINE):
                yield Record(number, start, _read_line(line, path, number))
                number, start = number + 1, start + len(line)

    def record(self, path: str, number: int, start: int) -> dict[str, Any]:
        """Return the record that begins at the byte ``start`` again."""
        with (self.folder / path).open("rb") as file:
            file.seek(start)
            return _read_line(file.readline(LONGEST_LINE), path, number)


def _read_line(line: bytes, path: str, number: int) -> dict[str, Any]:
    if not line.endswith(b"\n"):
        raise BadExport(path, "ends within a record, or has one too long", number)
    try:
        return documents.read_line(line.decode(), path, number)
    except UnicodeDecodeError as error:
        raise BadExport(path, "is not UTF-8", number) from error
