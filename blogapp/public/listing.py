"""The listing: all posts, or those under one choice; filtered, sorted, read on and on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from flask import Response, abort, request

from blogapp.accounts.profiles import find_profile
from blogapp.caching.keeping import keep
from blogapp.caching.tagging import shows_list
from blogapp.posts.cards import Card, load_cards
from blogapp.posts.counting import Choices, count_choices, find_ways_out
from blogapp.posts.finding import Finding, look
from blogapp.posts.listing import Batch, count_posts, find_named, list_posts
from blogapp.posts.overviewing import Newest, newest_by_domain
from blogapp.posts.pinning import Pinned, list_pinned
from blogapp.posts.selection import MalformedSelection, Selection
from blogapp.posts.series import Part, list_parts
from blogapp.public import tag_choosing
from blogapp.public.addressing import moved_to
from blogapp.public.listing_page import Listing
from blogapp.public.old_names import follow, follow_place, was_deleted
from blogapp.public.place import Place
from blogapp.public.search_answer import answer_search
from blogapp.site.models import Site
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.formatting import name_month
from blogapp.web.moving import follow_old_name
from blogapp.web.pages import render_page
from blogapp.web.remembering import LARGE, SMALL, remembered, remembered_each, versions

MOST_WAYS_OUT = 2
# A series of more is a heap, and nobody reads that in order.
MOST_PARTS = 500


def index() -> Response:
    """All posts, newest first."""
    return _show(Place("public.index"))


def tag(slug: str) -> Response:
    """The posts with one tag."""
    return _show(Place("public.tag", Selection(tags=(slug,)), "tag", slug))


def domain(slug: str) -> Response:
    """The posts of one domain."""
    return _show(Place("public.domain", Selection(domain=slug), "domain", slug))


def series(slug: str) -> Response:
    """The posts of one series."""
    return _show(Place("public.series", Selection(series=slug), "series", slug))


def author(slug: str) -> Response:
    """The posts by one author."""
    return _show(Place("public.author", Selection(author=slug), "author", slug))


def year(year: int) -> Response:
    """The posts of one year."""
    if not 1 <= year <= 9999:
        abort(404)
    return _show(Place("public.year", Selection(year=year), "year"))


def month(year: int, month: int) -> Response:
    """The posts of one month."""
    if not 1 <= year <= 9999 or not 1 <= month <= 12:
        abort(404)
    return _show(Place("public.month", Selection(year=year, month=month), "month"))


def _show(place: Place) -> Response:
    try:
        selection = Selection.parse(request.args.items(multi=True))
    except MalformedSelection:
        abort(400)
    moment, site = now(), current_site()
    selection = _as_usual(selection, site)
    if request.args.get("fragment") == "posts":
        return _show_batch(place, selection)

    finding = look(moment, within=place.within, known=versions())
    place, selection, finding = _spelled(place, selection, finding)
    _demand_posts(place, finding)
    if tag_choosing.is_asked():
        return tag_choosing.show(place, selection, finding)
    if "fragment" not in request.args and (moved := moved_to(place.address(selection))):
        return moved

    choices = count_choices(selection, finding)
    if not choices.shown and not place.key and (led := follow_old_name()):
        return led
    selection = _in_reach(selection, choices.shown, site.page_size)
    batch = _batch(selection, finding, site)
    listing = Listing(
        site=site,
        place=_described(place),
        selection=selection,
        choices=choices,
        batch=batch,
        answer=answer_search(selection, finding, batch),
        shown=choices.shown,
        beside=tuple(request.args.getlist("beside")),
        ways_out=[] if choices.shown else find_ways_out(selection, finding)[:MOST_WAYS_OUT],
        pinned=_pinned(place, selection, finding),
        newest=_newest(place, selection, choices, site),
        finding=finding,
        parts=_parts(place, selection, finding),
    )
    response = render_page(
        "public/listing.html", listing=listing, section="posts", query=selection.q
    )
    shows_list(place.key, place.slug, batch)
    if "fragment" in request.args:
        response.headers["HX-Push-Url"] = listing.address()
        keep(listing.address(), fragment="results", beside=_stays(listing))
    else:
        keep(listing.address())
    return response


def _show_batch(place: Place, selection: Selection) -> Response:
    """Answer with the pages alone: nothing that depends on the numbers beside choices."""
    moment, site = now(), current_site()
    finding = look(moment, within=place.within, known=versions())
    place, selection, finding = _spelled(place, selection, finding)
    _demand_posts(place, finding)
    shown = count_posts(selection, finding)
    selection = _in_reach(selection, shown, site.page_size)
    batch = _batch(selection, finding, site)
    listing = Listing(
        site=site,
        place=place,
        selection=selection,
        choices=count_choices(selection, finding),
        batch=batch,
        shown=shown,
        answer=answer_search(selection, finding, batch),
        finding=finding,
        parts=_parts(place, selection, finding),
    )
    response = render_page("public/listing.html", listing=listing)
    keep(listing.address(), fragment="posts")
    shows_list(place.key, place.slug, batch)
    response.headers["HX-Replace-Url"] = listing.address(
        replace(selection.from_the_top(), through=batch.last)
    )
    return response


def _stays(listing: Listing) -> list[str]:
    """The slugs of chips that are only there because they were chosen a moment ago."""
    if not listing.beside:
        return []
    return sorted(tag.slug.casefold() for tag in listing.more_chips if not tag.chosen)


def _demand_posts(place: Place, finding: Finding) -> None:
    """Answer 404 for a place that nothing stands in, 410 where there was one."""
    if place.key and not finding.here:
        abort(410 if was_deleted(place.key, place.slug) else 404)


def _as_usual(selection: Selection, site: Site) -> Selection:
    """The same where the blog's own layout is not written out."""
    return replace(selection, view="") if selection.view == site.layout else selection


