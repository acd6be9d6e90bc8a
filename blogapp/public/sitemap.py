"""The sitemap: every page that may be indexed, with its images and its last change."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Response, abort, request, url_for

from blogapp.caching.keeping import keep
from blogapp.posts.indexing import (
    IndexedPlace,
    IndexedPost,
    count_indexed_posts,
    list_indexed_places,
    list_indexed_posts,
)
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.clock import now
from blogapp.web.filters import iso

# What one file may hold (sitemaps.org): then there is an index of files.
MOST_ADDRESSES = 50_000
MOST_BYTES = 50 * 1024 * 1024
# So few that a part stays under the limit whatever its addresses and images are called.
PART = 5_000
LONGEST_ADDRESS = 2_048

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def whole() -> Response:
    """The sitemap (sitemaps.org, 0.9); past what one file may hold, the index of its parts."""
    keep(url_for("public.sitemap"))
    moment = now()
    posts = count_indexed_posts(moment)
    places = _places(moment)
    if len(places) + posts <= MOST_ADDRESSES:
        text = _url_set([*places, *_posts(0, posts, moment)])
        if len(text) <= MOST_BYTES:
            return _xml(text)
    parts = -(-(len(places) + posts) // PART)
    addresses = (absolute_url_for("public.sitemap_part", number=n) for n in range(1, parts + 1))
    listed = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in addresses)
    index = f'{_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n{listed}</sitemapindex>\n'
    return _xml(index.encode())


def part(number: int) -> Response:
    """One part of the sitemap; there is always a first."""
    keep(url_for("public.sitemap_part", number=number))
    moment, first = now(), (number - 1) * PART
    places = _places(moment)
    total = len(places) + count_indexed_posts(moment)
    if number < 1 or first >= max(total, 1):
        abort(404)
    found = places[first : first + PART]
    skipped = max(0, first - len(places))
    return _xml(_url_set([*found, *_posts(skipped, PART - len(found), moment)]))


def _xml(text: bytes) -> Response:
    return Response(text, content_type="application/xml; charset=utf-8")


def _url_set(entries: list[str]) -> bytes:
    head = f'{_HEAD}<urlset xmlns="{_SITEMAP}" xmlns:image="{_IMAGE}">\n'
    return "".join([head, *entries, "</urlset>\n"]).encode()


def _posts(offset: int, limit: int, moment: datetime) -> Iterator[str]:
    """The entries of posts, read a thousand at a time."""
    for start in range(offset, offset + limit, 1000):
        size = min(1000, offset + limit - start)
        for post in list_indexed_posts(now=moment, offset=start, limit=size):
            yield _post(post)


def _post(post: IndexedPost) -> str:
    images = (absolute(url_for("public.media", key=key)) for key in post.images)
    return _entry(
        absolute(request.script_root + quote(post.path)),
        post.changed,
        *(f"<image:image><image:loc>{escape(image)}</image:loc></image:image>" for image in images),
    )


def _places(moment: datetime) -> list[str]:
    """The entries of listings: the whole blog, its overviews, and each choice with posts."""
    places = list_indexed_places(moment)
    latest = max((place.changed for place in places), default=None)
    found = [_entry(absolute_url_for("public.index"), latest)]
    if places:
        found += [
            _entry(absolute_url_for(f"public.{name}"), latest) for name in ("tags", "archive")
        ]
    found += [_entry(_address(place), place.changed) for place in places]
    years = dict[int, datetime]()
    for place in places:
        if place.key == "month":
            year = int(place.slug) // 100
            years[year] = max(years.get(year, place.changed), place.changed)
    found += [
        _entry(absolute_url_for("public.year", year=year), changed)
        for year, changed in sorted(years.items())
    ]
    return found


def _address(place: IndexedPlace) -> str:
    if place.key == "month":
        year, month = divmod(int(place.slug), 100)
        return absolute_url_for("public.month", year=year, month=month)
    return absolute_url_for(f"public.{place.key}", slug=place.slug)


def _entry(address: str, changed: datetime | None, *more: str) -> str:
    if len(address) >= LONGEST_ADDRESS:
        return ""
    lastmod = f"<lastmod>{iso(changed)}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{lastmod}{''.join(more)}</url>\n"
