"""Bounds on what one body may cost, far above what people write."""

import re
from collections.abc import Iterator

# Python-Markdown copies a paragraph for each thing it finds there, so long ones are cut up.
LONGEST_RUN = 8_000
_MOST = {"[": 300, "`": 400, "<": 400, "*": 800, "_": 1200, "~": 400, "\\": 800, "&": 800, "!": 800}
_DEEPEST = 8


def runs(text: str) -> Iterator[str]:
    """Cut a text into pieces that are cheap to look through, at line ends or spaces.

    >>> list(runs("one line"))
    ['one line']
    """
    while len(text) > LONGEST_RUN:
        line_end = text.rfind("\n", LONGEST_RUN // 2, LONGEST_RUN)
        end = line_end if line_end > 0 else text.rfind(" ", LONGEST_RUN // 2, LONGEST_RUN)
        end = end if end > 0 else LONGEST_RUN - 1
        yield text[: end + 1]
        text = text[end + 1 :]
    yield text


def is_written_by_people(run: str) -> bool:
    """Tell whether a piece has no more marks than prose can need, and so is worth parsing.

    >>> is_written_by_people("a [link](/) and *more*"), is_written_by_people("[" * 9)
    (True, False)
    """
    return all(run.count(mark) <= most for mark, most in _MOST.items()) and _depth(run) <= _DEEPEST


def _depth(run: str) -> int:
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]]", run):
        depth = max(0, depth + (1 if bracket == "[" else -1))
        deepest = max(deepest, depth)
    return deepest
