"""A post as readers open it: the page, and the Markdown it was written in."""

from urllib.parse import quote, unquote

import yaml
from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from blogapp.caching import tastes
from blogapp.caching.keeping import keep
from blogapp.caching.tagging import shows_post
from blogapp.posts.commenting import list_discussion
from blogapp.posts.models import Post
from blogapp.posts.reading import find_post, find_source, look_around, was_public
from blogapp.text.outside_links import outside_links
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.filters import iso
from blogapp.web.pages import render_page

# What stands for itself in an address (RFC 3986, 2.2), and what was escaped already.
_RESERVED = ":/?#[]@!$&'()*+,;=%"


def show(slug: str) -> Answer:
    """A post to read; its Markdown for clients that prefer it."""
    if prefers_markdown():
        return by_taste(show_markdown(slug))

    post = opened(find_post(slug))
    address = url_for(".post", slug=post.slug)
    if request.script_root + request.path != unquote(address) or has_query():
        return moved(address)
    keep(address, is_negotiated=True)
    around = look_around(post, now=now())
    shows_post(post, around)
    return render_page(
        "public/post.html",
        post=post,
        around=around,
        links=outside_links(post.html),
        discussion=list_discussion(post.id),
    )


def show_markdown(slug: str) -> Answer:
    """The post as its author wrote it, under front matter in YAML."""
    post = opened(find_source(slug))
    address = url_for(".post_markdown", slug=post.slug)
    if (slug != post.slug or has_query()) and not prefers_markdown():
        return moved(address)
    keep(address)
    shows_post(post)
    return as_markdown(_front_matter(post), post.body)


def opened(post: Post | None) -> Post:
    """Return ``post`` if readers may open it; answers 410 where they once could, else 404."""
    if post is None or not post.is_public(now()):
        abort(410 if post and was_public(post, now()) else 404)
    return post


def moved(address: str) -> Answer:
    """Return the answer that leads to ``address`` for good, asked for again each time."""
    answer = redirect(address, 301)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def as_markdown(fields: dict[str, object], body: str) -> Response:
    """Return ``body`` under ``fields`` as front matter in YAML; empty fields are left out.

    The answer says that search engines should keep the page instead (RFC 6596).
    """
    filled = {name: value for name, value in fields.items() if value}
    head = yaml.safe_dump(filled, allow_unicode=True, sort_keys=False, width=1000)
    text = f"---\n{head}---\n\n{body}"
    response = Response(text, content_type="text/markdown; charset=utf-8")
    canonical = quote(str(fields["canonical"]), safe=_RESERVED)
    response.headers["Link"] = f'<{canonical}>; rel="canonical"'
    return response


def by_taste(answer: Answer) -> Answer:
    """Return an answer that this client's ``Accept`` chose, which no cache may keep."""
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def prefers_markdown() -> bool:
    """Whether the client would rather have Markdown than HTML (RFC 9110, 12.5.1)."""
    return tastes.prefers_markdown(request.headers.get("Accept"))


def has_query() -> bool:
    """Whether the address carries parameters that no post or page knows."""
    return bool(request.args) and "fragment" not in request.args


def _front_matter(post: Post) -> dict[str, object]:
    return {
        "title": post.title,
        "date": post.published_at and iso(post.published_at),
        "updated": post.updated_at and iso(post.updated_at),
        "authors": [author.name for author in post.authors],
        "tags": [tag.name for tag in post.tags],
        "domain": post.domain and post.domain.name,
        "series": post.series and post.series.name,
        "summary": post.summary_or_excerpt,
        "canonical": post.canonical_url or absolute_url_for("public.post", slug=post.slug),
    }
