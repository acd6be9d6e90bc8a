"""Passwords that somebody else would try: common ones, patterns, and what is known of a person."""

import gzip
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from unicodedata import normalize

# Characters that have to be left when everything predictable is taken out.
LEAST_LEFT = 6
LEAST_DIFFERENT = 5
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789012345678901234567890",
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0"),
)
_SHORTEST_RUN = 3


def is_predictable(password: str, words: Iterable[str] = ()) -> bool:
    """Return whether ``password`` is common, a pattern, or made of ``words`` known of its owner.

    ``words`` are texts such as the person's name, their e-mail address and the blog's title.

    >>> is_predictable("manchesterunited"), is_predictable("aaaaaaaaaaaaaaaa")
    (True, True)
    >>> is_predictable("Grace Hopper 12345", ["Grace Hopper"])
    True
    >>> is_predictable("correct horse battery staple")
    False
    """
    folded = _folded(password)
    if len(set(folded)) < LEAST_DIFFERENT:
        return True
    common = _common()
    if _is_in(folded, common) or _is_in(_unit(folded), common):
        return True
    rest = _without_runs(_without_words(_unit(folded), words))
    return len(rest) < LEAST_LEFT or _is_in(rest, common)


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _common() -> bytes:
    """The list, between line breaks. Read each time: that takes milliseconds, and it is rare."""
    return b"\n" + gzip.decompress(
        (files("blogapp.accounts") / "common_passwords.txt.gz").read_bytes()
    )


def _is_in(text: str, common: bytes) -> bool:
    return f"\n{text}\n".encode("utf-8", "surrogatepass") in common


def _unit(text: str) -> str:
    """What ``text`` repeats, or the whole of it: "abcabc" repeats "abc"."""
    at = (text + text).find(text, 1)
    return text[:at]


def _without_words(text: str, words: Iterable[str]) -> str:
    """Take known words out, and all that is no letter or digit."""
    known = {
        word
        for each in words
        for word in re.split(r"[\W_]+", _folded(each))
        if len(word) >= _SHORTEST_RUN
    }
    for word in sorted(known, key=len, reverse=True):
        text = text.replace(word, " ")
    return re.sub(r"[\W_]+", "", text)


def _without_runs(text: str) -> str:
    return "".join(_beyond_runs(text))


def _beyond_runs(text: str) -> Iterator[str]:
    """Yield the characters that neither repeat the last one nor follow it on a keyboard."""
    at = 0
    while at < len(text):
        length = _run(text, at)
        if length < _SHORTEST_RUN:
            yield text[at]
            at += 1
        else:
            at += length


def _run(text: str, at: int) -> int:
    """How many characters from ``at`` on are the same, or stand in a row."""
    same = len(text) - at - len(text[at:].lstrip(text[at]))
    longest = same
    for row in _rows():
        length = longest
        while at + length < len(text) and text[at : at + length + 1] in row:
            length += 1
        longest = length if text[at : at + length] in row else longest
    return max(longest, same)


@cache
def _rows() -> tuple[str, ...]:
    return (*_ROWS, *(row[::-1] for row in _ROWS))
