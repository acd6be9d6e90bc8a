"""Addresses that name a tag as it was called once: they lead to the tag as it is called now."""

from collections.abc import Container, Iterable
from dataclasses import replace

from blogapp.posts.selection import Selection
from blogapp.posts.tagging import find_current_slugs
from blogapp.public.place import Place
from blogapp.text.folding import caseless


def follow(selection: Selection, known: Container[tuple[str, str]] = ()) -> Selection:
    """Return the same with tags by their present slugs; a deleted one keeps the old.

    ``known`` are tags that need no looking up, as in `Choices.names`.
    """
    now = find_current_slugs(_unknown([*selection.tags, *selection.excluded], known))
    if not any(now.values()):
        return selection
    return replace(
        selection,
        tags=_each_once(now.get(caseless(slug)) or slug for slug in selection.tags),
        excluded=_each_once(now.get(caseless(slug)) or slug for slug in selection.excluded),
    )


def follow_place(place: Place, known: Container[tuple[str, str]] = ()) -> Place:
    """Return the place of a tag by its present slug; others as they are."""
    if place.key != "tag":
        return place
    within = follow(place.within, known)
    return replace(place, within=within, slug=within.tags[0])


def was_deleted(slug: str) -> bool:
    """Whether this was the address of a tag that is gone."""
    return find_current_slugs([slug]).get(caseless(slug)) == ""


def _unknown(slugs: Iterable[str], known: Container[tuple[str, str]]) -> list[str]:
    return [slug for slug in slugs if ("tag", slug.casefold()) not in known]


def _each_once(slugs: Iterable[str]) -> tuple[str, ...]:
    """As `Selection.parse` keeps them: sorted, each once."""
    kept = {slug.casefold(): slug for slug in slugs}
    return tuple(kept[key] for key in sorted(kept))
