"""Texts of files: front matter over a body, lists in YAML, a line of JSON for each record."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from blogapp.exporting.errors import BadExport
from blogapp.posts.exporting import to_yaml
from blogapp.text.nesting import demand_plain

# Written in C where it was built so; ten times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCE = "---\n"
# PyYAML lets slip what Python says to values that are not what their tags claim.
_REFUSALS = (
    yaml.YAMLError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)


def page(head: Mapping[str, Any], body: str) -> bytes:
    """Return a body under front matter; the body byte for byte, whatever it begins with."""
    return f"{_FENCE}{to_yaml(head)}{_FENCE}\n{body}".encode()


def split_page(text: str, path: str) -> tuple[dict[str, Any], str]:
    """Return front matter and body of what `page` made. Raises `BadExport`."""
    head, fence, body = text.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    if not text.startswith(_FENCE) or not fence:
        raise BadExport(path, "has no front matter between two lines of ---")
    # Those who edit by hand may leave out the blank line.
    return read_mapping(f"{head}\n", path, first_line=2), body.removeprefix("\n")


def read_mapping(text: str, path: str, *, first_line: int = 1) -> dict[str, Any]:
    """Return a YAML mapping. Raises `BadExport`."""
    value = _load(text, path, first_line)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadExport(path, "does not hold names with values", first_line)
    return value


def read_list(text: str, path: str) -> list[dict[str, Any]]:
    """Return a YAML list of mappings. Raises `BadExport`."""
    value = _load(text, path, 1) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadExport(path, "is not a list of entries with names")
    return value


def items(rows: Iterable[Mapping[str, Any]]) -> Iterable[bytes]:
    """Yield each row as an entry of a YAML list."""
    for row in rows:
        yield to_yaml([dict(row)]).encode()


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterable[bytes]:
    """Yield each row as a line of JSON (https://jsonlines.org)."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"


def read_line(line: str, path: str, number: int) -> dict[str, Any]:
    """Return the record in a line of JSON. Raises `BadExport`."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadExport(path, f"is no JSON ({error})", number) from error
    if not isinstance(value, dict):
        raise BadExport(path, "is no record: it begins with {", number)
    return value


def _load(text: str, path: str, first_line: int) -> Any:
    try:
        demand_plain(text, references=False)
        return yaml.load(text, Loader=_LOADER)  # nosec B506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise BadExport(path, f"is no YAML ({error.problem})", first_line + line) from error
    except _REFUSALS as error:
        raise BadExport(path, f"is no YAML ({error})", first_line) from error
