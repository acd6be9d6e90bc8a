"""Feeds: the newest posts, whole, for programs that come back for more."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, abort, current_app, render_template, request

from blogapp.posts.models import Post
from blogapp.posts.reading import list_newest
from blogapp.posts.rendering import place
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
    """The newest posts as Atom (RFC 4287), with their full content."""
    posts = list_newest(now=now(), limit=_limit())
    feed = render_template(
        "feeds/atom.xml",
        posts=posts,
        updated=_last_change(posts),
        content=_content,
        home=absolute(f"{request.script_root}/"),
        id=absolute_url_for("public.feed"),
        address=absolute_url_for("public.feed", limit=request.args.get("limit")),
    )
    return Response(_NOT_XML.sub("", feed), content_type="application/atom+xml; charset=utf-8")


def _limit() -> int:
    text = request.args.get("limit", str(ENTRIES))
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or int(text) < 1:
        abort(400)
    return min(int(text), MOST_ENTRIES)


def _last_change(posts: Sequence[Post]) -> datetime:
    """When the feed last changed: the latest of its entries (RFC 4287, 4.2.15)."""
    changes = [post.updated_at or post.published_at for post in posts]
    return max(filter(None, changes), default=_NOTHING_YET)


def _content(post: Post) -> str:
    """The post's HTML with whole addresses; as text, for a feed holds it escaped."""
    return place(post.html, current_app.config["PUBLIC_URL"])
