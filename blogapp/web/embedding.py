"""Posts of this blog inside the text of another, as cards of the page that shows them."""

import re
from collections.abc import Iterator
from functools import partial

from flask import current_app, get_template_attribute, url_for

from blogapp.posts.embedding import fill_cards
from blogapp.posts.models import Post
from blogapp.text.framing import FRAME, show_frames
from blogapp.text.lone_links import POST
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.outside import may_frame

_TRAITS = {
    **{name: (name,) for name in ("<abbr", "<blockquote", "<details", "<hr", "<ins", "<kbd")},
    **{name: (name,) for name in ("<mark", "<ol", "<pre>", "<table", "callout")},
    **{name: (name,) for name in ("prose__plain", "prose__scroll")},
    "<del": ("<del", "<s>"),
    "<dl": ("<dt", "<dd"),
    "<h4": ("<h4", "<h5", "<h6"),
    "<img": ("<img", "<figure", "<video", "<audio"),
    "footnotes": ("footnotes",),
    "footnotes__back": ("footnotes__back",),
    "footnotes__mark": ("footnotes__mark",),
    "task": ('class="task',),
    "task--done": ("task--done",),
}
_SOURCE = re.compile(r"<annotation[^<>]*>[^<]*</annotation>")


def with_cards(html: str) -> str:
    """Return stored HTML with a card for each post that a paragraph only links to.

    Frames are shown whose origins the owner allows.
    """
    return show_frames(_fill(html, "post_embed", absolute=False), may_frame)


def for_feeds(html: str) -> str:
    """Return stored HTML with title and summary of each such post, and formulas without source.

    Programs that do not know MathML show its text, and would show the source behind it.
    """
    return _SOURCE.sub("", _fill(html, "post_line", absolute=True))


def components_in(html: str) -> list[str]:
    """Return what a text needs of styles: components, and what it has of `sheets.RARE`."""
    return [*_components(html), *_traits(html)]


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
    if '<p class="embed' in html or f"<p {POST}=" in html or FRAME in html:
        yield "embed"


def _traits(html: str) -> Iterator[str]:
    yield from (name for name, parts in _TRAITS.items() if any(part in html for part in parts))


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
