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


def unknown_conditions(query: SearchQuery, index: FacetIndex) -> tuple[Condition, ...]:
    """Return the operators whose value is one that no post here has."""
    facets = [condition for condition in query.conditions if condition.key in FACETS]
    return tuple(condition for condition in facets if not _having(condition, index))


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
