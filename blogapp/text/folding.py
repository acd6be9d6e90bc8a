"""Text as a search compares it: without case, without accents, on one line."""

import unicodedata

# What is set in type is typed with these.
_TYPED = str.maketrans("‘’‚“”„", "'''\"\"\"")


def caseless(text: str) -> str:
    r"""Return what names have in common that count as one: letters in one Unicode form, no case.

    >>> caseless("CAFE\u0301") == caseless("caf\u00e9"), caseless("Stra\u00dfe")
    (True, 'strasse')
    """
    return unicodedata.normalize("NFC", text).casefold()


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, its white space single blanks.

    >>> fold("It’s “so”")
    'it\\'s "so"'
    >>> fold("Crème\\n  BRÛLÉE"), fold("Straße"), fold("Системный")
    ('creme brulee', 'strasse', 'системныи')
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_TYPED).casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.casefold().split())
