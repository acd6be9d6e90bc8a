"""The picture that programs would show for a link to what is being typed."""

from dataclasses import replace

from flask import Response, abort, request

from blogapp.authoring.guarding import get_post
from blogapp.text.name_lists import one_line
from blogapp.web.cards import card_of, card_of_typed, painted

LONGEST = 300


def show(id: int | None = None) -> Response:
    """The card of a title and a domain, as the site's own generator paints it; nothing is kept."""
    title, domain = (one_line(request.args.get(name, "")) for name in ("title", "domain"))
    if len(title) > LONGEST or len(domain) > LONGEST:
        abort(400)
    post = get_post(id) if id else None
    card = card_of(post) if post else card_of_typed()
    label = "" if post and post.is_page else domain
    return Response(painted(replace(card, title=title, label=label)), content_type="image/png")
