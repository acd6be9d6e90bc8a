"""Tables as GitHub reads them (GFM, 4.10)."""

import re

MOST_CELLS = 50_000
MOST_TICKS = 300

_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*+\|?[ \t]*$")
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


def alignments(head: str, delimiter: str) -> list[str] | None:
    """Return how each column of a table is aligned, or ``None`` if two lines begin none.

    >>> alignments("| a | b |", "|:-:|---|"), alignments("a | b", "---")
    (['center', ''], None)
    """
    if "|" not in head or not _DELIMITER.match(delimiter):
        return None
    columns = _split(delimiter)
    if "|" not in delimiter or len(columns) != len(cells(head, len(columns), fill=False)):
        return None
    return [_alignment(column) for column in columns]


def cells(row: str, columns: int, *, fill: bool = True) -> list[str]:
    """Return the cells of a row, as many as there are columns unless ``fill`` is off.

    A bar in code ends a cell, as on GitHub, unless it makes cells that there is no column for.

    >>> cells("| a \\\\| b | `c|d` |", 2)
    ['a | b', '`c|d`']
    """
    found = _split(row)
    if len(found) > columns and row.count("`") <= MOST_TICKS:
        together = _split(_CODE.sub(lambda code: _BAR.sub(r"\\|", code[0]), row))
        found = together if len(together) <= columns else found
    if fill:
        found = (found + [""] * columns)[:columns]
    return [cell.strip().replace("\\|", "|") for cell in found]


def _split(row: str) -> list[str]:
    row = row.strip().removeprefix("|")
    parts = _BAR.split(row)
    return parts[:-1] if len(parts) > 1 and not parts[-1].strip() else parts


def _alignment(column: str) -> str:
    column = column.strip()
    left, right = column.startswith(":"), column.endswith(":")
    return "center" if left and right else "left" if left else "right" if right else ""
