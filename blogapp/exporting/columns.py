"""A table's columns as values that a file can hold, and back, checked.

Every column of a table is exported but those that are named here with a reason: one that is
added later is exported by itself. Columns that refer to rows are said by whoever knows their
names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Table

from blogapp.exporting.errors import BadValue
from blogapp.extensions import Base, UTCDateTime

LARGEST = 2**63 - 1
LARGEST_OF_SMALL = 2**31 - 1
# An alias, a body, a list of people: no text of a blog is longer.
LONGEST = 20_000_000


@dataclass(frozen=True)
class Shape:
    """What of a table is exported, under which names, and in this order."""

    table: Table
    # Columns that no export holds, by the reason.
    left_out: Mapping[str, str] = field(default_factory=dict)
    # Columns that are called otherwise in a file.
    names: Mapping[str, str] = field(default_factory=dict)
    # Columns that refer to rows, and the names of what is said in their place.
    references: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[Column[Any], ...]:
        """The columns that say their values themselves."""
        missing = {key.name for key in self.table.columns if key.foreign_keys}
        missing -= self.left_out.keys() | self.references.keys()
        if missing:
            raise LookupError(f"nobody says {self.table.name}.{', '.join(sorted(missing))}")
        known = self.left_out.keys() | self.references.keys()
        return tuple(column for column in self.table.columns if column.name not in known)

    def say(self, row: Any) -> dict[str, Any]:
        """Return a row's own values by name; what is empty is left out."""
        values = ((column, getattr(row, column.name)) for column in self.columns)
        return {
            self.names.get(column.name, column.name): _said(value)
            for column, value in values
            if not _is_empty(column, value)
        }

    def read(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by column. Raises `BadValue` for one that its column cannot hold."""
        return dict(self._read(said))

    def _read(self, said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for column in self.columns:
            name = self.names.get(column.name, column.name)
            yield column.name, read_value(column, said.get(name), name)


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, whose rows are read past the mapper."""
    return Base.metadata.tables[model.__tablename__]


def read_value(column: Column[Any], value: Any, name: str) -> Any:
    """Return what ``column`` holds for a ``value`` of a file; ``name`` is for `BadValue`."""
    if value is None:
        return None if column.nullable else _empty(column, name)
    match column.type:
        case UTCDateTime():
            return read_moment(value, name)
        case Boolean():
            return _checked(value, bool, name)
        case Integer():
            # Versions and numbers alike: none of them has more bits in either database.
            number: int = _checked(value, int, name)
            if isinstance(value, bool) or not -1 <= number <= LARGEST_OF_SMALL:
                raise BadValue(f"{name}: {value!r} is no number that counts something")
            return number
        case Float():
            return float(_checked(value, (int, float), name))
        case JSON():
            return _read_json(column, value, name)
        case String() as kind:
            return read_text(value, name, longest=kind.length or LONGEST)
    raise BadValue(f"{name}: nobody knows how to read it")


def read_text(value: Any, name: str, *, longest: int = LONGEST) -> str:
    """Return a text that a database can keep. Raises `BadValue`."""
    text: str = _checked(value, str, name)
    if len(text) > longest:
        raise BadValue(f"{name}: has {len(text)} characters; {longest} are kept")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue(f"{name}: holds characters that no text has")
    return text


def read_moment(value: Any, name: str) -> datetime:
    """Return a date with its zone as UTC. Raises `BadValue`."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadValue(f"{name}: {str(value)[:80]!r} is no date") from error


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _is_empty(column: Column[Any], value: Any) -> bool:
    if value is None or column.nullable or isinstance(column.type, JSON):
        return value is None
    return value is False or value == ""


def _empty(column: Column[Any], name: str) -> Any:
    match column.type:
        case Boolean():
            return False
        case JSON():
            return _default(column)
        case String():
            return ""
    raise BadValue(f"{name} is missing")


def _default(column: Column[Any]) -> Any:
    made: Any = column.default and column.default.arg  # type: ignore[attr-defined]
    return made(None) if callable(made) else []


def _read_json(column: Column[Any], value: Any, name: str) -> Any:
    _checked(value, type(_default(column)), name)
    _walk(value, name, depth=0)
    return value


def _walk(value: Any, name: str, *, depth: int) -> None:
    """Refuse what no JSON holds, and texts that no database keeps."""
    if depth > 50:
        raise BadValue(f"{name}: is nested too deep")
    if isinstance(value, str):
        read_text(value, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            read_text(key, name)
            _walk(item, name, depth=depth + 1)
    elif isinstance(value, list):
        for item in value:
            _walk(item, name, depth=depth + 1)
    elif isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        raise BadValue(f"{name}: {str(value)[:20]}… is too large a number")
    elif value is not None and not isinstance(value, int | float):
        raise BadValue(f"{name}: {str(value)[:80]!r} is nothing that JSON holds")


def _checked(value: Any, kind: Any, name: str) -> Any:
    if not isinstance(value, kind):
        wanted = {str: "a text", bool: "true or false", int: "a number", list: "a list"}
        raise BadValue(f"{name}: {str(value)[:80]!r} is not {wanted.get(kind, 'a table')}")
    return value
