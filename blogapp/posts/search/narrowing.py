"""What a search's operators leave of a blog's posts."""

from collections import defaultdict
from datetime import UTC, datetime

from pyroaring import BitMap

from blogapp.posts.facet_index import FacetIndex
from blogapp.posts.search_query import Condition, SearchQuery
from blogapp.site.reading import get_site

_FACETS = {"lang": "language"}


def narrowed(query: SearchQuery, index: FacetIndex) -> BitMap:
    """Return the posts that have all tags, one value of each other operator, none excluded.

    Posts to come are among them. Days, months and years begin in the site's time zone.
    """
    found = BitMap(range(len(index)))
    wanted = defaultdict[str, list[BitMap]](list)
    for condition in query.conditions:
        having = _having(condition, index)
        if condition.excluded:
            found -= having
        elif condition.key == "tag":
            found &= having
        else:
            wanted[condition.key].append(having)
    for values in wanted.values():
        found &= BitMap.union(*values)
    return found


def _having(condition: Condition, index: FacetIndex) -> BitMap:
    if condition.key in ("after", "before"):
        moment = _beginning(condition.value)
        is_after = condition.key == "after"
        return index.between(moment if is_after else None, None if is_after else moment)
    facet = _FACETS.get(condition.key, condition.key)
    if facet == "language":
        return index.holding(facet, condition.value)
    value = index.meant(facet, condition.value)
    return value.positions if value else BitMap()


def _beginning(day: str) -> datetime:
    year, month, date = [*(int(part) for part in day.split("-")), 1, 1][:3]
    try:
        return datetime(year, month, date, tzinfo=get_site().zone).astimezone(UTC)
    except OverflowError:
        return datetime(year, month, date, tzinfo=UTC)
