"""Which line of a Markdown source each block of its HTML comes from.

The renderer keeps no lines, and what it makes stands as it is: the words of a block are looked
for in the source instead, in the order of both.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from blogapp.text.tokens import VOID, tokens

LONGEST = 300_000
# As many letters of a block as tell it from others; fewer where a mark stands among the first.
NEEDLES = (40, 16, 8)
# A shorter text is taken for a block's only where it is the next thing to come.
_SHORT = 8
_NEAR = 400
# Names of a block besides its whole text: a picture's words and address, labels of a diagram.
_MOST = 8

_NO_LETTERS = re.compile(r"[\W_]+")
# What a source says without showing it: targets, notes' marks, tags.
_UNSHOWN = re.compile(
    r"(?<=\])\([^()\s]*(?:\s+\"[^\"]*\")?\)|\[\^[^\]\s]+\]:?|</?[a-zA-Z][^<>\n]*>"
    r"|^\s*(?:\d{1,9}[.)]\s|[-*+]\s+\[[xX]\]\s)"
)


def trace(body: str, html: str) -> list[int]:
    r"""Return for each element at the top of ``html`` its line in ``body``, from 1; 0 if unknown.

    Nothing is known of what is longer than `LONGEST`: looking takes the square of the length.

    >>> trace("# One\n\nTwo *words*.\n", "<h2>One</h2><p>Two <em>words</em>.</p>")
    [1, 3]
    """
    if len(body) > LONGEST:
        return []
    lines = [_letters(_UNSHOWN.sub(" ", line)) for line in body.split("\n")]
    ends = list(accumulate(map(len, lines)))
    blocks = list(_texts_at_the_top(html))
    places = _places("".join(lines), blocks)
    return [0 if place is None else bisect_right(ends, place) + 1 for place in places]


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _texts_at_the_top(html: str) -> Iterator[list[str]]:
    """For each element: the texts it may be known by, the likeliest first."""
    depth = hidden = 0
    words: list[str] = []
    code: list[str] = []
    others: list[str] = []
    is_code = False
    for token in tokens(html):
        if isinstance(token, str):
            if depth and not hidden:
                (code if is_code else words).append(token)
                others.append(token)
            continue
        if not token.closing:
            others += [token.attributes.get(name, "") for name in ("alt", "href", "src")]
        if token.name not in VOID:
            is_added = "data-added" in token.attributes or "footnotes__mark" in token.classes
            if token.closing:
                hidden = max(0, hidden - 1)
            elif hidden or (is_added and depth):
                hidden += 1
            depth += -1 if token.closing else 1
        if token.name == "pre":
            is_code = not token.closing
        if depth == 0 and (token.closing or token.name in VOID):
            names = "".join(code), "".join(words), *others[:_MOST]
            yield [letters for letters in map(_letters, names) if letters]
            words, code, others = [], [], []


def _places(source: str, blocks: Sequence[Sequence[str]]) -> list[int | None]:
    """Where each block begins: first those that can be but in one place, then what is between."""
    sure = _longest_rising([_only_place(source, texts) for texts in blocks])
    places: list[int | None] = list(sure)
    fixed = [(-1, 0), *((at, p) for at, p in enumerate(sure) if p is not None)]
    for (first, start), (last, end) in pairwise([*fixed, (len(blocks), len(source))]):
        if first >= 0:
            start += max((len(t) for t in blocks[first] if source.startswith(t, start)), default=1)
        for at in range(first + 1, last):
            found = _next_place(source, blocks[at], start, end)
            if found is not None:
                places[at], start = found
    return places


def _only_place(source: str, texts: Sequence[str]) -> int | None:
    for text in texts:
        for length in NEEDLES:
            needle = text[:length]
            place = source.find(needle) if len(needle) >= _SHORT else -1
            if place >= 0 and source.find(needle, place + 1) < 0:
                return place
    return None


def _next_place(source: str, texts: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    """Where the block begins, and where what comes after it may."""
    for text in texts:
        for length in NEEDLES:
            needle = text[:length]
            limit = end if len(needle) >= _SHORT else min(end, start + _NEAR)
            place = source.find(needle, start, limit + len(needle)) if needle else -1
            if 0 <= place < end:
                is_whole = source.startswith(text, place)
                return place, place + len(text if is_whole else needle)
    return None


def _longest_rising(places: Sequence[int | None]) -> list[int | None]:
    """The same with as few left out as makes the rest rise."""
    tails: list[int] = []
    chain: list[tuple[int, int]] = []
    before: dict[int, int] = {}
    for at, place in enumerate(places):
        if place is None:
            continue
        reach = bisect_left(tails, place)
        if reach:
            before[at] = chain[reach - 1][1]
        tails[reach:] = [place, *tails[reach + 1 :]] if reach < len(tails) else [place]
        chain[reach:] = [(place, at), *chain[reach + 1 :]] if reach < len(chain) else [(place, at)]
    kept = set[int]()
    at_last = chain[-1][1] if chain else None
    while at_last is not None:
        kept.add(at_last)
        at_last = before.get(at_last)
    return [place if at in kept else None for at, place in enumerate(places)]
