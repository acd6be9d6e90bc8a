"""Posts of this blog inside the text of another, as cards of the page that shows them."""

from functools import partial

from flask import current_app, get_template_attribute, url_for

from blogapp.posts.embedding import fill_cards
from blogapp.posts.models import Post
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now


def with_cards(html: str) -> str:
    """Return stored HTML with a card for each post that a paragraph only links to."""
    return _fill(html, "post_embed", absolute=False)


def with_lines(html: str) -> str:
    """Return stored HTML with title and summary of each such post, for where no style follows."""
    return _fill(html, "post_line", absolute=True)


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
