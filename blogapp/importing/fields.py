"""What front matter says, by name, with broken encoding repaired and noted."""

from typing import Any

from blogapp.importing.front_matter import FrontMatter
from blogapp.text.mojibake import look_alikes, repair


class Fields:
    """Front matter under names without case, hyphens and underscores, with encoding repaired."""

    def __init__(self, found: FrontMatter) -> None:
        self.form = found.form
        self.problems = list(found.problems)
        self.values = found.values
        self._texts: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._lines = found.lines
        for name, value in found.texts.items():
            self._names[fold(name)] = name
            self._texts[fold(name)] = self._mend(value, name)

    def value(self, *keys: str) -> Any:
        """Return the first value there is under one of the keys, scalars as written."""
        return next((self._texts[key] for key in keys if self._texts.get(key)), None)

    def text(self, *keys: str) -> str:
        """Return the first text there is under one of the keys, trimmed."""
        texts = (self._texts.get(key) for key in keys)
        return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")

    def line(self, key: str) -> int:
        return self._lines.get(self._names.get(key, key), 1)

    def mended_values(self) -> dict[str, Any]:
        return {name: _mended(value) for name, value in self.values.items()}

    def note(self, key: str, what: str) -> None:
        self.problems.append((self.line(key), what))

    def _mend(self, value: Any, name: str) -> Any:
        if isinstance(value, str):
            fixed = repair(value)
            if fixed != value:
                self.note(fold(name), f"{name}: repaired “{short(value)}” to “{short(fixed)}”")
            for _line, word, proposal in look_alikes(fixed):
                self.note(fold(name), look_alike(word, proposal, where=f"{name}: "))
            return fixed
        if isinstance(value, list):
            return [self._mend(item, name) for item in value]
        if isinstance(value, dict):
            return {key: self._mend(item, name) for key, item in value.items()}
        return value


def fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return repair(value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {key: _mended(item) for key, item in value.items()}
    return value


def look_alike(word: str, proposal: str, *, where: str = "") -> str:
    letter = next(a for a, b in zip(word, proposal, strict=True) if a != b)
    return f"{where}“{word}” holds the foreign letter U+{ord(letter):04X}; “{proposal}” is meant?"


def short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
