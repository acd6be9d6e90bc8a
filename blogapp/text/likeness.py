"""Whether two names are likely to be one: spelled apart, in another number, or mistyped."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import combinations

from rapidfuzz.distance import OSA

from blogapp.text.folding import fold
from blogapp.text.slugs import slugify

# Shorter names differ by a letter because they are two words: "cache" and "cash".
SHORTEST_TYPO = 8
# A name that is near to more than these is so by chance.
MOST_ALIKE = 4
_BETWEEN = re.compile(r"(?<=\w)[\s\-_./'&·:+]+(?=\w)")
_DIGITS = re.compile(r"\d+")
# Words that mean another thing with an "s".
_NO_PLURALS = frozenset({"windows", "news", "rails", "means", "goods", "customs", "arms", "aids"})
_ES = re.compile("(?:ss|x|z|ch|sh)es$")


def find_likely_twins(names: Mapping[int, str]) -> list[tuple[int, int]]:
    """Return the pairs of keys whose names are likely to be one, the smaller key first.

    Names whose figures differ never are: "python 2" and "python 3".
    """
    found: set[tuple[int, int]] = set()
    for alike in (squash, singular, _slug):
        for group in _groups(alike, names):
            found.update(combinations(sorted(group), 2))
    found.update(_mistyped(names))
    return sorted(pair for pair in found if _figures(names[pair[0]]) == _figures(names[pair[1]]))


def squash(name: str) -> str:
    """Return what is left of a name without case, accents and what parts its words.

    A sign at either end stays, and so does what parts figures.

    >>> squash("CI/CD"), squash("Node.js"), squash("Q & A")
    ('cicd', 'nodejs', 'qa')
    >>> squash(".NET"), squash("C++"), squash("2.10")
    ('.net', 'c++', '2.10')
    """
    return _BETWEEN.sub(_joint, fold(name))


def singular(name: str) -> str:
    """Return a squashed name with its last word in the singular, as English makes plurals.

    >>> singular("Design Patterns"), singular("queries"), singular("indexes")
    ('designpattern', 'query', 'index')
    >>> singular("aws"), singular("rails"), singular("access")
    ('aws', 'rails', 'access')
    """
    first, _, last = fold(name).rpartition(" ")
    return squash(f"{first} {_singular_word(last)}")


def _singular_word(word: str) -> str:
    if len(word) < 4 or word in _NO_PLURALS or not word[-4:].isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if _ES.search(word):
        return word[:-2]
    return word[:-1] if word[-1] == "s" and word[-2] != "s" else word


def _joint(match: re.Match[str]) -> str:
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return match[0] if before.isdigit() and after.isdigit() else ""


def _slug(name: str) -> str:
    return slugify(name, "")


def _figures(name: str) -> list[str]:
    return _DIGITS.findall(name)


def _groups(alike: Callable[[str], Hashable], names: Mapping[int, str]) -> Iterator[list[int]]:
    found = defaultdict[Hashable, list[int]](list)
    for key, name in names.items():
        if value := alike(name):
            found[value].append(key)
    return (group for group in found.values() if len(group) > 1)


def _mistyped(names: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """Yield long names that one letter parts: one left out, put in, changed, or two swapped."""
    squashed = {key: squash(name) for key, name in names.items()}
    near = defaultdict[str, set[int]](set)
    for key, word in squashed.items():
        if len(word) >= SHORTEST_TYPO:
            # Two words one letter apart have a way to leave out a letter in common.
            for variant in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
                near[variant].add(key)
    for group in near.values():
        if 1 < len(group) <= MOST_ALIKE:
            for pair in combinations(sorted(group), 2):
                if _is_typo(*(squashed[key] for key in pair)):
                    yield pair


def _is_typo(word: str, other: str) -> bool:
    """People get the first letter right, and another ending is another word."""
    if word == other or word[0] != other[0] or word[-2:] != other[-2:]:
        return False
    return OSA.distance(word, other, score_cutoff=1) == 1
