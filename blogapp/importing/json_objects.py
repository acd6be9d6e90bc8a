"""Reading JSON of any length object by object, in memory that does not grow with the file."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ijson

from blogapp.importing.errors import NoSite

DEEPEST = 200
# Bytes of one text, and what one object weighs; a post has a few megabytes at most.
LONGEST_TEXT = 32_000_000
MOST_OF_AN_OBJECT = 64_000_000

_VALUE_WEIGHT = 100
_SCALARS = frozenset({"string", "number", "boolean"})
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def objects(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object at a ``wanted`` place, with its place: "data.posts.item".

    ``item`` stands for any position in a list. Raises `NoSite` with what is wrong with the
    file, where it is met.
    """
    yield from _objects(_events(path), wanted, path)


def scalars(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    """Yield each text, number or truth at a ``wanted`` place. Raises `NoSite` like `objects`."""
    for prefix, event, value in _events(path):
        if event in _SCALARS and wanted(prefix):
            yield prefix, value


def _events(path: Path) -> Iterator[tuple[str, str, Any]]:
    try:
        with _opened(path) as file:
            bounded = _Bounded(file, path)
            events = ijson.basic_parse(bounded, use_float=True)
            yield from _placed(bounded.followed(events), path)
    except ijson.JSONError as error:
        raise NoSite(f"{path.name} {_reason(error)}") from error
    except UnicodeError as error:
        raise NoSite(f"{path.name} is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise NoSite(f"{path.name} cannot be read ({error.strerror})") from error


def _placed(events: Iterator[tuple[str, Any]], path: Path) -> Iterator[tuple[str, str, Any]]:
    """Yield events with their places. `ijson.parse` has no end to how deep a place may lie."""
    around: list[tuple[str, bool]] = []  # the place of what is open, and whether it is a list
    place = ""
    for event, value in events:
        if event == "map_key":
            base = around[-1][0]
            yield base, event, value
            place = f"{base}.{value}" if base else value
        elif event.startswith("start_"):
            yield place, event, value
            around.append((place, event == "start_array"))
            if len(around) > DEEPEST:
                raise NoSite(f"{path.name} is nested too deep")
            place = _item(*around[-1])
        elif event.startswith("end_"):
            closed, _ = around.pop()
            yield closed, event, value
            place = _item(*around[-1]) if around else ""
        else:
            yield place, event, value


def _item(place: str, is_list: bool) -> str:
    return f"{place}.item".lstrip(".") if is_list else place


def _objects(
    events: Iterator[tuple[str, str, Any]], wanted: Callable[[str], bool], path: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    builder, depth, base, place, weight = None, 0, 0, "", 0
    for prefix, event, value in events:
        if event.startswith("start_"):
            depth += 1
            if builder is None and event == "start_map" and wanted(prefix):
                builder, base, place, weight = ijson.ObjectBuilder(), depth, prefix, 0
        if builder is not None:
            weight += _VALUE_WEIGHT + (len(value) if isinstance(value, str) else 0)
            if weight > MOST_OF_AN_OBJECT:
                raise NoSite(f"{path.name} holds an object of more than 64 MB")
            builder.event(event, value)
        if event.startswith("end_"):
            if builder is not None and depth == base:
                yield place, builder.value
                builder = None
            depth -= 1


class _Bounded:
    """A file that is read no further while the parser finds nothing in it."""

    def __init__(self, file: "IO[bytes] | _AsUtf8", path: Path) -> None:
        self._file, self._path, self._quiet = file, path, 0

    def read(self, size: int = -1) -> bytes:
        if self._quiet > LONGEST_TEXT:
            raise NoSite(f"{self._path.name} holds a text of more than 32 MB")
        chunk = self._file.read(size)
        self._quiet += len(chunk)
        return chunk

    def followed(self, events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        for event in events:
            self._quiet = 0
            yield event


class _AsUtf8:
    """A file of another encoding, handed on as UTF-8 as the parser asks for it."""

    def __init__(self, reader: codecs.StreamReader) -> None:
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        return self._reader.read(size).encode("utf-8")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | _AsUtf8]:
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith(_UTF16):
            file.seek(0)
            yield _AsUtf8(codecs.getreader("utf-16")(file))
        else:
            file.seek(3 if head.startswith(codecs.BOM_UTF8) else 0)
            yield file


def _reason(error: Exception) -> str:
    given = error.args[0] if error.args else ""
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
    said = text.split("\n")[0].strip()
    if "premature EOF" in said or "ncomplete" in said:
        return "ends in the middle; the file is not complete"
    if "UTF" in said:
        return "is not UTF-8; save it as UTF-8"
    return f"is damaged JSON ({said[:120]})"
