"""The drawing of a post: prose low, code tall, figures framed, gaps between sections."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, Protocol

Kind = Literal["prose", "list", "code", "figure"]

UNITS_PER_COLUMN = 4
WORDS_PER_CODE_LINE = 7
WORDS_PER_LIST_ITEM = 14
WORDS_PER_FIGURE = 110
_BAR = re.compile(r"([Mm])(\d+) \d+v-(\d+)(?:h(\d+))?")
_KEYS: dict[Kind, str] = {"prose": "p", "list": "l", "code": "c", "figure": "f"}


@dataclass(frozen=True)
class Block:
    """A stretch of one kind: what it weighs in words, and what its bars measure.

    ``measures`` holds words per sentence (prose) or characters per line (code), in reading order.
    ``section`` counts the headings of the highest level before it; 0 is the text before the first.
    """

    section: int
    kind: Kind
    weight: float
    measures: tuple[int, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """An SVG picture ``width`` by ``height`` units, standing on its lower edge.

    ``paths`` has one path per kind that occurs: p(rose), l(ist) and c(ode) are stroked lines,
    f(igure) closed frames. ``sections`` says where each begins (x, heading, id); text before
    the first heading is a section with neither. ``label`` says the same in words.
    """

    width: int
    height: int
    paths: dict[str, str] = field(default_factory=dict)
    sections: tuple[tuple[float, str, str], ...] = ()
    label: str = ""


class _Heading(Protocol):
    @property
    def level(self) -> int: ...
    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...


def draw(
    outline: Sequence[Block], headings: Sequence[_Heading], *, columns: int, height: int
) -> Drawing:
    """Draw a post to scale in ``columns`` of 4 units: the same post gives the same drawing."""
    titles = _section_titles(headings)
    sections = [list(blocks) for _, blocks in groupby(outline, key=lambda block: block.section)]
    sections = [blocks for blocks in sections if _weight(blocks) > 0]
    spans = _divide(columns, [_weight(blocks) for blocks in sections])

    paths: dict[str, list[str]] = {}
    places: list[tuple[float, str, str]] = []
    for (start, width), blocks in zip(spans, sections, strict=True):
        title, id = titles.get(blocks[0].section, ("", ""))
        # A section too small for a column of its own begins at the last one.
        places.append((float(min(start, columns - 1) * UNITS_PER_COLUMN), title, id))
        _draw_section(paths, blocks, start=start, columns=width, height=height)
    return Drawing(
        width=columns * UNITS_PER_COLUMN,
        height=height,
        paths={key: _shortened("".join(paths[key])) for key in "plcf" if key in paths},
        sections=tuple(places),
        label=_label(outline, titles),
    )


def bars_of(path: str) -> Iterator[tuple[int, int, int]]:
    """Return where each bar or frame of a path stands, how tall it is, and how wide a frame.

    >>> list(bars_of("M2 40v-9m4 9v-12"))
    [(2, 9, 0), (6, 12, 0)]
    """
    x = 0
    for move, across, tall, wide in _BAR.findall(path):
        x = int(across) + (x if move == "m" else 0)
        yield x, int(tall), int(wide or 0)


def to_json(drawing: Drawing) -> str:
    """Write a drawing as compact JSON, for keeping beside its post."""
    parts = [drawing.width, drawing.height, drawing.paths, drawing.sections, drawing.label]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Drawing:
    """Read what ``to_json`` wrote."""
    width, height, paths, sections, label = json.loads(text)
    places = tuple((float(x), str(title), str(id)) for x, title, id in sections)
    return Drawing(width, height, dict(paths), places, label)


def _section_titles(headings: Sequence[_Heading]) -> dict[int, tuple[str, str]]:
    highest = min((heading.level for heading in headings), default=0)
    tops = (heading for heading in headings if heading.level == highest)
    return {number: (heading.text, heading.id) for number, heading in enumerate(tops, start=1)}


def _weight(blocks: Sequence[Block]) -> float:
    return sum(block.weight for block in blocks)


def _divide(columns: int, weights: Sequence[float]) -> list[tuple[int, int]]:
    """Return first column and number of columns of each section."""
    if not weights:
        return []
    # Where sections outnumber what can be told apart, gaps would be most of the picture.
    gap = 1 if 3 * (len(weights) - 1) <= columns else 0
    room = max(0, columns - gap * (len(weights) - 1))
    total = sum(weights)
    spans: list[tuple[int, int]] = []
    passed = 0.0
    for number, weight in enumerate(weights):
        start = round(room * passed / total)
        passed += weight
        spans.append((start + gap * number, round(room * passed / total) - start))
    return spans


def _draw_section(
    paths: dict[str, list[str]], blocks: Sequence[Block], *, start: int, columns: int, height: int
) -> None:
    frame_start: int | None = None
    bars = _bars(blocks, columns)
    for column, (kind, share) in enumerate([*bars, ("", 0.0)], start=start):
        if kind == "figure" and frame_start is None:
            frame_start = column
        if kind != "figure" and frame_start is not None:
            paths.setdefault("f", []).append(_frame(frame_start, column, height))
            frame_start = None
        if kind in ("prose", "list", "code"):
            x = column * UNITS_PER_COLUMN + UNITS_PER_COLUMN // 2
            line = f"M{x} {height}v-{max(2, round(share * height))}"
            paths.setdefault(_KEYS[kind], []).append(line)


def _bars(blocks: Sequence[Block], columns: int) -> list[tuple[Kind, float]]:
    """Return kind and height (0 to 1) of each column: what weighs most in its stretch."""
    total = _weight(blocks)
    stretches: list[list[tuple[float, Block, float, float]]] = [[] for _ in range(columns)]
    passed = 0.0
    for block in blocks:
        first, last = columns * passed / total, columns * (passed + block.weight) / total
        passed += block.weight
        if block.weight <= 0:
            continue
        for column in range(int(first), min(columns, int(last) + 1)):
            low, high = max(first, column), min(last, column + 1)
            if high > low:
                within = ((low - first) / (last - first), (high - first) / (last - first))
                stretches[column].append((high - low, block, *within))
    return [_bar(stretch, column) for column, stretch in enumerate(stretches) if stretch]


def _bar(stretch: list[tuple[float, Block, float, float]], column: int) -> tuple[Kind, float]:
    shares: dict[Kind, float] = {}
    for share, block, _, _ in stretch:
        shares[block.kind] = shares.get(block.kind, 0.0) + share
    # A figure is one thing to look at, however long the text around it.
    framed = shares.get("figure", 0.0) >= 1 / 3
    kind: Kind = "figure" if framed else max(shares, key=lambda kind: shares[kind])
    if kind == "list":
        return kind, 0.42 if column % 2 else 0.12
    if kind == "figure":
        return kind, 0.84
    _, block, low, high = max(
        (part for part in stretch if part[1].kind == kind), key=lambda part: part[0]
    )
    mean = _mean(block.measures, low, high)
    if kind == "code":
        return kind, 0.48 + 0.52 * min(1.0, mean / 80)
    return kind, 0.16 + 0.34 * min(1.0, max(0.0, mean - 4) / 26)


def _mean(measures: tuple[int, ...], low: float, high: float) -> float:
    if not measures:
        return 0.0
    first = min(len(measures) - 1, int(low * len(measures)))
    part = measures[first : max(first + 1, round(high * len(measures)))]
    return sum(part) / len(part)


def _shortened(path: str) -> str:
    """Let each bar begin as seen from the one before: a third less on the way to readers."""
    if "z" in path:
        return path
    written: list[str] = []
    before = 0, 0
    for x, tall, _ in bars_of(path):
        begins = f"m{x - before[0]} {before[1]}" if written else path[: path.index("v")]
        written.append(f"{begins}v-{tall}")
        before = x, tall
    return "".join(written)


def _frame(first: int, end: int, height: int) -> str:
    x, width = first * UNITS_PER_COLUMN + 1, (end - first) * UNITS_PER_COLUMN - 2
    tall = round(0.84 * height)
    return f"M{x} {height}v-{tall}h{width}v{tall}z"


def _label(outline: Sequence[Block], titles: dict[int, tuple[str, str]]) -> str:
    if not outline:
        return "Nothing written yet"
    sections = max(1, len(titles))
    code = sum(block.weight for block in outline if block.kind == "code")
    figures = sum(block.kind == "figure" for block in outline)
    percent = round(100 * code / (_weight(outline) or 1))
    return (
        f"{sections} section{'' if sections == 1 else 's'}, {percent} % code, "
        f"{figures} figure{'' if figures == 1 else 's'}"
    )
