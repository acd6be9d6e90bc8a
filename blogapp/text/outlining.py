"""Under which headings of a text something stands."""

import re

from blogapp.text.aligning import align
from blogapp.text.words import is_blank

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def sections_changed(old: str, new: str) -> list[str]:
    """Return the headings in ``new`` over what differs from ``old``; "" stands for the beginning.

    >>> sections_changed("a\\n# One\\nb\\n# Two\\nc", "a\\n# One\\nx\\n# Two\\nc")
    ['One']
    """
    before, after = old.split("\n"), new.split("\n")
    headings = _headings(after)
    found = {}
    for at in align(before, after, is_filler=is_blank):
        if not at.same:
            last = max(at.m - 1, at.k, 0) if at.m > at.k else max(at.k - 1, 0)
            for n in range(at.k, last + 1) if at.m > at.k else [last]:
                found[headings[n]] = True
    return list(found)


def _headings(lines: list[str]) -> list[str]:
    """Return for each line the heading it stands under."""
    above, fence, headings = "", "", []
    for line in lines:
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        elif not fence and (heading := _HEADING.match(line)):
            above = heading[1]
        headings.append(above)
    return headings
