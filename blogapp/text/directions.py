"""Which way a text is written."""

import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl"]

_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "ks", "lrc", "mzn"} | {
    *("nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi")
}
_SCRIPTS = {"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"}


def direction(language: str, text: str = "") -> Direction:
    """Return the direction of a language (BCP 47); of ``text``'s first letter if none is given.

    >>> direction("he-IL"), direction("uz-Arab"), direction("ar-Latn"), direction("", "1. שלום")
    ('rtl', 'rtl', 'ltr', 'rtl')
    """
    first, *others = language.lower().replace("_", "-").split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    if script:
        return "rtl" if script in _SCRIPTS else "ltr"
    if first:
        return "rtl" if first in _RIGHT_TO_LEFT else "ltr"
    return _of_first_letter(text)


def _of_first_letter(text: str) -> Direction:
    """The first strong character decides (UAX 9, rules P2 and P3)."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    first = next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"
