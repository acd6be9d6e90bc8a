"""Reading JSON of any length object by object, in memory that does not grow with the file."""

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import ijson

from blogapp.importing.errors import NoSite

DEEPEST = 200
_SCALARS = frozenset({"string", "number", "boolean"})
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def objects(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object at a ``wanted`` place, with its place: "data.posts.item".

    ``item`` stands for any position in a list. Raises `NoSite` with what is wrong with the
    file, where it is met.
    """
    yield from _objects(_events(path), path, wanted)


def scalars(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    """Yield each text, number or truth at a ``wanted`` place. Raises `NoSite` like `objects`."""
    for prefix, event, value in _events(path):
        if event in _SCALARS and wanted(prefix):
            yield prefix, value


def _events(path: Path) -> Iterator[tuple[str, str, Any]]:
    try:
        with _opened(path) as file:
            yield from ijson.parse(file, use_float=True)
    except ijson.JSONError as error:
        raise NoSite(f"{path.name} {_reason(error)}") from error
    except UnicodeError as error:
        raise NoSite(f"{path.name} is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise NoSite(f"{path.name} cannot be read ({error.strerror})") from error


def _objects(
    events: Iterator[tuple[str, str, Any]], path: Path, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, dict[str, Any]]]:
    builder, depth, base, place = None, 0, 0, ""
    for prefix, event, value in events:
        if event.startswith("start_"):
            depth += 1
            if depth > DEEPEST:
                raise NoSite(f"{path.name} is nested too deep")
            if builder is None and event == "start_map" and wanted(prefix):
                builder, base, place = ijson.ObjectBuilder(), depth, prefix
        if builder is not None:
            builder.event(event, value)
        if event.startswith("end_"):
            if builder is not None and depth == base:
                yield place, builder.value
                builder = None
            depth -= 1


def _opened(path: Path) -> IO[bytes]:
    file = path.open("rb")
    head = file.read(4)
    if head.startswith(_UTF16):
        file.seek(0)
        # Handed on as UTF-8 in pieces, as the parser asks for them.
        return codecs.EncodedFile(file, "utf-8", "utf-16")
    file.seek(3 if head.startswith(codecs.BOM_UTF8) else 0)
    return file


def _reason(error: Exception) -> str:
    said = str(error).split("\n")[0].strip()
    if "premature EOF" in said or "ncomplete" in said:
        return "ends in the middle; the file is not complete"
    if "UTF" in said:
        return "is not UTF-8; save it as UTF-8"
    return f"is damaged JSON ({said[:120]})"
