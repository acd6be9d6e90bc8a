"""Who wrote a post, from the many ways in which sources say it."""

import re
from collections.abc import Iterable
from typing import Any

_BETWEEN_NAMES = re.compile(r"\s*,\s+(?:and\s+|&\s*)?|\s+(?:and|&)\s+")
# Particles stand in lower case inside names: Stéfan van der Walt, Leonardo Di Donato.
_PARTICLES = "al bin da das de del della den der di dos du el la le of ten ter van von y"
_NAME_WORD = re.compile(r"[^\W\d_](?:[\w'’.-]*[^\W_]|\.)?")
_NOT_PEOPLE = (
    "architect authors consultant contributors developer developers director editor engineer"
    " engineering expert foundation founder group head inc janitor labs lead maintainers manager"
    " officer president professor researcher research scientist senior staff team writer"
)


def author_names(value: Any, *, separator: str | None = None) -> tuple[str, ...]:
    """Return the names in a front matter value: a text, a list, mappings with a name.

    A single text is split at ``separator``, or where every part of it reads as a whole
    name: job titles follow a comma too.

    >>> author_names("Ada Lovelace, Grace Hopper"), author_names("Ada Lovelace, Engineer")
    (('Ada Lovelace', 'Grace Hopper'), ('Ada Lovelace, Engineer',))
    """
    if isinstance(value, str):
        return _unique(value.split(separator) if separator else _split_names(value))
    if isinstance(value, dict):
        return _unique([_name_of(value)])
    if isinstance(value, list):
        return _unique(_name_of(item) for item in value)
    return ()


def _name_of(item: Any) -> str:
    if isinstance(item, dict):
        names = (item.get(key) for key in ("name", "title", "display_name", "id", "nick"))
        return next((name for name in names if isinstance(name, str) and name), "")
    return item if isinstance(item, str) else ""


def _split_names(text: str) -> list[str]:
    parts = [part.strip() for part in _BETWEEN_NAMES.split(text.strip()) if part.strip()]
    return parts if len(parts) > 1 and all(map(_is_full_name, parts)) else [text]


def _is_full_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 5 and all(
        word in _PARTICLES.split() or _is_name_word(word) for word in words
    )


def _is_name_word(word: str) -> bool:
    spelled_like_one = word[0].isupper() and not (word.isupper() and len(word) > 2)
    return (
        spelled_like_one
        and _NAME_WORD.fullmatch(word) is not None
        and word.lower() not in _NOT_PEOPLE.split()
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    stripped = (" ".join(name.split())[:200].strip() for name in names)
    return tuple(dict.fromkeys(name for name in stripped if name))
