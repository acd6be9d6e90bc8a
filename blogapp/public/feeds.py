"""Feeds: the newest posts, whole, for programs that come back for more."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Response, abort, current_app, render_template, request

from blogapp.posts.listing import count_posts, find_all_named
from blogapp.posts.models import Post
from blogapp.posts.reading import list_newest
from blogapp.posts.rendering import place
from blogapp.posts.selection import MalformedSelection, Selection
from blogapp.public.wording import Wording
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.clock import now

ENTRIES = 20
MOST_ENTRIES = 1000
# A number of more digits is a mistake, not a wish.
MOST_DIGITS = 18
# What XML 1.0 (2.2) cannot hold, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)


def atom() -> Response:
    """The newest posts of a selection as Atom (RFC 4287), with their full content."""
    selection, limit, moment = _selection(), _limit(), now()
    names = _names(selection, moment)
    posts = list_newest(selection, now=moment, limit=limit)
    feed = render_template(
        "feeds/atom.xml",
        posts=posts,
        about=Wording(selection, names).chosen(),
        updated=_last_change(posts),
        content=_content,
        home=absolute(f"{request.script_root}/"),
        id=_address("feed", selection),
        address=_address("feed", selection, limit=request.args.get("limit")),
        page=_address("index", selection),
    )
    return Response(_NOT_XML.sub("", feed), content_type="application/atom+xml; charset=utf-8")


def _selection() -> Selection:
    """What the address asks for; a feed is always newest first, and from the top."""
    try:
        asked = Selection.parse(request.args.items(multi=True)).from_the_top()
    except MalformedSelection:
        abort(400)
    return replace(asked, sort=asked.usual_sort)


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
    """The post's HTML with whole addresses; as text, for a feed holds it escaped."""
    return place(post.html, current_app.config["PUBLIC_URL"])
