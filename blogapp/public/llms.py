"""The blog for language models: what it is about, and where its texts are as Markdown."""

import re

from flask import Response, url_for
from flask_babel import gettext as _

from blogapp.caching.keeping import keep
from blogapp.posts.indexing import list_newest_by_domain, list_pages
from blogapp.posts.models import Post
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.filters import current_site

MOST_POSTS = 200
_MARKS = re.compile(r"([\\`*_\[\]<>])")


def show() -> Response:
    """The site's name and summary, then its newest posts by domain (llmstxt.org)."""
    keep(url_for("public.llms"))
    site, moment = current_site(), now()
    parts = [f"# {_line(site.title)}"]
    if about := site.description or site.intro:
        parts.append(f"> {_line(about)}")
    for domain, posts in list_newest_by_domain(now=moment, limit=MOST_POSTS).items():
        parts.append(_section(domain or _("Posts"), [_post(post) for post in posts]))
    if pages := [_page(page) for page in list_pages(moment)]:
        parts.append(_section(_("Pages"), pages))
    parts.append(_section("Optional", _more()))
    text = "\n\n".join(parts) + "\n"
    return Response(text, content_type="text/plain; charset=utf-8")


def _section(name: str, lines: list[str]) -> str:
    return "\n".join([f"## {_line(name)}", "", *lines])


def _post(post: Post) -> str:
    address = absolute_url_for("public.post_markdown", slug=post.slug)
    return _link(post.title, address, post.summary_or_excerpt)


def _page(page: Post) -> str:
    address = absolute_url_for("public.page_markdown", slug=page.slug)
    return _link(page.title, address, page.summary_or_excerpt)


def _more() -> list[str]:
    return [
        _link(_("All posts by year"), absolute_url_for("public.archive")),
        _link(_("All tags"), absolute_url_for("public.tags")),
        _link(_("Newest posts with their full text"), absolute_url_for("public.feed")),
        _link(_("Every page"), absolute_url_for("public.sitemap")),
    ]


def _link(title: str, address: str, text: str = "") -> str:
    name = _line(title) or _("Untitled")
    return f"- [{name}]({address})" + (f": {_line(text)}" if text else "")


def _line(text: str) -> str:
    """Return a text in one line, with nothing in it that Markdown would read."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
