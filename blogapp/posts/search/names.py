"""Names of tags, domains, series and authors by their words: found when asked, never stored."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from blogapp.text import terms


@dataclass(frozen=True)
class Name:
    """A name in terms, its facet and slug, and where the posts stand that have it."""

    terms: str
    facet: str
    slug: str
    name: str
    positions: BitMap


class Names:
    """All names by each of their words, in order of the words."""

    def __init__(self, names: Iterable[Name]) -> None:
        by_word = defaultdict[str, list[Name]](list)
        for name in names:
            for word in dict.fromkeys(name.terms.split()):
                by_word[word].append(name)
        self._words = sorted(by_word)
        self._by_word: Mapping[str, Sequence[Name]] = by_word

    def holding(self, words: Sequence[str]) -> BitMap:
        """Return the posts that have a name with these words in it, one after the other."""
        if not words:
            return BitMap()
        phrase = f" {' '.join(words)} "
        found = [name for name in self._by_word.get(words[0], ()) if phrase in name.terms]
        return BitMap.union(*(name.positions for name in found)) if found else BitMap()

    def beginning(self, prefixes: Sequence[str], facet: str) -> list[Name]:
        """Return the names of a facet in which words begin with each prefix, each name once."""
        if not prefixes:
            return []
        # The longest prefix leaves the fewest to look at.
        longest = max(prefixes, key=len)
        first = bisect_left(self._words, longest)
        found: dict[str, Name] = {}
        for word in self._words[first:]:
            if not word.startswith(longest):
                break
            for name in self._by_word[word]:
                if name.facet == facet and all(f" {p}" in name.terms for p in prefixes):
                    found.setdefault(name.slug, name)
        return list(found.values())


def make_names(
    values: Mapping[str, Mapping[str, Any]], aliases: Mapping[str, str], facets: Iterable[str]
) -> Names:
    """Return the names of a facet index's values, those of ``facets``, and other names of tags."""
    names = [
        _name(value.name, facet, value) for facet in facets for value in values[facet].values()
    ]
    tags = values["tag"]
    names += [_name(alias, "tag", tags[key]) for alias, key in aliases.items() if key in tags]
    return Names(names)


def _name(text: str, facet: str, value: Any) -> Name:
    spelled = f" {' '.join(terms.words(text))} "
    return Name(spelled, facet, value.slug, value.name, value.positions)
