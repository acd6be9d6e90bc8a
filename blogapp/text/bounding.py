"""Bounds on what one body may cost, far above what people write."""

import re
from collections.abc import Iterator

# Python-Markdown looks through a run of text again for each mark in it.
MOST_WORK = 4_000_000
LONGEST_RUN = 8_000
DEEPEST = 8
_MARKS = "[]`<*_~\\&!"


def runs(text: str, *, short: bool = False) -> Iterator[str]:
    """Cut a text into pieces that are cheap to look through, at line ends or spaces.

    ``short`` asks for it however few marks there are.

    >>> list(runs("one line"))
    ['one line']
    """
    if _is_cheap(text) and not short:
        yield text
        return
    start = 0
    while len(text) - start > LONGEST_RUN:
        middle, end = start + LONGEST_RUN // 2, start + LONGEST_RUN
        cut = max(text.rfind("\n", middle, end), 0) or max(text.rfind(" ", middle, end), 0)
        yield text[start : cut + 1 if cut else end]
        start = cut + 1 if cut else end
    yield text[start:]


def is_written_by_people(run: str) -> bool:
    """Tell whether a piece has no more marks than prose can need, and so is worth parsing.

    >>> is_written_by_people("a [link](/) and *more*"), is_written_by_people("[" * 9)
    (True, False)
    """
    return _is_cheap(run) and _depth(run) <= DEEPEST


def _is_cheap(text: str) -> bool:
    return len(text) * sum(map(text.count, _MARKS)) <= MOST_WORK


def _depth(run: str) -> int:
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]]", run):
        depth = max(0, depth + (1 if bracket == "[" else -1))
        deepest = max(deepest, depth)
    return deepest
