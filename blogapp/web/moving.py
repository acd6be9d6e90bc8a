"""Addresses that worked once: where they lead now."""

from flask import abort, current_app, request

from blogapp.posts.models import Redirect
from blogapp.posts.reading import find_redirect, was_public
from blogapp.web.clock import now


def find_new_address() -> str | None:
    """Return where this request's address leads now, with the base path; None if nowhere.

    Raises 410 Gone where it led to a post that was taken down, or is deleted.
    """
    if redirect := find_redirect(request.path):
        target = _target(redirect)
        return f"{request.script_root}{target}" if target else None
    return _markdown_twin() or _without_slash()


def _target(redirect: Redirect) -> str | None:
    if post := redirect.post:
        if was_public(post, now()):
            abort(410)
        return post.path if post.is_public(now()) else None
    if redirect.target is None:
        abort(410)  # the post is deleted
    target = redirect.target
    # "//host" and "/\host" are other hosts to a browser (WHATWG URL, 4.4).
    leads_away = not target.startswith("/") or target.startswith(("//", "/\\"))
    return None if leads_away or target == redirect.path else target


def _markdown_twin() -> str | None:
    """Return where the Markdown of a renamed post or page is."""
    path = request.path.removesuffix(".md")
    redirect = find_redirect(path) if path != request.path else None
    if redirect is None or not _target(redirect) or redirect.post is None:
        return None
    folder = "pages" if redirect.post.is_page else "posts"
    return f"{request.script_root}/{folder}/{redirect.post.slug}.md"


def _without_slash() -> str | None:
    path = request.path.rstrip("/")
    # What an address itself finds missing is missing without its slash too.
    if path == request.path or not path or request.routing_exception is None:
        return None
    if not current_app.url_map.bind("localhost").test(path, "GET"):
        return None
    query = request.query_string.decode("latin-1")
    return f"{request.script_root}{path}{'?' if query else ''}{query}"
