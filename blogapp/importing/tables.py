"""Reading tables (CSV, RFC 4180) that exports bring, row by row."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from blogapp.importing.errors import NoSite
from blogapp.importing.sources import AsideList
from blogapp.importing.values import sound

# A body of a megabyte may stand in a cell, as HTML with all its tables around it.
LONGEST_CELL = 20_000_000


def table_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield each row by the names of its columns, in small letters, with ``_``.

    A row that is too short lacks the last ones. Raises `NoSite` for what is no table.
    """
    for number, cells in enumerate(_lines(path)):
        if number == 0:
            names = [_name(cell) for cell in cells]
        elif any(cell.strip() for cell in cells):
            yield dict(zip(names, map(sound, cells), strict=False))


def kept_table(paths: list[Path], name: str, *, key: str = "email") -> AsideList | None:
    """Return the rows of all the tables as one list of people; None if there are none.

    Who is in several of them is kept once, as the first has it.
    """
    columns: dict[str, None] = {}
    people: dict[str, dict[str, str]] = {}
    for path in paths:
        for number, row in enumerate(table_rows(path)):
            columns.update(dict.fromkeys(row))
            people.setdefault(row.get(key, "").casefold() or f"{path}:{number}", row)
    if not people:
        return None
    rows = (tuple(row.get(column, "") for column in columns) for row in people.values())
    return AsideList(name=name, columns=tuple(columns), rows=tuple(rows))


def _lines(path: Path) -> Iterator[list[str]]:
    longest = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open("rb") as head:
            encoding = "utf-16" if head.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline(LONGEST_CELL)
            file.seek(0)
            separator = max(",;\t", key=first.count)
            yield from csv.reader(_bounded(file, path), delimiter=separator, strict=True)
    except UnicodeDecodeError as error:
        raise NoSite(f"{path.name} is not UTF-8; save it as UTF-8") from error
    except csv.Error as error:
        raise NoSite(f"{path.name} is no sound table ({error})") from error
    except OSError as error:
        raise NoSite(f"{path.name} cannot be read ({error.strerror})") from error
    finally:
        csv.field_size_limit(longest)


def _bounded(file: TextIO, path: Path) -> Iterator[str]:
    """Yield the file's lines. Raises `NoSite` before one that would fill the memory."""
    while line := file.readline(LONGEST_CELL):
        if len(line) == LONGEST_CELL:
            raise NoSite(
                f"{path.name} is no sound table (it has a line of {LONGEST_CELL:,} characters)"
            )
        yield line


def _name(cell: str) -> str:
    return "_".join(sound(cell).strip().lower().split())
