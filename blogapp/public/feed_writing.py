"""Feeds as text: one post after the other, so that a long feed is never in memory whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import current_app, request, stream_template
from flask.json import dumps

from blogapp.accounts.models import Author
from blogapp.posts.models import Post
from blogapp.web.addresses import absolute, absolute_url_for
from blogapp.web.bodies import feed_html
from blogapp.web.cards import picture_of
from blogapp.web.filters import current_site, iso
from blogapp.web.icons import icon_address
from blogapp.web.portraits import portrait_address

# What XML 1.0 (2.2) cannot hold, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# RFC 3987, 2.2: a scheme, and nothing after it that an IRI cannot hold.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`]+")
_OUR_ELEMENT = re.compile(r"</?[a-z]+-[a-z-]+(?:\s[^<>]*)?>")


@dataclass(frozen=True)
class Feed:
    """A page of posts, newest first, and what the feed says of itself.

    It was ``updated`` when its latest entry was (RFC 4287, 4.2.15); never, while it has none.
    ``links`` are the pages around this one by their relation (RFC 5005, 3).
    """

    posts: Iterator[Post]
    title: str
    about: str
    updated: datetime | None
    id: str
    address: str
    page: str
    links: dict[str, str] = field(default_factory=dict)


def as_atom(feed: Feed) -> Iterator[str]:
    """Yield the feed as Atom (RFC 4287)."""
    return _as_xml("atom", feed)


def as_rss(feed: Feed) -> Iterator[str]:
    """Yield the feed as RSS 2.0."""
    return _as_xml("rss", feed)


def as_json(feed: Feed) -> Iterator[str]:
    """Yield the feed as JSON Feed 1.1."""
    site = current_site()
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "next_url": feed.links.get("next"),
        "icon": absolute(icon_address("icon-512.png")),
        "favicon": absolute(icon_address("icon-192.png")),
        "language": site.language,
        "authors": [{"name": site.title, "url": absolute(f"{request.script_root}/")}],
    }
    yield f'{dumps(_filled(head))[:-1]}, "items": ['
    for number, post in enumerate(feed.posts):
        yield f"{',' if number else ''}\n{dumps(_item(post))}"
    yield "]}\n"


def _as_xml(kind: str, feed: Feed) -> Iterator[str]:
    pieces = stream_template(
        f"feeds/{kind}.xml",
        **{field.name: getattr(feed, field.name) for field in fields(feed)},
        content=_content,
        iri=_iri,
        picture_of=picture_of,
        rfc822=_rfc822,
        home=absolute(f"{request.script_root}/"),
        icon=absolute(icon_address("icon-192.png")),
    )
    return (_NOT_XML.sub("", piece) for piece in pieces)


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
        "date_modified": iso(moment) if (moment := post.changed_at) else "",
        "authors": [_author(author) for author in post.authors],
        "tags": [tag.name for tag in post.tags],
        "language": post.language,
    }
    return _filled(item) | {"content_html": item["content_html"]}


def _author(author: Author) -> dict[str, Any]:
    """JSON Feed 1.1: name, page, picture."""
    picture = absolute(portrait_address(author.picture)) if author.picture else ""
    page = absolute_url_for("public.author", slug=author.slug)
    return _filled({"name": author.name, "url": page, "avatar": picture})


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _content(post: Post) -> str:
    """The post's HTML with whole addresses; as text, for a feed holds it escaped.

    Our own elements, which only a page's scripts wake, are left out around what they hold.
    """
    return _OUR_ELEMENT.sub("", feed_html(post, current_app.config["PUBLIC_URL"]))


def _iri(entry_id: str) -> str:
    """Return an entry's id as Atom takes it (RFC 4287, 4.2.6): itself, or a name made from it.

    Posts of other blogs keep what their feed called them, and RSS lets that be any text.

    >>> _iri("https://old.example/?p=7"), _iri("post 7")
    ('https://old.example/?p=7', 'urn:uuid:50307add-8eb1-57e7-9dc5-db6a868aaf80')
    """
    return entry_id if _IRI.fullmatch(entry_id) else uuid5(NAMESPACE_URL, entry_id).urn


def _rfc822(moment: datetime) -> str:
    """Return a moment as RSS writes it: ``Thu, 01 Jan 2026 12:00:00 +0000``."""
    return format_datetime(moment)
