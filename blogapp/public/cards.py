"""Cards: pictures for programs that show links, at addresses that say what they show."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as Answer

from blogapp.media.cards import Card
from blogapp.posts.reading import find_for_card
from blogapp.public.posts import moved, opened
from blogapp.web.cards import SITE, card_of, card_of_site, kept

A_YEAR = 365 * 24 * 3600  # seconds


def post(id: int, digest: str) -> Answer:
    """The card of a post or a static page; an older one leads to the present one."""
    found = opened(find_for_card(id))
    card = card_of(found)
    if card.digest != digest:
        return moved(url_for(".post_card", id=id, digest=card.digest))
    return _picture(card, str(id))


def site(digest: str) -> Answer:
    """The card of the blog as a whole."""
    card = card_of_site()
    if card.digest != digest:
        return moved(url_for(".site_card", digest=card.digest))
    return _picture(card, SITE)


def _picture(card: Card, owner: str) -> Response:
    response = Response(kept(card, owner), content_type="image/png")
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    response.set_etag(card.digest)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.make_conditional(request)
    return response
