"""Posts of this blog inside the text of another, as cards of the page that shows them."""

import re
from collections.abc import Iterator
from functools import partial

from flask import current_app, get_template_attribute, url_for

from blogapp.posts.embedding import fill_cards
from blogapp.posts.models import Post
from blogapp.text.lone_links import POST
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now

_SOURCE = re.compile(r"<annotation[^<>]*>[^<]*</annotation>")


def with_cards(html: str) -> str:
    """Return stored HTML with a card for each post that a paragraph only links to."""
    return _fill(html, "post_embed", absolute=False)


def for_feeds(html: str) -> str:
    """Return stored HTML with title and summary of each such post, and formulas without source.

    Programs that do not know MathML show its text, and would show the source behind it.
    """
    return _SOURCE.sub("", _fill(html, "post_line", absolute=True))


def components_in(html: str) -> list[str]:
    """Return the names of the components that what a text holds needs: code, notes, diagrams …"""
    return list(_components(html))


def _components(html: str) -> Iterator[str]:
    if "prose__image" in html:
        yield "image-zoom"
    if "<copy-code" in html:
        yield from ("code-block", "copy-code")
    if "footnotes__mark" in html:
        yield "margin-notes"
    if "<math" in html:
        yield "math"
    if '<figure class="diagram' in html:
        yield "diagram"
    if '<p class="embed' in html or f"<p {POST}=" in html:
        yield "embed"


def _fill(html: str, macro: str, *, absolute: bool) -> str:
    return fill_cards(
        html,
        site=current_app.config["PUBLIC_URL"],
        now=now(),
        card=partial(_card, macro, absolute),
    )


def _card(macro: str, absolute: bool, post: Post, fragment: str) -> str:
    address = (absolute_url_for if absolute else url_for)("public.post", slug=post.slug)
    return str(get_template_attribute("ui/embeds.html", macro)(post, address + fragment))
