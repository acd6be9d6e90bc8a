"""The colours that a stylesheet gives names to: ``--paper: light-dark(#F3F6F0, #0E1311)``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from blogapp.text.colours import contrast, parse_colour

TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
# The inks of code, and the grounds of its lines: plain, pointed at, added or highlighted, removed.
CODE_INKS = ("ink", "ink-3", "blue", "blue-2", "red", "green", "amber")
CODE_GROUNDS = ("sheet", "well", "blue-wash", "red-wash")
# What stands on what, and how well it has to be told apart.
PAIRS = (
    *((ink, "paper", TEXT) for ink in ("ink", "ink-2", "ink-3", "blue", "red")),
    *(("ink-2", ground, TEXT) for ground in ("sheet", "well")),
    *(("on-blue", ground, TEXT) for ground in ("blue", "blue-2")),
    *((ink, ground, TEXT) for ink in CODE_INKS for ground in CODE_GROUNDS),
    ("paper", "ink", TEXT),
    *(("rule-2", ground, SHAPE) for ground in ("paper", "sheet")),
    *((bar, "paper", SHAPE) for bar in ("bar-2", "bar-3")),
)

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_OTHER_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_DECLARATION = re.compile(r"--([\w-]+)\s*:\s*([^;{}]+)")
_BOTH = re.compile(r"light-dark\(\s*([^,()]+),\s*([^,()]+)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Weakness:
    """Two colours that cannot be told apart well enough, in light or in dark."""

    front: str
    back: str
    theme: str
    ratio: float
    least: float


class Palette(Mapping[str, tuple[str, str]]):
    """Colours by name, each in light and in dark, as ``#RRGGBB``."""

    def __init__(self, colours: Mapping[str, tuple[str, str]]) -> None:
        self._colours = dict(colours)

    def __getitem__(self, name: str) -> tuple[str, str]:
        return self._colours[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._colours)

    def __len__(self) -> int:
        return len(self._colours)

    def __hash__(self) -> int:
        return hash(frozenset(self._colours.items()))

    def weaknesses(self) -> list[Weakness]:
        """Return every pair of `PAIRS` that falls short."""
        return [
            Weakness(front, back, theme, ratio, least)
            for front, back, least in PAIRS
            if front in self and back in self
            for at, theme in enumerate(("light", "dark"))
            if (ratio := contrast(self[front][at], self[back][at])) < least
        ]


def read_palette(*sheets: str) -> Palette:
    """Return the colours named in stylesheets; a later one replaces an earlier one.

    Those for print and for other circumstances are left out.

    >>> dict(read_palette(":root { --a: #FFF; --b: light-dark(#000, #123456); --c: 1rem }"))
    {'a': ('#FFFFFF', '#FFFFFF'), 'b': ('#000000', '#123456')}
    """
    found = {}
    for sheet in sheets:
        for name, value in _declarations(sheet):
            if pair := _pair(value):
                found[name] = pair
    return Palette(found)


def unread_colours(sheet: str, known: Mapping[str, object]) -> list[str]:
    """Return the names of ``known`` colours that ``sheet`` sets in a way that is not read here."""
    return [name for name, value in _declarations(sheet) if name in known and not _pair(value)]


def _declarations(sheet: str) -> list[tuple[str, str]]:
    return _DECLARATION.findall(_OTHER_MEDIA.sub("", _COMMENT.sub("", sheet)))


def _pair(value: str) -> tuple[str, str] | None:
    found = _BOTH.fullmatch(value.strip())
    light, dark = (parse_colour(found[at] if found else value) for at in (1, 2))
    return (light, dark) if light and dark else None
