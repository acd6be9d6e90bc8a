"""The few words that stand for a post in a list."""

import re
import unicodedata
from collections.abc import Sequence

LENGTH = 200
_SHORT_VERSION = re.compile(r"\W*TL[;:]?\s?DR\b", re.IGNORECASE)
_JOINERS = {"\u200d", "\u2060", "\N{COMBINING GRAPHEME JOINER}"}


def excerpt(paragraphs: Sequence[str], limit: int = LENGTH) -> str:
    """Return the leading "TL;DR" paragraph, else the first, in at most ``limit`` characters.

    >>> excerpt(["Caches lie.", "More."]), excerpt(["Hello.", "TL;DR: use leases."])
    ('Caches lie.', 'TL;DR: use leases.')
    """
    texts = [" ".join(paragraph.split()) for paragraph in paragraphs]
    texts = [text for text in texts if any(character.isalnum() for character in text)]
    # "Leading" allows for a greeting or a note about the series above it.
    leading = (text for text in texts[:3] if is_short_version(text))
    return cut(next(leading, texts[0] if texts else ""), limit)


def is_short_version(text: str) -> bool:
    """Tell whether a paragraph says that it sums up the rest.

    >>> is_short_version("**TL;DR:** no"), is_short_version("TLDR no"), is_short_version("Then")
    (True, True, False)
    """
    return _SHORT_VERSION.match(text) is not None


def cut(text: str, limit: int = LENGTH) -> str:
    """Cut a text at a word, with an ellipsis, so that it has at most ``limit`` characters.

    >>> cut("one two three", 9), cut("one two", 9)
    ('one two…', 'one two')
    """
    text = text.strip()
    if len(text) <= limit:
        return text
    end = text.rfind(" ", 0, limit)
    if end < limit // 2:
        # Japanese has no spaces, and a long address is one word.
        end = _boundary_before(text, limit - 1)
    return text[:end].rstrip(" ,;:.([{-\N{EN DASH}\N{EM DASH}") + "…"


def _boundary_before(text: str, end: int) -> int:
    """Return the last place up to ``end`` that splits no letter from its marks and no emoji."""
    while end > 0 and not _is_boundary(text, end):
        end -= 1
    return end


def _is_boundary(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if before in _JOINERS or after in _JOINERS:
        return False
    if unicodedata.category(after)[0] == "M" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    if "\U000e0020" <= after <= "\U000e007f":
        return False
    return not (_is_flag_half(before) and _is_flag_half(after) and _flag_halves(text, place) % 2)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves(text: str, place: int) -> int:
    start = place
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return place - start
