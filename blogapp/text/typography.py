"""Typographic marks for typed ones: quotes, dashes, ellipses, and pictures for known names.

What might be code that somebody forgot to mark stays as it is: ``--flag``, ``key="value"``,
``./...``, ``12:30:45``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

_NARROW = "\N{NARROW NO-BREAK SPACE}"
_CURLY = "“”‘’"
_QUOTES = {
    "bg": "„“‚‘",
    "cs": "„“‚‘",
    "da": "»«›‹",
    "de": "„“‚‘",
    "el": "«»“”",
    "es": "«»“”",
    "et": "„“‚‘",
    "fi": "””’’",
    "hr": "„”‚’",
    "hu": "„”»«",
    "it": "«»“”",
    "lt": "„“‚‘",
    "nb": "«»‘’",
    "nn": "«»‘’",
    "no": "«»‘’",
    "pl": "„”‚’",
    "pt-pt": "«»“”",
    "ro": "„”«»",
    "ru": "«»„“",
    "sk": "„“‚‘",
    "sl": "„“‚‘",
    "sr": "„“‚‘",
    "sv": "””’’",
    "uk": "«»„“",
}
_DASHES = re.compile(r"(?<=\s)(---?)(?=\s)|(?<=[0-9])--(?=[0-9])|(?<=[^\W\d_])---(?=[^\W\d_])")
_ELLIPSIS = re.compile(r"(?<![./\\])\.\.\.(?=[\s)\]}\"'’”,;:!?*_]|\Z)")
_EMOJI = re.compile(r"(?<![\w:]):([a-z0-9_+-]{1,60}):(?![\w:])")
_DECADE = re.compile(r"'\d\ds?\b")
_ENDING = re.compile(r"'(?:s|d|t|m|ll|re|ve)\b", re.IGNORECASE)
_BEFORE_QUOTED = " \t\n\xa0([{<—–-/*_~\"'“‘„‚«‹»”¿¡\x03>"


@dataclass(slots=True, eq=False)
class Quote:
    """A typed quotation mark; ``text`` is what will stand in its place."""

    text: str
    can_open: bool
    can_close: bool
    after: str


@dataclass(frozen=True)
class Typography:
    """The marks of a language: outer and inner quotation marks, each opening and closing."""

    double: tuple[str, str]
    single: tuple[str, str]

    def take(self, text: str, at: int) -> tuple[str | Quote, int]:
        """Return what stands for the mark at a place, and the place behind it."""
        char = text[at]
        if char in "\"'":
            return _quote(text, at), at + 1
        if char == ":" and (name := _EMOJI.match(text, at)) and (emoji := _emoji().get(name[1])):
            return emoji, name.end()
        if char == "." and (dots := _ELLIPSIS.match(text, at)):
            return "…", dots.end()
        if char == "-" and (dashes := _DASHES.match(text, at)):
            # Two between words are a dash between blanks, between figures "to".
            return "—" if dashes[0] == "---" else "–", dashes.end()
        return char, at + 1


@lru_cache(maxsize=64)
def typography_of(language: str) -> Typography | None:
    """Return the marks of a language (BCP 47), of English where nobody said, of "zxx" none.

    >>> typography_of("de-AT").double, typography_of("").double
    (('„', '“'), ('“', '”'))
    """
    language = language.lower()
    if language == "zxx":
        return None
    if language.partition("-")[0] == "fr":
        return Typography((f"«{_NARROW}", f"{_NARROW}»"), ("“", "”"))
    marks = _QUOTES.get(language) or _QUOTES.get(language.partition("-")[0]) or _CURLY
    return Typography((marks[0], marks[1]), (marks[2], marks[3]))


def settle(quotes: Iterable[Quote], typography: Typography) -> None:
    """Decide what each quotation mark of a paragraph is; one without a partner stays typed."""
    double: Quote | None = None
    single: Quote | None = None
    for quote in quotes:
        if quote.text == '"':
            if quote.can_close and double:
                double.text, quote.text = typography.double
                double = single = None
            elif quote.can_open:
                double = quote
        elif quote.text == "'":
            if quote.can_close and single:
                single.text, quote.text = typography.single
                single = None
            elif quote.can_open:
                single = quote
            elif quote.can_close and quote.after.isalpha():
                quote.text = "’"


def _quote(text: str, at: int) -> Quote:
    before, after = text[at - 1 : at] if at else " ", text[at + 1 : at + 2] or " "
    if text[at] == "'" and _is_apostrophe(text, at, before, after):
        return Quote("’", False, False, before)
    # In a call, as in f("x"), it is code.
    is_call = before in "([{" and text[at - 2 : at - 1].isalnum()
    opens = before in _BEFORE_QUOTED and not after.isspace() and not is_call
    closes = not before.isspace() and not after.isalnum()
    return Quote(text[at], opens, closes, before)


def _is_apostrophe(text: str, at: int, before: str, after: str) -> bool:
    if before.isalpha() and after.isalpha():
        return True
    if before in _BEFORE_QUOTED and before not in "`*_~":
        return _DECADE.match(text, at) is not None
    # Also behind code, a figure, or a closing bracket.
    return _ENDING.match(text, at) is not None


@cache
def _emoji() -> dict[str, str]:
    # A table of 1,900 names, read when a text first has one.
    from pymdownx import gemoji_db

    known = {
        name: "".join(chr(int(point, 16)) for point in entry["unicode"].split("-"))
        for name, entry in gemoji_db.emoji.items()
        if "unicode" in entry
    }
    known |= {alias: known[name] for alias, name in gemoji_db.aliases.items() if name in known}
    return {name.strip(":"): emoji for name, emoji in known.items()}
