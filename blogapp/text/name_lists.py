"""Names on one line, as people type them: separated by commas, without what nobody sees."""

import csv
import re
from collections.abc import Iterable

# What HTML and XML refuse in text (C0 and C1), and what breaks a line.
_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# Spaces of every width, zero included.
_UNSEEN = " \xa0\u1680\u202f\u205f\u2060\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200C)))
_NEVER_KEPT = re.compile("[\0\ud800-\udfff]")


def clean(text: str | None) -> str:
    """Return ``text`` with U+FFFD for what no database keeps: NULs and halves of characters.

    Pairs of halves must be joined before. The length stays as it was.

    >>> clean("a\\0b\\ud83d")
    'a\ufffdb\ufffd'
    """
    return _NEVER_KEPT.sub("\ufffd", text or "")


def one_line(text: str | None) -> str:
    """Return ``text`` cleaned and on a single line, without what nobody sees around it.

    >>> one_line("a\\x07\\nb"), one_line("\\u200b")
    ('a b', '')
    """
    shown = re.sub(rf"[{_CONTROLS}]+", " ", text or "")
    return clean(shown).strip(_UNSEEN)


def join_names(names: Iterable[str]) -> str:
    """Return names as one line of text; one that holds a comma stands in double quotes.

    >>> join_names(["CI/CD", "a, b"])
    'CI/CD, "a, b"'
    """
    return ", ".join(
        '"' + name.replace('"', '""') + '"' if "," in name or name.startswith('"') else name
        for name in names
    )


def split_names(text: str) -> list[str]:
    """Return the names in a line of text, each once, ignoring case and empty ones.

    >>> split_names('CI/CD, "a, b", ci/cd,, ')
    ['CI/CD', 'a, b']
    """
    line = one_line(text)
    try:
        found = next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error:  # longer than a field may be
        found = line.split(",")
    kept: dict[str, str] = {}
    for name in (" ".join(name.split()) for name in found):
        if name:
            kept.setdefault(name.casefold(), name)
    return list(kept.values())
