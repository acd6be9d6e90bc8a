"""What a reader asks for in the search field: words, phrases, and operators that narrow."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from blogapp.text.folding import fold

# As much of a search as is read, in characters, and as many parts of it as are looked for.
LONGEST = 1_000
MOST_TERMS = 12
MOST_CONDITIONS = 32

FACETS = ("tag", "domain", "author", "kind", "series", "lang")
DATES = ("after", "before")
PLACES = ("title", "headings", "code")

_KEYS = (*FACETS, *DATES)
_ALSO_KEYS = {"tags": "tag", "language": "lang"}
_ALSO_PLACES = {"heading": "headings"}
# All of them are one: what opens with any closes with any, as „so“, »so«, “so” and 「so」 do.
_QUOTES = '"\uff02\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f'
# These open a phrase within a run of letters, too: Japanese is written without blanks.
_BRACKETS = "\u300c\u300e"
_COLONS = ":\uff1a"
_MINUSES = "-\uff0d\u2212"
_DASHES = _MINUSES + "\u2013\u2014"
# Begins a word that may be left out. ``->next``, ``--amend`` and ``-=`` are words themselves.
_BEGINS_EXCLUDED = set("_#@$.") | set(_QUOTES)
_OPERATOR = re.compile(rf"(\w+)[{_COLONS}](?![{_COLONS}]|//)")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")
# They say which way text runs, or nothing at all; a copied line brings them along.
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Term:
    """A word as it was typed, or a phrase: words that follow each other exactly so."""

    text: str
    phrase: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.phrase else self.text
        return f"-{text}" if self.excluded else text


@dataclass(frozen=True)
class Condition:
    """What an operator demands: ``key`` is one of `FACETS` or `DATES`.

    The value of a facet is a slug or a name as it was typed; that of a date is ``2025``,
    ``2025-06`` or ``2025-06-01``, and means the moment at which that begins.
    """

    key: str
    value: str
    excluded: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.excluded else ''}{self.key}:{_quoted(self.value)}"


@dataclass(frozen=True)
class SearchQuery:
    """A search that was understood; ``str()`` gives its one spelling, which `parse` reads back.

    ``terms`` stand in the order in which they were typed. They are looked for in ``places``,
    of which any will do; in all of a post when there are none. A post has to hold all words
    and phrases, and none of those excluded; all tags; of every other operator that is
    repeated, any one value. ``not_understood`` are operators without a value that means
    anything; they change nothing. ``is_cut`` says that there was more than is looked for.
    """

    terms: tuple[Term, ...] = ()
    places: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    not_understood: tuple[str, ...] = ()
    is_cut: bool = field(default=False, compare=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The words to be found, as they were typed."""
        return tuple(t.text for t in self.terms if not t.phrase and not t.excluded)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases to be found."""
        return tuple(t.text for t in self.terms if t.phrase and not t.excluded)

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The words and phrases to be found, in their order."""
        return tuple(t for t in self.terms if not t.excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        """The words and phrases that a post must not hold."""
        return tuple(t for t in self.terms if t.excluded)

    def correcting(self, words: Mapping[str, str]) -> Self:
        """Return the query with other words in the place of those that are keys of ``words``."""
        terms = [
            replace(term, text=words[term.text])
            if not term.phrase and not term.excluded and term.text in words
            else term
            for term in self.terms
        ]
        return replace(self, terms=tuple(dict.fromkeys(terms)))

    def one_by_one(self) -> Iterator[tuple[str, Self]]:
        """Yield each part as it is spelled, and the query without it.

        >>> [(part, str(rest)) for part, rest in parse("wal in:code tag:dns").one_by_one()]
        [('wal', 'in:code tag:dns'), ('in:code', 'wal tag:dns'), ('tag:dns', 'wal in:code')]
        """
        for name in ("terms", "places", "conditions", "not_understood"):
            parts = getattr(self, name)
            for part in parts:
                rest = tuple(other for other in parts if other != part)
                spelled = f"in:{part}" if name == "places" else str(part)
                yield spelled, replace(self, **{name: rest})  # type: ignore[arg-type]

    def __str__(self) -> str:
        places = [f"in:{place}" for place in self.places]
        parts = [*map(str, self.terms), *places, *map(str, self.conditions)]
        return " ".join([*parts, *self.not_understood])


def parse(q: str) -> SearchQuery:
    """Read a search; any text gives an answer, and what means nothing special is a word.

    Quotation marks make a phrase, to the end of the text when none closes it; a minus in front
    excludes. Operators (`FACETS`, `DATES`, ``in:``) ignore case, and take a value in quotation
    marks, too. ``in:`` counts for the whole search wherever it stands, as on GitHub. Dates are
    read as Gmail reads them: ``after:`` begins with the named day, month or year, ``before:``
    ends right before it. Reads the first 1,000 characters, looks for the first 12 words and
    phrases, and obeys the first 32 conditions.

    >>> parse('wal "write ahead" -redis Tag:"machine learning" before:2025/6')
    ... # doctest: +NORMALIZE_WHITESPACE
    SearchQuery(terms=(Term(text='wal', phrase=False, excluded=False),
        Term(text='write ahead', phrase=True, excluded=False),
        Term(text='redis', phrase=False, excluded=True)), places=(),
        conditions=(Condition(key='tag', value='machine learning', excluded=False),
        Condition(key='before', value='2025-06', excluded=False)),
        not_understood=(), is_cut=False)
    >>> parse("std::vector ->next http://x C:\\\\path a:b --amend").words
    ('std::vector', '->next', 'http://x', 'C:\\\\path', 'a:b', '--amend')
    >>> str(parse("“so it goes”  LANG:de in:code -before:2024 after: x x"))
    '"so it goes" x in:code lang:de after:2024 after:'
    """
    text = unicodedata.normalize("NFC", _CONTROLS.sub(" ", _UNSEEN.sub("", q[:LONGEST])))
    terms: dict[tuple[str, bool, bool], Term] = {}
    places: set[str] = set()
    conditions: dict[tuple[str, str, bool], Condition] = {}
    not_understood: dict[str, None] = {}
    length = -1
    for part in _parts(text):
        # The one spelling can be longer than what was typed, and is to be read whole, too.
        length += len(str(part)) + 1
        if length > LONGEST:
            break
        match part:
            case Term():
                key = (fold(part.text) or part.text, part.phrase, part.excluded)
                terms.setdefault(key, part)
            case Condition():
                folded = fold(part.value) or part.value
                conditions.setdefault((part.key, folded, part.excluded), part)
            case _Places():
                places.update(part.names)
            case _:
                not_understood[part.text] = None

    first = list(conditions.values())[:MOST_CONDITIONS]
    return SearchQuery(
        terms=tuple(terms.values())[:MOST_TERMS],
        places=tuple(place for place in PLACES if place in places),
        conditions=tuple(sorted(first, key=lambda c: _KEYS.index(c.key))),
        not_understood=tuple(not_understood)[:MOST_CONDITIONS],
        is_cut=(
            max(len(q), length) > LONGEST
            or len(terms) > MOST_TERMS
            or len(conditions) > MOST_CONDITIONS
        ),
    )


@dataclass(frozen=True)
class _Places:
    names: frozenset[str]

    def __str__(self) -> str:
        return " ".join(f"in:{name}" for name in self.names)


@dataclass(frozen=True)
class _NotUnderstood:
    text: str

    def __str__(self) -> str:
        return self.text


def _parts(text: str) -> Iterator[Term | Condition | _Places | _NotUnderstood]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        excluded = _excludes(text, at)
        start = at + excluded
        if text[start] in _QUOTES:
            phrase, at = _phrase(text, start)
            if phrase:
                yield Term(phrase, phrase=True, excluded=excluded)
            continue
        operator = _OPERATOR.match(text, start)
        key = _key(operator[1]) if operator else ""
        if operator and key:
            value, end = _value(text, operator.end(), key)
            if part := _operation(key, value, excluded):
                yield part
                at = end
                continue
        word, at = _word(text, start)
        if operator and operator.end() == at and key:
            yield _NotUnderstood(f"{'-' if excluded else ''}{key}:")
            continue
        # Between two words, as in a title that was copied here, a dash asks for nothing.
        if word not in _DASHES:
            yield Term(word, excluded=excluded)


def _excludes(text: str, at: int) -> bool:
    if text[at] not in _MINUSES or at + 1 == len(text):
        return False
    after = text[at + 1]
    return after in _BEGINS_EXCLUDED or not (
        after.isspace() or after in _DASHES or (after.isascii() and not after.isalnum())
    )


def _phrase(text: str, start: int) -> tuple[str, int]:
    """The text between a quotation mark and the next one, and where the search goes on."""
    end = next((i for i in range(start + 1, len(text)) if text[i] in _QUOTES), len(text))
    return " ".join(text[start + 1 : end].split()), end + 1


def _word(text: str, start: int) -> tuple[str, int]:
    end = start + 1
    while end < len(text) and not text[end].isspace() and text[end] not in _BRACKETS:
        end += 1
    return text[start:end], end


def _value(text: str, start: int, key: str) -> tuple[str, int]:
    if start == len(text) or text[start].isspace():
        return "", start
    if key == "in":
        # No place has a blank in its name; what is none is a word with all its signs.
        word, end = _word(text, start)
        return word.strip(_QUOTES), end
    return _phrase(text, start) if text[start] in _QUOTES else _word(text, start)


def _key(typed: str) -> str:
    key = unicodedata.normalize("NFKC", typed).casefold()
    key = _ALSO_KEYS.get(key, key)
    return key if key in _KEYS or key == "in" else ""


def _operation(key: str, value: str, excluded: bool) -> Condition | _Places | _NotUnderstood | None:
    """What an operator says; None when it is none after all, as in ``in:production``."""
    written = f"{'-' if excluded else ''}{key}:{_quoted(value)}"
    if not value:
        return _NotUnderstood(written)
    if key == "in":
        names = {name.strip().casefold() for name in value.split(",")}
        names = {_ALSO_PLACES.get(name, name) for name in names}
        if not names <= {*PLACES}:
            return None
        return _NotUnderstood(written) if excluded else _Places(frozenset(names))
    if key in DATES:
        if not (day := _date(value)):
            return _NotUnderstood(written)
        # Not before a moment is from that moment on.
        other = {"before": "after", "after": "before"}
        return Condition(other[key] if excluded else key, day)
    return Condition(key, value, excluded)


def _date(typed: str) -> str:
    """The date as ``2025``, ``2025-06`` or ``2025-06-01``; empty when it is none."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", typed))
    if not found:
        return ""
    parts = [part for part in found.groups() if part]
    try:
        date(*(int(part) for part in [*parts, 1, 1][:3]))
    except ValueError:
        return ""
    return "-".join(part.zfill(2) for part in parts)


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(rf"\s|^[{_COLONS}]|^//", value) else value
