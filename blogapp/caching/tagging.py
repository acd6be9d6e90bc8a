"""Which keys an answer carries for caches in front of the blog: what it shows, by name.

A change is told to caches by keys, too (`blogapp.posts.purging`). Each answer has `EVERYTHING`;
one whose view names nothing has `LISTING`, which every change reaches.
"""

from collections.abc import Iterable

from flask import Flask, Response, current_app, g, request

from blogapp.caching.keeping import is_to_be_kept
from blogapp.outgoing.purging import EVERYTHING, Hook
from blogapp.posts.listing import Batch
from blogapp.posts.models import Post
from blogapp.posts.purging import LISTING, keys_named
from blogapp.posts.reading import Surroundings

# nginx takes 4 KB of headers in all, and a CDN 16 KB of keys: more are folded into one.
MOST_BYTES = 1500


def init_app(app: Flask) -> None:
    hook: Hook | None = app.config["PURGE"]
    if hook and not app.config["FROZEN"]:
        app.after_request(lambda response: _tag(response, hook))


def shows(*keys: str) -> None:
    """Say what this request's answer shows. Of the same kind, what comes first counts most."""
    g.cache_keys = {**g.get("cache_keys", {}), **dict.fromkeys(keys)}


def shows_list(facet: str, slug: str, batch: Batch) -> None:
    """Say that this is a list, of which name's posts, and which posts are in it."""
    if current_app.config["PURGE"]:
        posts = (f"post-{card.id}" for page in batch.pages for card in page.posts)
        shows(LISTING, *keys_named(facet, slug), *posts)


def shows_post(post: Post, around: Surroundings | None = None) -> None:
    """Say that this is a post, under which names it stands, and which others it leads to."""
    others = [around.older, around.newer, *around.related] if around else []
    shows(
        f"post-{post.id}",
        *([f"domain-{post.domain_id}"] if post.domain_id else ()),
        *([f"series-{post.series_id}"] if post.series_id else ()),
        *(f"author-{author.id}" for author in post.authors),
        *(f"tag-{tag.id}" for tag in post.tags),
        *(f"post-{other.id}" for other in others if other),
        *(f"post-{part.id}" for part in (around.series.parts if around and around.series else ())),
    )


def tagged(hook: Hook | None, *keys: str) -> list[tuple[str, str]]:
    """Return the header of a file, which is sent without a view; none where nobody reads it."""
    return [(hook.tags_header, fold(keys, hook.separator))] if hook else []


def fold(keys: Iterable[str], separator: str) -> str:
    """Return ``keys`` as a header has them; where they are too many, the list's stands for some.

    >>> fold(["post-1", "tag-2", "post-1"], ",")
    'site,post-1,tag-2'
    >>> fold((f"tag-{n}" for n in range(1000)), " ").split()[:3]
    ['site', 'listing', 'tag-0']
    """
    distinct = list(dict.fromkeys([EVERYTHING, *keys]))
    if len(said := separator.join(distinct)) <= MOST_BYTES:
        return said
    few = list(dict.fromkeys([EVERYTHING, LISTING, *distinct]))
    kept = separator.join(few)[:MOST_BYTES]
    return kept.rpartition(separator)[0]


def _tag(response: Response, hook: Hook) -> Response:
    keys = g.get("cache_keys")
    is_public = "public" in response.headers.get("Cache-Control", "")
    if response.status_code != 200 or not is_public or not (keys or is_to_be_kept()):
        return response
    # What goes to somebody who is signed in is for no cache, whatever it holds.
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return response
    response.headers[hook.tags_header] = fold(keys or [LISTING], hook.separator)
    return response
