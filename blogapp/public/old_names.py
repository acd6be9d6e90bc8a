"""Addresses that name a tag, a domain or a series as it was called once: they lead to what it is
called now.
"""

from collections.abc import Container, Iterable
from dataclasses import replace

from blogapp.posts.renaming import find_renamed
from blogapp.posts.selection import Selection
from blogapp.posts.tagging import find_current_slugs
from blogapp.public.place import Place
from blogapp.text.folding import caseless


def follow(selection: Selection, known: Container[tuple[str, str]] = ()) -> Selection:
    """Return the same by present slugs; what was deleted keeps the old.

    ``known`` are names that need no looking up, as in `Choices.names`.
    """
    return _follow_single(_follow_tags(selection, known), known)


def follow_place(place: Place, known: Container[tuple[str, str]] = ()) -> Place:
    """Return the place of a tag, domain or series by its present slug; others as they are."""
    within = follow(place.within, known)
    if within == place.within:
        return place
    slug = within.tags[0] if place.key == "tag" else getattr(within, place.key)
    return replace(place, within=within, slug=slug)


def was_deleted(facet: str, slug: str) -> bool:
    """Whether this was the address of a tag, a domain or a series that is gone."""
    if facet == "tag":
        return find_current_slugs([slug]).get(caseless(slug)) == ""
    return find_renamed([(facet, slug)]).get((facet, caseless(slug))) == ""


def _follow_tags(selection: Selection, known: Container[tuple[str, str]]) -> Selection:
    now = find_current_slugs(_unknown([*selection.tags, *selection.excluded], known))
    if not any(now.values()):
        return selection
    return replace(
        selection,
        tags=_each_once(now.get(caseless(slug)) or slug for slug in selection.tags),
        excluded=_each_once(now.get(caseless(slug)) or slug for slug in selection.excluded),
    )


def _follow_single(selection: Selection, known: Container[tuple[str, str]]) -> Selection:
    asked = [("domain", selection.domain), ("series", selection.series)]
    now = find_renamed(
        (facet, slug) for facet, slug in asked if (facet, slug.casefold()) not in known
    )
    led = {facet: slug for (facet, _old), slug in now.items() if slug}
    if not led:
        return selection
    return replace(
        selection,
        domain=led.get("domain", selection.domain),
        series=led.get("series", selection.series),
    )


def _unknown(slugs: Iterable[str], known: Container[tuple[str, str]]) -> list[str]:
    return [slug for slug in slugs if ("tag", slug.casefold()) not in known]


def _each_once(slugs: Iterable[str]) -> tuple[str, ...]:
    """As `Selection.parse` keeps them: sorted, each once."""
    kept = {slug.casefold(): slug for slug in slugs}
    return tuple(kept[key] for key in sorted(kept))
