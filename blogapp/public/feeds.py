"""Feeds: the newest posts, whole, for programs that come back for more."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, current_app, jsonify, render_template, request
from werkzeug.wrappers import Response as Answer

from blogapp.posts.listing import count_posts, find_all_named
from blogapp.posts.models import Post
from blogapp.posts.reading import list_newest
from blogapp.posts.selection import MalformedSelection, Selection
from blogapp.public.posts import moved
from blogapp.public.wording import Wording
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.bodies import feed_html
from blogapp.web.cards import picture_of
from blogapp.web.clock import now
from blogapp.web.filters import current_site, iso
from blogapp.web.icons import icon_address

ENTRIES = 20
MOST_ENTRIES = 1000
# A number of more digits is a mistake, not a wish.
MOST_DIGITS = 18
# What XML 1.0 (2.2) cannot hold, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OUR_ELEMENT = re.compile(r"</?[a-z]+-[a-z-]+(?:\s[^<>]*)?>")
_NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Feed:
    """The newest posts of a selection, and what its feed says of itself."""

    posts: Sequence[Post]
    about: str
    updated: datetime
    id: str
    address: str
    page: str


def atom() -> Answer:
    """The newest posts of a selection as Atom (RFC 4287), with their full content."""
    return _answer("feed", _as_atom)


def rss() -> Answer:
    """The same as RSS 2.0, for programs that know no Atom."""
    return _answer("rss", _as_rss)


def json() -> Answer:
    """The same as JSON Feed 1.1."""
    return _answer("json_feed", _as_json)


def _answer(endpoint: str, write: Callable[[Feed], Response]) -> Answer:
    selection, limit, moment = _selection(), _limit(), now()
    names = _names(selection, moment)
    asked = {"limit": str(limit)} if limit != ENTRIES else {}
    address = _address(endpoint, selection, **asked)
    if urlencode(list(request.args.items(multi=True))) != urlsplit(address).query:
        return moved(address)
    posts = list_newest(selection, now=moment, limit=limit)
    feed = Feed(
        posts=posts,
        about=Wording(selection, names).chosen(),
        updated=_last_change(posts),
        id=_address(endpoint, selection),
        address=address,
        page=_address("index", selection),
    )
    return write(feed)


def _as_atom(feed: Feed) -> Response:
    return _as_xml("atom", feed)


def _as_rss(feed: Feed) -> Response:
    return _as_xml("rss", feed)


def _as_xml(kind: str, feed: Feed) -> Response:
    text = render_template(
        f"feeds/{kind}.xml",
        **{field.name: getattr(feed, field.name) for field in fields(feed)},
        content=_content,
        picture_of=picture_of,
        rfc822=_rfc822,
        home=absolute(f"{request.script_root}/"),
        icon=absolute(icon_address("icon-192.png")),
    )
    content_type = f"application/{kind}+xml; charset=utf-8"
    return Response(_NOT_XML.sub("", text), content_type=content_type)


def _as_json(feed: Feed) -> Response:
    site = current_site()
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{site.title}: {feed.about}" if feed.about else site.title,
        "description": site.description,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "icon": absolute(icon_address("icon-512.png")),
        "favicon": absolute(icon_address("icon-192.png")),
        "language": site.language,
        "authors": [{"name": site.title, "url": absolute(f"{request.script_root}/")}],
        "items": [_item(post) for post in feed.posts],
    }
    response = jsonify(_filled(whole) | {"items": whole["items"]})
    response.content_type = "application/feed+json; charset=utf-8"
    return response


def _item(post: Post) -> dict[str, Any]:
    item = {
        "id": post.entry_id,
        "url": absolute_url_for("public.post", slug=post.slug),
        "external_url": post.canonical_url,
        "title": post.title,
        "content_html": _content(post),
        "summary": post.summary_or_excerpt,
        "image": picture_of(post).address,
        "date_published": post.published_at and iso(post.published_at),
        "date_modified": iso(moment) if (moment := post.updated_at or post.published_at) else "",
        "authors": [
            {"name": author.name, "url": absolute_url_for("public.author", slug=author.slug)}
            for author in post.authors
        ],
        "tags": [tag.name for tag in post.tags],
        "language": post.language,
    }
    return _filled(item) | {"content_html": item["content_html"]}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _selection() -> Selection:
    """What the address asks for; a feed is always newest first, and from the top."""
    try:
        asked = Selection.parse(request.args.items(multi=True)).from_the_top()
    except MalformedSelection:
        abort(400)
    return replace(asked, sort=asked.usual_sort, view="")


def _limit() -> int:
    text = request.args.get("limit", str(ENTRIES))
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or int(text) < 1:
        abort(400)
    return min(int(text), MOST_ENTRIES)


def _names(selection: Selection, moment: datetime) -> dict[tuple[str, str], str]:
    """Return how people spell what is chosen; 404 where a name is nobody's."""
    asked = {
        "tag": [*selection.tags, *selection.excluded],
        "domain": [selection.domain],
        "series": [selection.series],
        "author": [selection.author],
    }
    names: dict[tuple[str, str], str] = {}
    for key, slugs in asked.items():
        wanted = {slug.casefold() for slug in slugs if slug}
        found = find_all_named(key, sorted(wanted))
        if wanted - found.keys():
            abort(404)
        names |= {(key, slug): named.name for slug, named in found.items()}
    if selection.kind and not count_posts(Selection(kind=selection.kind), now=moment):
        abort(404)
    return names


def _address(endpoint: str, selection: Selection, **more: str | None) -> str:
    pairs = [*selection.pairs(), *((key, value) for key, value in more.items() if value)]
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{absolute_url_for(f'public.{endpoint}')}{query}"


def _last_change(posts: Sequence[Post]) -> datetime:
    """When the feed last changed: the latest of its entries (RFC 4287, 4.2.15)."""
    changes = [post.updated_at or post.published_at for post in posts]
    return max(filter(None, changes), default=_NOTHING_YET)


def _content(post: Post) -> str:
    """The post's HTML with whole addresses; as text, for a feed holds it escaped.

    Our own elements, which only a page's scripts wake, are left out around what they hold.
    """
    return _OUR_ELEMENT.sub("", feed_html(post, current_app.config["PUBLIC_URL"]))


def _rfc822(moment: datetime) -> str:
    """Return a moment as RSS writes it: ``Thu, 01 Jan 2026 12:00:00 +0000``."""
    return format_datetime(moment)
