"""Characters that are not the ones their author typed: found, and repaired where that is sure."""

import re
import unicodedata
from collections.abc import Iterator

from ftfy import TextFixerConfig, fix_encoding

# Only what decoding with the wrong table did, and only where nothing was lost on the way.
_REVERSIBLE = TextFixerConfig(replace_lossy_sequences=False)
_WORD = re.compile(r"[^\W\d_]{2,}")

_LOOK_ALIKES = dict(
    zip(
        # Cyrillic, then Greek.
        "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲϳ",
        "ABESIJKMHOPCTYXaesijopcyxdqwh" + "ABEZHIKMNOPTYXocj",
        strict=True,
    )
)


def repair(text: str) -> str:
    """Return ``text`` with reversible mojibake undone; anything else comes back unchanged.

    >>> repair("donâ€™t"), repair("naïve")
    ('don’t', 'naïve')
    """
    if text.isascii():
        return text
    fixed = fix_encoding(text, _REVERSIBLE)
    return text if "\N{REPLACEMENT CHARACTER}" in fixed else fixed


def garbled_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the lines (from 1) that hold mojibake, with the first garbled part and its repair."""
    if text.isascii():
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if (fixed := repair(line)) != line:
            yield number, *_difference(line, fixed)


def look_alikes(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield words of Latin letters with one foreign letter that looks Latin.

    Each comes with its line (from 1) and the word as it was probably meant.

    >>> list(look_alikes("a sсript"))
    [(1, 'sсript', 'script')]
    """
    if text.isascii():
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.isascii():
            continue
        for word in _WORD.findall(line):
            foreign = [letter for letter in word if not _is_latin(letter)]
            if len(foreign) == 1 and foreign[0] in _LOOK_ALIKES:
                yield number, word, word.replace(foreign[0], _LOOK_ALIKES[foreign[0]])


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return the words that differ, up to the first that is the same again."""
    old, new = before.split(), after.split()
    if len(old) == len(new):
        return next((pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]), ("", ""))
    return before.strip()[:60], after.strip()[:60]


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
