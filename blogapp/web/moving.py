"""Addresses that worked once: where they lead now."""

from dataclasses import dataclass

from flask import Flask, Response, abort, current_app, make_response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from blogapp.posts.models import Redirect
from blogapp.posts.reading import was_public
from blogapp.posts.redirecting import (
    OLD_KEYS,
    SHARED_KEYS,
    find_by_query,
    find_redirect,
    is_outside,
    target_of,
)
from blogapp.web import tallying
from blogapp.web.clock import now

FRONT = "public.index"
# Addresses that are rules with something in it, and answer whatever that is.
_FIXED = {"year", "month", "post_card", "site_card", "icon", "sitemap_part"}


@dataclass(frozen=True)
class Move:
    """Where an address leads now, as a Location says it: with the base path, or whole."""

    address: str
    status: int = 301


def init_app(app: Flask) -> None:
    app.before_request(follow_old_query)


def follow_old_query() -> Response | None:
    """Answer the front page's address with a post of another system in it, as ``/?p=7``.

    Before the list drops what it does not know. Other addresses cost no statement.
    """
    if not request.query_string or request.endpoint != FRONT:
        return None
    keys = {key.lower() for key in request.args}
    if not keys & (OLD_KEYS - SHARED_KEYS) or not keys.isdisjoint({"fragment", "q"}):
        return None
    answer = _answer_query()
    if answer is None:
        tallying.note_lost_query()
    return answer


def follow_old_name() -> Response | None:
    """Answer ``/?tag=x`` of another system, where nothing here has that name."""
    asked = list(request.args.items(multi=True))
    return _answer_query() if len(asked) == 1 and asked[0][0] in SHARED_KEYS else None


def _answer_query() -> Response | None:
    """Return where this query leads by a rule; None without one. Raises 410 Gone."""
    rule = find_by_query(request.args.items(multi=True))
    move = _move(rule) if rule and request.method in {"GET", "HEAD"} else None
    return send_to(move) if move else None


def find_new_address() -> Move | None:
    """Return where this request's address leads now; None if nowhere.

    Raises 410 Gone where it led to a post that was taken down, or is deleted.
    """
    if rule := find_redirect(request.path, request.args.items(multi=True)):
        return _move(rule)
    if moved := _markdown_twin() or _without_slash():
        return Move(moved)
    tallying.note_missing()
    return None


def answers(path: str) -> bool:
    """Whether something stands at ``path`` whatever the blog holds: a feed, the archive."""
    try:
        rule, _values = current_app.url_map.bind("").match(path, "GET", return_rule=True)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    blueprint, _dot, name = rule.endpoint.partition(".")
    return blueprint != "public" or name in _FIXED or not rule.arguments


def send_to(move: Move) -> Response:
    """Return the redirect; caches ask again each time, for a rule may change."""
    answer = make_response(redirect(move.address, move.status))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _move(rule: Redirect) -> Move | None:
    """Return where a rule leads, and have it counted."""
    tallying.note_hit(rule.id)
    target = _target(rule)
    if target is None:
        tallying.forget()
        return None
    base = "" if is_outside(target) else request.script_root
    return Move(f"{base}{target}", rule.status if rule.status in {301, 302} else 301)


def _target(rule: Redirect) -> str | None:
    if post := rule.post:
        if was_public(post, now()):
            abort(410)
        return post.path if post.is_public(now()) else None
    if rule.target is None:
        abort(410)  # the post is deleted, or somebody said so
    return target_of(rule, request.path)


def _markdown_twin() -> str | None:
    """Return where the Markdown of a renamed post or page is."""
    path = request.path.removesuffix(".md")
    rule = find_redirect(path) if path != request.path else None
    if rule is None or not _target(rule) or rule.post is None:
        return None
    folder = "pages" if rule.post.is_page else "posts"
    return f"{request.script_root}/{folder}/{rule.post.slug}.md"


def _without_slash() -> str | None:
    path = request.path.rstrip("/")
    # What an address itself finds missing is missing without its slash too.
    if path == request.path or not path or request.routing_exception is None:
        return None
    if not current_app.url_map.bind("localhost").test(path, "GET"):
        return None
    query = request.query_string.decode("latin-1")
    return f"{request.script_root}{path}{'?' if query else ''}{query}"
