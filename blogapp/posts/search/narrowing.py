"""What a search's operators leave of a blog's posts."""

from collections import defaultdict
from datetime import UTC, datetime

from pyroaring import BitMap

from blogapp.posts.facet_index import FacetIndex
from blogapp.posts.search_query import DATES, FACETS, Condition, SearchQuery
from blogapp.site.reading import get_site

_FACETS = {"lang": "language"}


def narrowed(query: SearchQuery, index: FacetIndex) -> BitMap:
    """Return the posts that have all tags, one value of each other facet, none excluded.

    They lie within all dates; posts to come are among them. Days, months and years begin in the
    site's time zone.
    """
    found = BitMap(range(len(index)))
    wanted = defaultdict[str, list[BitMap]](list)
    for condition in query.conditions:
        having = _having(condition, index)
        if condition.excluded:
            found -= having
        elif condition.key in ("tag", *DATES):
            found &= having
        else:
            wanted[condition.key].append(having)
    for values in wanted.values():
        found &= BitMap.union(*values)
    return found


def name_conditions(
    query: SearchQuery, index: FacetIndex, among: BitMap
) -> dict[tuple[str, str], str]:
    """Return what the values of operators are called, by operator and text in small letters.

    Those that none of the posts ``among`` has are not there.
    """
    named = {}
    for condition in query.conditions:
        if condition.key in FACETS and not _having(condition, index).isdisjoint(among):
            value = None if condition.key == "lang" else index.meant(condition.key, condition.value)
            name = value.name if value else condition.value
            named[condition.key, condition.value.casefold()] = name
    return named


def _having(condition: Condition, index: FacetIndex) -> BitMap:
    if condition.key in DATES:
        moment = _beginning(condition.value)
        is_after = condition.key == "after"
        return index.between(moment if is_after else None, None if is_after else moment)
    facet = _FACETS.get(condition.key, condition.key)
    if facet == "language":
        return index.holding(facet, condition.value.replace("_", "-"))
    value = index.meant(facet, condition.value)
    return value.positions if value else BitMap()


def _beginning(day: str) -> datetime:
    year, month, date = [*(int(part) for part in day.split("-")), 1, 1][:3]
    try:
        return datetime(year, month, date, tzinfo=get_site().zone).astimezone(UTC)
    except OverflowError:
        return datetime(year, month, date, tzinfo=UTC)
