"""What somebody meant who mistyped a word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from blogapp.posts.facet_index import FacetIndex
from blogapp.posts.search.asking import Lookup, Words, ask, is_codelike
from blogapp.posts.search.documents import is_in_vocabulary
from blogapp.posts.search.engine import Engine
from blogapp.posts.search_query import SearchQuery, parse
from blogapp.text import terms

MOST_READ = 20_000  # words of the vocabulary, for each way to be like a word
# A word that more posts hold than these is held by one that is listed.
MOST_HIDDEN = 1_000
_MOST_TRIED = 6
_SHORTEST = 4
_LONG = 8  # from here on two errors are forgiven


@dataclass(frozen=True)
class Listed:
    """The words of posts that readers may see: those of drafts must not show, not even here."""

    engine: Engine
    index: FacetIndex
    posts: BitMap

    def count(self, words: Sequence[str]) -> dict[str, int]:
        """Return how many listed posts hold each word; a few more where very many do."""
        counts = dict(self.engine.count(words))
        rare = [word for word, count in counts.items() if 0 < count <= MOST_HIDDEN]
        return counts | dict(zip(rare, self.found([((Words((w,)),),) for w in rare]), strict=True))

    def found(self, lookups: Sequence[Lookup]) -> list[int]:
        """Return how many listed posts each finds."""
        return [
            self.index.positions(ids).intersection_cardinality(self.posts)
            for ids in self.engine.look_up(lookups)
        ]


def correct(query: SearchQuery, listed: Listed) -> SearchQuery | None:
    """Return the query with words that listed posts hold, or None when there is nothing to mend.

    Only plain words that none of them holds are replaced, each by one, or by the two that it is
    made of; phrases, code and operators stay.
    """
    words = _typed(query)
    index = listed.index
    counts = listed.count([word for word in words.values() if word])
    lost = [
        text
        for text, word in words.items()
        if word and not counts.get(word) and index.names.holding([word]).isdisjoint(listed.posts)
    ]
    beside = [one.in_words for one in ask(query).wanted if one.in_words and one.text not in lost]
    meant = _nearest({text: words[text] for text in lost}, beside, listed)
    if not meant or len(meant) < len(lost):
        return None
    return parse(str(query.correcting(meant)))


def join(query: SearchQuery, engine: Engine) -> SearchQuery | None:
    """Return the query with two words as the one that they make (``data base``), or None."""
    words = _typed(query)
    pairs = [pair for pair in pairwise(words) if words[pair[0]] and words[pair[1]]]
    known = engine.known([words[first] + words[second] for first, second in pairs])
    for first, second in pairs:
        if (whole := words[first] + words[second]) in known:
            return parse(str(query.correcting({first: whole, second: whole})))
    return None


def part(query: SearchQuery) -> SearchQuery | None:
    """Return the query with the words of what symbols hold together (``go-pq``), or None."""
    words = {term.text: terms.words(term.text) for term in query.wanted if not term.phrase}
    parted = {
        text: typed
        for text, found in words.items()
        if found and not any(map(terms.is_unspaced, found))
        if (typed := " ".join(map(terms.typed, found))) != text.casefold()
    }
    return parse(str(query.correcting(parted))) if parted else None


def _typed(query: SearchQuery) -> dict[str, str]:
    """The words by themselves, as they were typed, and folded."""
    return {term.text: _plain(term.text) for term in query.wanted if not term.phrase}


def _plain(text: str) -> str:
    """The folded word if it is one that can be misspelt, else nothing."""
    found = terms.words(text)
    if len(found) != 1 or is_codelike(text) or not is_in_vocabulary(found[0]):
        return ""
    return found[0]


def _nearest(
    lost: Mapping[str, str], beside: Sequence[tuple[Words, ...]], listed: Listed
) -> dict[str, str]:
    """Return for each word the nearest one that posts hold.

    Of equally near ones it is the one that most posts hold beside the rest of the search, and
    then the commonest.
    """
    tried = {text: word for text, word in lost.items() if len(word) >= _SHORTEST}
    similar = listed.engine.similar(list(tried.values()), limit=MOST_READ)
    near: dict[str, list[tuple[str, int]]] = {}
    for text, word in tried.items():
        errors = 2 if len(word) >= _LONG else 1
        best = process.extract(
            word,
            similar[word],
            scorer=DamerauLevenshtein.distance,
            score_cutoff=errors,
            limit=_MOST_TRIED * 2,
        )
        near[text] = [(candidate, int(distance)) for candidate, distance, _ in best]
    halves = _halves([text for text in tried if not near[text]], tried, listed)
    asked = sorted({candidate for found in near.values() for candidate, _ in found})
    counts = listed.count(asked)
    together = _count_beside(asked, beside, listed)
    meant = dict(halves)
    for text, found in near.items():
        held = [
            (distance, -together.get(word, 0), -counts[word], word)
            for word, distance in found
            if counts.get(word)
        ]
        if held:
            meant[text] = min(held)[3]
    return meant


def _count_beside(
    words: Sequence[str], beside: Sequence[tuple[Words, ...]], listed: Listed
) -> dict[str, int]:
    if not beside or not words:
        return {}
    found = listed.found([(*beside, (Words((word,)),)) for word in words])
    return dict(zip(words, found, strict=True))


def _halves(texts: Sequence[str], words: Mapping[str, str], listed: Listed) -> dict[str, str]:
    """One word that is two: ``errorhandling``."""
    cuts = {
        text: [(words[text][:at], words[text][at:]) for at in range(3, len(words[text]) - 2)]
        for text in texts
    }
    halves = [half for found in cuts.values() for cut in found for half in cut]
    counts = listed.count(sorted(listed.engine.known(halves)))
    known = {half for half, count in counts.items() if count}
    return {
        text: " ".join(cut)
        for text, found in cuts.items()
        for cut in found
        if known.issuperset(cut)
    }