def _newest(place: Place, selection: Selection, choices: Choices, site: Site) -> Sequence[Newest]:
    """What stands beside the log where nothing is chosen, and only once: on its first page."""
    is_top = selection.page == 1 and not selection.after and not selection.narrows
    if (selection.view or site.layout) != "log" or "overview" not in site.list_parts:
        return ()
    if place.key or not is_top:
        return ()
    domains = [domain for domain in choices.single.get("domain", ()) if domain.used]
    if not choices.finding.index.has_ordered_domains:
        domains.sort(key=lambda domain: -domain.used)
    used = tuple(domain.slug for domain in domains)
    moment, listed = choices.finding.now, len(choices.finding.listed)
    return remembered(
        ("newest", listed, used), lambda: newest_by_domain(used, now=moment), lambda _: LARGE
    )


def _pinned(place: Place, selection: Selection, finding: Finding) -> Sequence[Pinned]:
    """The pinned posts, where everything begins: the front page with nothing chosen."""
    begins = selection.page == 1 and not selection.after
    is_plain = not selection.narrows and selection.sort is selection.usual_sort
    if not begins or not is_plain or place.key:
        return ()
    key = ("pinned", len(finding.listed))
    return remembered(key, lambda: list_pinned(now=finding.now), lambda _: SMALL)


def _parts(place: Place, selection: Selection, finding: Finding) -> Sequence[Part]:
    """All parts of the series that this is about; none of one that nobody reads in order."""
    slug = place.within.series or selection.series
    is_readable = 0 < len(finding.index.holding("series", slug)) <= MOST_PARTS
    if not slug or not is_readable:
        return ()
    key = ("parts", len(finding.listed), slug.casefold())
    return remembered(
        key, lambda: list_parts(slug, now=finding.now), lambda parts: 400 * len(parts)
    )


def _in_reach(selection: Selection, shown: int, size: int) -> Selection:
    """The same with as many pages as there are; a page past the end is not found."""
    last = max(1, -(-shown // size))
    if selection.page > last and not selection.after:
        abort(404)
    return replace(selection, through=min(selection.through, last))


def _described(place: Place) -> Place:
    """The place with its name in people's spelling, and what it says about itself."""
    if place.key == "year":
        return replace(place, name=str(place.within.year))
    if place.key == "month" and place.within.month:
        month = date(place.within.year or 1, place.within.month, 1)
        return replace(place, name=name_month(month))
    if place.key == "author":
        profile = remembered(
            ("profile", place.slug), lambda: find_profile(place.slug), lambda _: SMALL
        )
        words = " ".join(profile.bio.split()) if profile else ""
        name = profile.name if profile else place.name
        return replace(place, name=name, description=words, profile=profile)
    key = ("named", place.key, place.slug)
    named = remembered(key, lambda: find_named(place.key, place.slug), lambda _: SMALL)
    return replace(place, name=named.name, description=named.description) if named else place


def _spelled(
    place: Place, selection: Selection, finding: Finding
) -> tuple[Place, Selection, Finding]:
    """The same by the slugs that names have now, as they are written; unknown ones stay."""

    known = finding.names
    if place.slug:
        within = place.within.by_slugs(finding.slug)
        place = replace(place, slug=finding.slug(place.key, place.slug), within=within)
        place = follow_place(place, known)
        if place.within != within and not finding.here:
            finding = look(finding.now, within=place.within, known=versions())
    return place, follow(selection.by_slugs(finding.slug), known), finding


def _batch(selection: Selection, finding: Finding, site: Site) -> Batch:
    with_authors = "author" in site.card_fields

    def load(ids: Sequence[int], *, now: datetime) -> Mapping[int, Card]:
        return remembered_each(
            ("card", with_authors),
            ids,
            lambda missing: load_cards(missing, now=now, with_authors=with_authors),
            lambda card: card.size,
        )

    return list_posts(selection, finding, size=site.page_size, load=load)
