"""What to look up in the index, for what a reader typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from blogapp.posts.search_query import SearchQuery, Term
from blogapp.text import terms

MOST_ASKED = 12
MOST_IN_PHRASE = 24
SHORTEST_SUBSTRING = 3
SHORTEST_BEGINNING = 2
LONGEST_SUBSTRING = 200
# The columns of the index in their order.
COLUMNS = ("title", "headings", "summary", "body", "code")
_LONGEST_SYMBOLS = 40
_GLUE = """
    a an and are as at be by can do does for from how i in into is it its of on or than that the
    their this to versus vs was what when where which why with without
"""
_GLUE_WORDS = frozenset(_GLUE.split())
_AROUND = "()[]{}\"'“”‘’«»`"
_AFTER = ".,;:!?…。、！？"
_WORDLY = re.compile(r"[^\x00-\x7f]|[A-Za-z0-9]")
_SYMBOL_WITHIN = re.compile(r"[!-&*+./:-@\\^_`|~<>=]")


@dataclass(frozen=True)
class Words:
    """Terms that follow each other in one of ``columns`` (none: in any); a prefix, the last."""

    terms: tuple[str, ...]
    columns: tuple[str, ...] = ()
    prefix: bool = False


@dataclass(frozen=True)
class Code:
    """A piece of code, of three characters or more."""

    text: str


Clause = tuple[Words | Code, ...]
# All of these, each in one of several ways.
Lookup = tuple[tuple[Words, ...], ...] | Code


@dataclass(frozen=True)
class Ask:
    """One word or phrase of a reader's, and the ways to find it, any of which will do."""

    text: str
    clause: Clause
    # The words by themselves, as they follow each other.
    plain: tuple[str, ...] = ()
    # Whether a tag or an author of this name will do.
    in_names: bool = True

    @property
    def in_words(self) -> tuple[Words, ...]:
        return tuple(way for way in self.clause if isinstance(way, Words))

    @property
    def in_code(self) -> tuple[Code, ...]:
        return tuple(way for way in self.clause if isinstance(way, Code))


@dataclass(frozen=True)
class Asked:
    """All that a search asks of a post: every one of ``wanted``, none of ``excluded``."""

    wanted: tuple[Ask, ...]
    excluded: tuple[Ask, ...]


def ask(query: SearchQuery, *, widely: bool = False, loosely: bool = False) -> Asked:
    """Return what to look up. ``widely``: within code, too, and the last word's beginning.

    ``loosely``: that, and whatever begins as the words do, without those that only hold others
    together. Of more than twelve words and phrases the first are looked for; what holds nothing
    that could be found, a single symbol, is passed over.
    """
    typed = query.wanted
    if loosely:
        typed = tuple(term for term in typed if term.text.casefold() not in _GLUE_WORDS) or typed
    wanted = [_ask(term, query.places, widely or loosely) for term in typed]
    for at, term in enumerate(typed):
        if not term.phrase and (loosely or (widely and at == len(typed) - 1)):
            wanted[at] = _begun(wanted[at], query.places, at_root=loosely)
    return Asked(
        tuple(one for one in wanted if one.clause)[:MOST_ASKED],
        tuple(one for term in query.excluded if (one := _ask(term, query.places, False)).clause)[
            :MOST_ASKED
        ],
    )


def is_codelike(text: str) -> bool:
    """Return whether a word is one of code: it has symbols that prose does not have in words.

    >>> [is_codelike(text) for text in ("errgroup.Wait", "C++", "snake_case", "don't", "end.")]
    [True, True, True, False, False]
    """
    return bool(_SYMBOL_WITHIN.search(_stripped(text)))


def _ask(term: Term, places: Sequence[str], widely: bool) -> Ask:
    text = term.text if term.phrase else _stripped(term.text)
    in_text = tuple(place for place in places if place != "code")
    ways: list[Words | Code] = []
    plain: tuple[str, ...] = ()
    if not places or in_text:
        ways += _as_words(text, in_text, exactly=term.phrase)
        plain = ways[0].terms if ways and isinstance(ways[0], Words) else ()
    if "code" in places:
        ways += _as_code(text)
    elif not places and (widely or is_codelike(text)) and not term.phrase:
        needle = terms.code(text)[:LONGEST_SUBSTRING]
        ways += [Code(needle)] if len(needle) >= SHORTEST_SUBSTRING else []
    return Ask(term.text, tuple(ways), plain, in_names=not places)


def _as_words(text: str, columns: tuple[str, ...], *, exactly: bool) -> list[Words]:
    if not exactly and not (_WORDLY.match(text[0]) and _WORDLY.match(text[-1])):
        found = tuple(terms.words(text))
        if len(found) == 1 and found[0] == terms.term(text):
            return [Words(found, columns)]  # C++, C#
        whole = terms.term(text)
        return [Words((whole,), columns)] if 1 < len(text) <= _LONGEST_SYMBOLS else []
    found, begun = _closed(terms.words(text)[:MOST_IN_PHRASE])
    if not found:
        if emoji := terms.emoji(text):
            return [Words((emoji[0],), columns)]
        whole = terms.term(text)
        return [Words((whole,), columns)] if 1 < len(text) <= _LONGEST_SYMBOLS else []
    if exactly or begun or len(found) > 1:
        return [Words(found, columns, prefix=begun)]
    return [Words((form,), columns) for form in terms.variants(found[0])]


def _as_code(text: str) -> list[Words | Code]:
    needle = terms.code(text)[:LONGEST_SUBSTRING]
    if len(needle) >= SHORTEST_SUBSTRING:
        return [Code(needle)]
    whole = (terms.term(text),) if terms.term(text) else ()
    return [Words(whole, ("code",))] if whole else []


def _closed(found: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """A phrase's last character by itself is the beginning of a pair, in the middle of a text."""
    if found and terms.is_unspaced(found[-1]) and len(found[-1]) == 1:
        if len(found) > 1 and terms.is_unspaced(found[-2]):
            return tuple(found[:-1]), False
        return tuple(found), True
    return tuple(found), False


def _begun(one: Ask, places: Sequence[str], *, at_root: bool) -> Ask:
    columns = tuple(place for place in places if place != "code")
    if len("".join(one.plain)) < SHORTEST_BEGINNING:
        return one
    last = terms.root(one.plain[-1]) if at_root else one.plain[-1]
    begun = Words((*one.plain[:-1], last), columns, prefix=True)
    return replace(one, clause=(*one.clause, begun))


def _stripped(text: str) -> str:
    """A word without what prose puts around it; symbols alone stay as they are."""
    bare = text.strip(_AROUND)
    while bare and bare[-1] in _AFTER and (len(bare) == 1 or bare[-2] != bare[-1]):
        bare = bare[:-1].rstrip(_AROUND)
    return bare if bare and _WORDLY.search(bare) else text
