"""What few pages show, and this one does: its styles stand in the page (`web/sheets.py`)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogapp.public.listing_page import Listing

# From here on, as in the templates, a title is set smaller.
LONG_TITLE = 90
_WITH = {"author": "post-card__authors"}
_WITHOUT = {"drawing": "post-card--plain", "title": "post-card__summary--alone"}


def traits_of_listing(listing: "Listing") -> Iterator[str]:
    """Yield what of `sheets.RARE` a listing has."""
    fields, selection = listing.site.card_fields, listing.selection
    if listing.view == "minimal":
        yield "masthead--narrow"
    if listing.breadcrumb:
        yield "masthead__crumb"
    if listing.hero:
        yield "masthead__heading--hero"
    if listing.eyebrow:
        yield "masthead__eyebrow"
    if listing.view != "cards":
        yield "post-list--plain"
    elif any(len(post.title) > LONG_TITLE for page in listing.batch.pages for post in page.posts):
        yield "post-card__title--long"
    if listing.newer_address:
        yield "post-list__newer"
    if listing.place.key == "series":
        yield "post-list__part"
    if selection.excluded:
        yield "filter-bar__chip--out"
    if not listing.batch.next:
        yield from ("button--primary", "button--quiet")
    yield from (name for field, name in _WITH.items() if field in fields)
    yield from (name for field, name in _WITHOUT.items() if field not in fields)
