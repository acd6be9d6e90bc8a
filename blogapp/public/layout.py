"""How a listing is laid out: as cards, as a log or as a plain list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask_babel import lazy_gettext as _l

from blogapp.posts.cards import Card
from blogapp.posts.listing import Batch
from blogapp.posts.selection import Selection, Sort
from blogapp.web.filters import local

NAMES = {"cards": _l("Cards"), "log": _l("Log"), "minimal": _l("Minimal")}
STYLES = {
    "cards": ("post-grid", "post-card", "bob"),
    "log": ("post-log",),
    "minimal": ("post-minimal",),
}


@dataclass(frozen=True)
class ViewLink:
    """A layout that readers can choose, and where it shows what shows now."""

    name: str
    label: str
    address: str
    is_current: bool


@dataclass(frozen=True)
class Stretch:
    """Posts that follow each other within a page; ``year`` stands over them, when it is new."""

    year: int | None
    posts: Sequence[Card]


def stretches(
    batch: Batch, selection: Selection, *, with_years: bool
) -> Mapping[int, Sequence[Stretch]]:
    """Return what each page consists of, by its number.

    A year stands where it begins and nowhere else: neither again at the top of the next
    page of a scroll, nor over posts that are not sorted by time.
    """
    if not with_years or selection.sort is Sort.RELEVANCE:
        return {page.number: [Stretch(None, page.posts)] for page in batch.pages}
    before = _year(selection.after.published_at) if selection.after else None
    found: dict[int, Sequence[Stretch]] = {}
    for page in batch.pages:
        years = [(year, list(posts)) for year, posts in groupby(page.posts, key=_year_of)]
        found[page.number] = [
            Stretch(None if year == before and at == 0 else year, posts)
            for at, (year, posts) in enumerate(years)
        ]
        before = years[-1][0] if years else before
    return found


def _year_of(post: Card) -> int:
    return _year(post.published_at)


def _year(moment: datetime) -> int:
    return local(moment).year
