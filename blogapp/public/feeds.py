"""Feeds: the newest posts of any selection, whole, for programs that come back for more."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import blake2b
from tempfile import SpooledTemporaryFile
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from werkzeug.wsgi import wrap_file

from blogapp.caching.keeping import keep
from blogapp.caching.tagging import shows
from blogapp.posts.finding import Finding, look
from blogapp.posts.listing import find_named
from blogapp.posts.purging import FEEDS
from blogapp.posts.reading import Newest, list_newest, read_whole
from blogapp.posts.selection import MalformedSelection, Selection
from blogapp.public.feed_writing import Feed, as_atom, as_json, as_rss
from blogapp.public.old_names import follow, was_deleted
from blogapp.public.posts import moved
from blogapp.public.wording import Wording
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.language import ngettext
from blogapp.web.remembering import versions

ENTRIES = 20
MOST_ENTRIES = 1000
# A number of more digits is a mistake, not a wish.
MOST_DIGITS = 18
# A longer feed waits in a file until its validator is known.
MOST_IN_MEMORY = 4_000_000

Write = Callable[[Feed], Iterator[str]]


def atom() -> Answer:
    """The newest posts of a selection as Atom (RFC 4287), with their full content."""
    return _answer("feed", as_atom, "application/atom+xml")


def rss() -> Answer:
    """The same as RSS 2.0, for programs that know no Atom."""
    return _answer("rss", as_rss, "application/rss+xml")


def json() -> Answer:
    """The same as JSON Feed 1.1."""
    return _answer("json_feed", as_json, "application/feed+json")


def _answer(endpoint: str, write: Write, content_type: str) -> Answer:
    asked, limit, finding = _selection(), _limit(), look(now(), known=versions())
    selection = follow(asked.by_slugs(finding.slug), finding.names)
    names = _names(selection, finding)
    address = _address(endpoint, selection, limit)
    if urlencode(list(request.args.items(multi=True))) != urlsplit(address).query:
        return moved(address)

    keep(address)
    newest = list_newest(selection, finding, limit=limit)
    if selection.page > 1 and not newest.ids and not selection.after:
        abort(404)
    shows(FEEDS, *(f"post-{id}" for id in newest.ids))
    wording, site = Wording(selection, names), current_site()
    whole = selection.from_the_top()
    feed = Feed(
        posts=read_whole(newest.ids, now=finding.now),
        title=f"{site.title}: {chosen}" if (chosen := wording.chosen()) else site.title,
        about=_sentence(newest.total, chosen) if chosen else site.description,
        updated=newest.changed,
        id=_address(endpoint, whole),
        address=address,
        page=_address("index", whole),
        links={
            relation: _address(endpoint, place, limit)
            for relation, place in _pages_around(selection, newest, limit).items()
            # A place for files has the first page alone.
            if not current_app.config["FROZEN"]
        },
    )
    return _sent(write(feed), f"{content_type}; charset=utf-8")


def _selection() -> Selection:
    """What the address asks for; a feed is always newest first, and in no view."""
    try:
        asked = Selection.parse(request.args.items(multi=True))
    except MalformedSelection:
        abort(400)
    return replace(asked, sort=asked.usual_sort, through=1, view="")


def _limit() -> int:
    text = request.args.get("limit", str(ENTRIES))
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or int(text) < 1:
        abort(400)
    return min(int(text), MOST_ENTRIES)


def _names(selection: Selection, finding: Finding) -> dict[tuple[str, str], str]:
    """Return how people spell what is chosen; 404 where a name is nobody's, 410 where it was."""
    names: dict[tuple[str, str], str] = {}
    for facet, slug in selection.named:
        # What has no post at present may have one later.
        named = finding.value(facet, slug) or find_named(facet, slug)
        if named is None:
            abort(410 if was_deleted(facet, slug) else 404)
        names[facet, slug.casefold()] = named.name
    return names


def _sentence(total: int, chosen: str) -> str:
    count = ngettext("%(num)s post", "%(num)s posts", total)
    return _("%(posts)s %(chosen)s", posts=count, chosen=chosen)


def _pages_around(selection: Selection, newest: Newest, limit: int) -> dict[str, Selection]:
    """Return the first, previous, next and last page by relation (RFC 5005, 3).

    The next one begins after the last entry here, whatever has come on top since: who walks
    along misses none and meets none twice.
    """
    first, last = selection.from_the_top(), -(-newest.total // limit)
    found: dict[str, Selection] = {}
    if last > 1:
        found |= {"first": first, "last": replace(first, page=last)}
    if selection.page > 1:
        found["previous"] = replace(first, page=selection.page - 1)
    if newest.next:
        found["next"] = replace(first, page=selection.page + 1, after=newest.next)
    return found


def _address(endpoint: str, selection: Selection, limit: int = ENTRIES) -> str:
    pairs = [*selection.pairs(), *([("limit", str(limit))] if limit != ENTRIES else [])]
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{absolute_url_for(f'public.{endpoint}')}{query}"


def _sent(pieces: Iterator[str], content_type: str) -> Response:
    """Answer with the pieces; a very long feed is a file, with an ETag of its own."""
    file, digest = SpooledTemporaryFile[bytes](max_size=MOST_IN_MEMORY), blake2b(digest_size=16)
    for piece in pieces:
        part = piece.encode()
        digest.update(part)
        file.write(part)
    length = file.tell()
    file.seek(0)
    if length <= MOST_IN_MEMORY:
        with file:
            return Response(file.read(), content_type=content_type)
    response = Response(
        wrap_file(request.environ, file), content_type=content_type, direct_passthrough=True
    )
    response.content_length = length
    response.set_etag(digest.hexdigest())
    response.make_conditional(request)
    return response
