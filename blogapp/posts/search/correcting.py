"""What somebody meant who mistyped a word."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from blogapp.posts.facet_index import FacetIndex
from blogapp.posts.search.asking import Words, ask, is_codelike
from blogapp.posts.search.documents import is_in_vocabulary
from blogapp.posts.search.engine import Engine
from blogapp.posts.search_query import SearchQuery, parse
from blogapp.text import terms

MOST_READ = 20_000  # words of the vocabulary, for each way to be like a word
_MOST_TRIED = 6
_SHORTEST = 4
_LONG = 8  # from here on two errors are forgiven


def correct(query: SearchQuery, engine: Engine, index: FacetIndex) -> SearchQuery | None:
    """Return the query with words that posts hold, or None when there is nothing to mend.

    Only plain words that no post holds are replaced, each by one, or by the two that it is
    made of; phrases, code and operators stay.
    """
    words = _typed(query)
    counts = engine.count([word for word in words.values() if word])
    lost = [
        text
        for text, word in words.items()
        if word and not counts.get(word) and not index.names.holding([word])
    ]
    beside = [one.in_words for one in ask(query).wanted if one.in_words and one.text not in lost]
    meant = _nearest({text: words[text] for text in lost}, beside, engine)
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
    lost: Mapping[str, str], beside: Sequence[tuple[Words, ...]], engine: Engine
) -> dict[str, str]:
    """Return for each word the nearest one that posts hold.

    Of equally near ones it is the one that most posts hold beside the rest of the search, and
    then the commonest.
    """
    tried = {text: word for text, word in lost.items() if len(word) >= _SHORTEST}
    similar = engine.similar(list(tried.values()), limit=MOST_READ)
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
    halves = _halves([text for text in tried if not near[text]], tried, engine)
    asked = sorted({candidate for found in near.values() for candidate, _ in found})
    counts = engine.count(asked)
    together = _count_beside(asked, beside, engine)
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
    words: Sequence[str], beside: Sequence[tuple[Words, ...]], engine: Engine
) -> dict[str, int]:
    if not beside or not words:
        return {}
    found = engine.look_up([(*beside, (Words((word,)),)) for word in words])
    return {word: len(ids) for word, ids in zip(words, found, strict=True)}


def _halves(texts: Sequence[str], words: Mapping[str, str], engine: Engine) -> dict[str, str]:
    """One word that is two: ``errorhandling``."""
    cuts = {
        text: [(words[text][:at], words[text][at:]) for at in range(3, len(words[text]) - 2)]
        for text in texts
    }
    known = engine.known([half for found in cuts.values() for cut in found for half in cut])
    return {
        text: " ".join(cut)
        for text, found in cuts.items()
        for cut in found
        if known.issuperset(cut)
    }
