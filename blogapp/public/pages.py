"""Static pages: what the owner says beside the posts, such as who is behind the blog."""

from urllib.parse import unquote

from flask import request, url_for
from werkzeug.wrappers import Response as Answer

from blogapp.caching.keeping import keep
from blogapp.caching.tagging import shows
from blogapp.posts.commenting import list_discussion
from blogapp.posts.models import Post
from blogapp.posts.reading import find_page, list_changes
from blogapp.public.posts import (
    as_markdown,
    by_taste,
    has_query,
    moved,
    opened,
    prefers_markdown,
)
from blogapp.web.addresses import absolute
from blogapp.web.filters import iso
from blogapp.web.pages import render_page

ABOUT = "about"


def about() -> Answer:
    """The page of the slug "about", at the address where people look for it."""
    return show(ABOUT)


def show(slug: str) -> Answer:
    """A static page to read; its Markdown for clients that prefer it."""
    if prefers_markdown():
        return by_taste(show_markdown(slug))

    page = opened(find_page(slug))
    address = _permalink(page)
    if request.script_root + request.path != unquote(address) or has_query():
        return moved(address)
    keep(address, is_negotiated=True)
    shows(f"post-{page.id}")
    return render_page(
        "public/page.html",
        page=page,
        changes=list_changes(page),
        discussion=list_discussion(page.id),
    )


def show_markdown(slug: str) -> Answer:
    """The page as its author wrote it, under front matter in YAML."""
    page = opened(find_page(slug))
    address = url_for(".page_markdown", slug=page.slug)
    if (slug != page.slug or has_query()) and not prefers_markdown():
        return moved(address)
    keep(address)
    shows(f"post-{page.id}")
    return as_markdown(_front_matter(page), page.body)


def _permalink(page: Post) -> str:
    if page.slug_key == ABOUT:
        return url_for(".about")
    return url_for(".page", slug=page.slug)


def _front_matter(page: Post) -> dict[str, object]:
    return {
        "title": page.title,
        "updated": _dated(page),
        "summary": page.summary,
        "canonical": page.canonical_url or absolute(_permalink(page)),
    }


def _dated(page: Post) -> str | None:
    return iso(page.changed_at) if page.changed_at else None
