"""Which posts answer a search, and which of them best."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from pyroaring import BitMap

from blogapp.extensions import db
from blogapp.posts.facet_index import FacetIndex
from blogapp.posts.search.asking import COLUMNS, Ask, Asked, Lookup, ask
from blogapp.posts.search.correcting import Listed, correct, join, part
from blogapp.posts.search.engine import Engine, engine_of, is_in_words
from blogapp.posts.search.narrowing import narrowed
from blogapp.posts.search_query import SearchQuery

MOST_RANKED = 10_000
# So many of the best are read to be put into their order.
MOST_COMPARED = 100
# What it is worth that a word stands in a column, and that all stand there as they were typed.
_WORD_IN = dict(zip(COLUMNS, (4.0, 1.6, 2.2, 0.6, 0.4), strict=True))
_PHRASE_IN = dict(zip(COLUMNS, (3.0, 1.6, 1.4, 1.0, 0.4), strict=True))
_IS_TITLE = 3.0
_FILLS_TITLE = 1.5
_ENGINE = 1.5


@dataclass(frozen=True)
class Found:
    """The posts that answer a search, as positions in a facet index.

    ``instead`` is the query that was looked for because the one that was typed found
    nothing; else it is empty.
    """

    matches: BitMap
    instead: str = ""
    asked: Asked = field(default_factory=lambda: Asked((), ()))
    ids: Sequence[int] = ()

    @property
    def limited(self) -> bool:
        """Whether only the newest of the matches are ranked."""
        return len(self.matches) > MOST_RANKED

    @cached_property
    def order(self) -> list[int]:
        """The newest 10,000 matches, best first; of equals, the newer first."""
        chosen = self.matches[-MOST_RANKED:] if self.limited else self.matches
        return _ordered(self.asked, chosen, self.ids)


def find(query: SearchQuery, index: FacetIndex, now: datetime) -> Found:
    """Return the listed posts that hold every word and phrase, and what the operators demand.

    When there are none, words are looked for within code and the last one as a beginning. Two
    words that are one (``data base``) are joined before; after it, words that no listed post has
    are replaced by such as may be meant, and what symbols hold together is taken apart.
    A search for nothing but operators finds all that they demand.
    """
    listed = index.listed(now)
    among = narrowed(query, index) & listed
    if not query.terms:
        return Found(among, ids=index.ids)
    engine = engine_of(db.session.connection())
    asked = ask(query)
    matches = _matches(engine, asked, index, among)
    if matches or not among:
        return Found(matches, asked=asked, ids=index.ids)

    for instead, asked in _otherwise(query, Listed(engine, index, listed)):
        if matches := _matches(engine, asked, index, among):
            return Found(matches, instead, asked, index.ids)
    return Found(BitMap())


def _otherwise(query: SearchQuery, listed: Listed) -> Iterator[tuple[str, Asked]]:
    """What else may be looked for, and the query by which that was typed."""
    if joined := join(query, listed.engine):
        yield str(joined), ask(joined)
    yield "", ask(query, widely=True)
    if meant := correct(query, listed):
        yield str(meant), ask(meant)
    yield str(meant or ""), ask(meant or query, loosely=True)
    if parted := part(meant or query):
        yield str(parted), ask(parted)
        parted = correct(parted, listed) or parted
        yield str(parted), ask(parted, loosely=True)


def _matches(engine: Engine, asked: Asked, index: FacetIndex, among: BitMap) -> BitMap:
    """Look up all that can be looked up together, and the rest word by word."""
    if not asked.wanted and not asked.excluded:
        return BitMap()
    named = [_named(one, index) for one in asked.wanted]
    lookups: list[Lookup] = []
    together = [
        one.in_words
        for one, names in zip(asked.wanted, named, strict=True)
        if is_in_words(one.clause) and not names
    ]
    if together:
        lookups.append(tuple(together))
    apart: list[tuple[BitMap, list[int]]] = []
    for one, names in zip(asked.wanted, named, strict=True):
        if names or not is_in_words(one.clause):
            apart.append((names, _add(lookups, one)))
    without = [number for one in asked.excluded for number in _add(lookups, one)]

    found = [index.positions(ids) for ids in engine.look_up(lookups)]
    matches = BitMap(among)
    if together:
        matches &= found[0]
    for names, numbers in apart:
        matches &= BitMap.union(names, *(found[number] for number in numbers))
    for number in without:
        matches -= found[number]
    for one in asked.excluded:
        matches -= _named(one, index)
    return matches


def _named(one: Ask, index: FacetIndex) -> BitMap:
    return index.names.holding(one.plain) if one.in_names else BitMap()


def _add(lookups: list[Lookup], one: Ask) -> list[int]:
    """Add what has to be looked up for one word; return the numbers of the lookups."""
    first = len(lookups)
    if one.in_words:
        lookups.append((one.in_words,))
    lookups += one.in_code
    return list(range(first, len(lookups)))


# Order.


def _ordered(asked: Asked, chosen: BitMap, ids: Sequence[int]) -> list[int]:
    newest_first = list(reversed(chosen))
    if not asked.wanted:
        return newest_first
    engine = engine_of(db.session.connection())
    by_id = {ids[position]: position for position in newest_first}
    clauses = [one.in_words for one in asked.wanted if one.in_words]
    is_all = all(is_in_words(one.clause) for one in asked.wanted)
    scores = engine.rank(clauses, list(by_id), together=is_all and bool(clauses))
    most = max(scores.values(), default=0.0) or 1.0
    usual = {at: _ENGINE * scores.get(id, 0.0) / most for id, at in by_id.items()}
    order = sorted(newest_first, key=lambda at: (-usual[at], -at))

    best = order[:MOST_COMPARED]
    columns = engine.columns([ids[at] for at in best])
    exact = {at: usual[at] + _closeness(asked.wanted, columns.get(ids[at], ())) for at in best}
    return sorted(best, key=lambda at: (-exact[at], -at)) + order[MOST_COMPARED:]


def _closeness(wanted: Sequence[Ask], columns: Sequence[str]) -> float:
    """Return how well a post's terms answer: where they stand, and whether side by side."""
    texts: Mapping[str, str] = {
        name: f" {column} " for name, column in zip(COLUMNS, columns, strict=False)
    }
    if not texts:
        return 0.0
    score = sum(_worth(one, texts) for one in wanted) / len(wanted)
    typed = [term for one in wanted for term in one.plain]
    if typed:
        phrase = f" {' '.join(typed)} "
        if len(typed) > 1:
            score += max(
                (_PHRASE_IN[name] for name, column in texts.items() if phrase in column),
                default=0.0,
            )
        if phrase in texts["title"]:
            score += _FILLS_TITLE * len(phrase) / len(texts["title"])
        if texts["title"].startswith(phrase) and len(phrase) >= len(texts["title"]):
            score += _IS_TITLE
    return score


def _worth(one: Ask, texts: Mapping[str, str]) -> float:
    ways = [f" {' '.join(words.terms)}{'' if words.prefix else ' '}" for words in one.in_words]
    return sum(
        worth for name, worth in _WORD_IN.items() if any(way in texts.get(name, "") for way in ways)
    )
