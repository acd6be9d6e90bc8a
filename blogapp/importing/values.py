"""Rows of an export: named values of which any may be missing, empty or of the wrong kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from blogapp.importing.dating import read_date
from blogapp.importing.fields import look_alike, short
from blogapp.text.mojibake import look_alikes, repair

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_YES = frozenset({"true", "1", "yes", "on", "t"})
# What a number of milliseconds begins with that is a date between 1973 and 2286.
_MILLISECONDS = 100_000_000_000


@dataclass
class Row:
    """Named values; what is odd about those that were read is in ``notes``."""

    values: Mapping[str, Any]
    zone: tzinfo = UTC
    notes: list[str] = field(default_factory=list)

    def text(self, *names: str) -> str:
        """Return the first text or number there is under one of the names, trimmed."""
        return next((text for name in names if (text := self._text(name))), "")

    def words(self, *names: str) -> str:
        """Return such a text on one line, its mojibake repaired and noted."""
        name = next((name for name in names if self._text(name)), "")
        text = " ".join(self._text(name).split()) if name else ""
        fixed = repair(text)
        if fixed != text:
            self.notes.append(f"{name}: repaired “{short(text)}” to “{short(fixed)}”")
        for _line, word, proposal in look_alikes(fixed):
            self.notes.append(look_alike(word, proposal, where=f"{name}: "))
        return fixed

    def flag(self, name: str) -> bool:
        """Tell whether a value says yes, in any of the spellings of databases and tables."""
        return self._text(name).lower() in _YES

    def moment(self, *names: str) -> datetime | None:
        """Return the first date there is (aware UTC); what is none is noted."""
        for name in names:
            text = self._text(name)
            if not text:
                continue
            if moment := _moment(text, self.zone):
                return moment
            self.notes.append(f"{name}: “{short(text)}” is no date")
        return None

    def rows(self, name: str) -> list["Row"]:
        """Return the objects that a list of this name holds."""
        value = self.values.get(name)
        items = value if isinstance(value, list) else []
        return [Row(item, self.zone, self.notes) for item in items if isinstance(item, Mapping)]

    def row(self, name: str) -> "Row":
        """Return the object of this name, or an empty one."""
        value = self.values.get(name)
        return Row(value if isinstance(value, Mapping) else {}, self.zone, self.notes)

    def filled(self, *names: str) -> dict[str, Any]:
        """Return what is under these names and not empty, texts made sound."""
        found = {name: self.values.get(name) for name in names}
        return {name: _sound(value) for name, value in found.items() if value not in _EMPTY}

    def _text(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return f"{value:.0f}" if float(value).is_integer() else str(value)
        return sound(value).strip() if isinstance(value, str) else ""


_EMPTY: tuple[Any, ...] = (None, "", [], {}, False, 0)


def sound(text: str) -> str:
    """Return ``text`` with LF line ends, without controls and halves of characters.

    >>> sound("a\\x00b\\r\\nc\\ud83d")
    'ab\\nc\\ufffd'
    """
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, Mapping):
        return {sound(str(name)): _sound(item) for name, item in value.items()}
    return value


def _moment(text: str, zone: tzinfo) -> datetime | None:
    if re.fullmatch(r"\d{12,14}", text) and int(text) >= _MILLISECONDS:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    moment = read_date(text)
    return moment.at(zone) if moment else None
