"""Names that can stand in an address: derived from titles, or given by authors and sources."""

import re
import unicodedata
from collections.abc import Callable
from itertools import count

DERIVED_LENGTH = 80
LONGEST = 200

# Letters that have no decomposition, so dropping accents would lose them.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
_PLUSES = re.compile(r"(?<=\w)\++(?!\w)")
_SHARP = re.compile(r"(?<=\w)[#♯](?!\w)")
_APOSTROPHES = re.compile("(?<=\\w)['\u2019\u02bc](?=\\w)")


def slugify(text: str, fallback: str = "post") -> str:
    """Return a lower-case slug of at most 80 characters, or ``fallback`` when nothing is left.

    Latin letters lose their accents, letters of other scripts stay.

    >>> slugify("Café: a memoir"), slugify("CI/CD"), slugify("Системы")
    ('cafe-a-memoir', 'ci-cd', 'системы')
    >>> slugify("C++"), slugify("C#"), slugify(".NET"), slugify("?!", fallback="tag")
    ('c-plus-plus', 'c-sharp', 'net', 'tag')
    """
    text = unicodedata.normalize("NFKC", text)
    text = _PLUSES.sub(lambda pluses: "-plus" * len(pluses[0]), text[: 20 * DERIVED_LENGTH])
    text = _APOSTROPHES.sub("", _SHARP.sub("-sharp", text))
    folded = _fold_latin(text.lower())
    return _cut_at_hyphen(_hyphenate(folded, keep="")) or fallback


def is_slug(text: str) -> bool:
    """Tell whether ``text`` may stand in an address as it is.

    >>> is_slug("Kafka_2.0"), is_slug("a b"), is_slug("post.md"), is_slug("..")
    (True, False, False, False)
    """
    return (
        0 < len(text) <= LONGEST
        and text not in {".", ".."}
        and not text.lower().endswith(".md")
        and all(character in "-_." or _is_part_of_a_word(character) for character in text)
    )


def clean_slug(text: str, fallback: str = "post") -> str:
    """Return ``text`` as a valid slug in its own letter case; a valid one comes back unchanged.

    >>> clean_slug("BroSettlement Building ..."), clean_slug("Node.js"), clean_slug("notes.md")
    ('BroSettlement-Building', 'Node.js', 'notes')
    """
    text = unicodedata.normalize("NFC", text.strip())
    if is_slug(text):
        return text
    slug = _hyphenate(text[: 4 * LONGEST], keep="-_.")[:LONGEST]
    while slug.lower().endswith(".md"):
        slug = slug[:-3]
    slug = slug.strip("-.")
    return slug if is_slug(slug) else fallback


def unique_slug(base: str, taken: Callable[[str], bool]) -> str:
    """Return ``base``, or ``base-2``, ``base-3`` … : the first that is not taken.

    >>> unique_slug("cache", {"cache", "cache-2"}.__contains__)
    'cache-3'
    """
    if not taken(base):
        return base
    numbered = (f"{base[: LONGEST - len(f'-{n}')]}-{n}" for n in count(2))
    return next(slug for slug in numbered if not taken(slug))


def _fold_latin(text: str) -> str:
    folded: list[str] = []
    latin = False
    for character in unicodedata.normalize("NFD", text.translate(_LATIN)):
        if unicodedata.combining(character):
            # й is a letter of its own, é is an e: only Latin letters lose their marks.
            folded.append("" if latin else character)
            continue
        latin = unicodedata.name(character, "").startswith("LATIN")
        folded.append(character)
    return unicodedata.normalize("NFC", "".join(folded))


def _hyphenate(text: str, *, keep: str) -> str:
    marked = "".join(
        character if character in keep or _is_part_of_a_word(character) else " "
        for character in text
    )
    return re.sub(r"-{2,}", "-", "-".join(marked.split())).strip("-")


def _cut_at_hyphen(slug: str) -> str:
    if len(slug) <= DERIVED_LENGTH:
        return slug
    whole_words = slug[: DERIVED_LENGTH + 1].rpartition("-")[0]
    return whole_words or slug[:DERIVED_LENGTH]


def _is_part_of_a_word(character: str) -> bool:
    # Marks belong to it: Hindi and Thai vowels are marks.
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"
