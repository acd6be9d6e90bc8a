"""The code blocks of posts and pages as files, byte for byte as their authors wrote them."""

from urllib.parse import quote, unquote

from flask import Response, abort, request, url_for
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response as Answer

from blogapp.caching.keeping import keep
from blogapp.caching.tagging import shows
from blogapp.posts.models import Post
from blogapp.posts.reading import find_page, find_source
from blogapp.posts.redirecting import find_redirect
from blogapp.public.posts import has_query, moved, opened
from blogapp.text.markdown import list_code


def show_of_post(slug: str, number: int, name: str) -> Answer:
    """Send a block of a post; a name or an address that changed leads to the present one."""
    return _show(find_source(slug), "post", slug, number, name)


def show_of_page(slug: str, number: int, name: str) -> Answer:
    """Send a block of a static page."""
    return _show(find_page(slug), "page", slug, number, name)


def _show(post: Post | None, kind: str, slug: str, number: int, name: str) -> Answer:
    if post is None and (slug_now := _slug_now(kind, slug)):
        return moved(url_for(f".{kind}_code", slug=slug_now, number=number, name=name))
    post = opened(post)
    files = list_code(post.body) if post.is_formatted else []
    if not 1 <= number <= len(files):
        abort(404)
    file = files[number - 1]
    address = url_for(f".{kind}_code", slug=post.slug, number=number, name=file.name)
    if request.script_root + request.path != unquote(address) or has_query():
        return moved(address)
    keep(address)
    shows(f"post-{post.id}")
    return _as_file(file.name, file.text)


def _slug_now(kind: str, slug: str) -> str | None:
    """Return the slug of what once had ``slug``; answers 410 where it was taken down."""
    redirect = find_redirect(f"/{kind}s/{slug}")
    return opened(redirect.post).slug if redirect and redirect.post else None


def _as_file(name: str, text: str) -> Response:
    response = Response(text.encode("utf-8", "replace"), content_type="text/plain; charset=utf-8")
    # RFC 6266, 4.3: the second for names that are not ASCII.
    names = {"filename": name.encode("ascii", "replace").decode().replace("?", "_")}
    if not name.isascii():
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = dump_options_header("attachment", names)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The page is what searches should find.
    response.headers["X-Robots-Tag"] = "noindex"
    return response
