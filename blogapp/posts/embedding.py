"""Cards for posts of this blog. They are filled in when a page is shown, so they say what holds
at that moment: a title that changed, a post that was withdrawn, one that appears on its second.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from html import unescape
from urllib.parse import unquote

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import load_only

from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect
from blogapp.posts.rendering import BASE
from blogapp.posts.visibility import public
from blogapp.text.lone_links import POST

# As `lone_links` writes it; only there can a paragraph get this attribute.
_CARD = re.compile(
    rf'<p {POST}="(?P<slug>[\w.-]+)">'
    r'(?P<link><a [^<>]*?href="(?P<address>[^"<>]*)"[^<>]*>[^<>]*</a>)</p>'
)


def fill_cards(html: str, *, site: str, now: datetime, card: Callable[[Post, str], str]) -> str:
    """Return stored HTML with ``card(post, fragment)`` for each link to a public post.

    ``site`` is the blog's public address. Other links stay links. One statement, and none
    where there is no such link.
    """
    slugs = [found["slug"] for found in _CARD.finditer(html) if _is_own(found, site)]
    posts = _find_linked(slugs, now) if slugs else {}

    def shown(found: re.Match[str]) -> str:
        post = posts.get(found["slug"].casefold()) if _is_own(found, site) else None
        if post is None:
            return f"<p>{found['link']}</p>"
        _, mark, fragment = unescape(found["address"]).partition("#")
        return card(post, mark + fragment)

    return _CARD.sub(shown, html)


def _is_own(found: re.Match[str], site: str) -> bool:
    address = unquote(unescape(found["address"]))
    own = f"/posts/{found['slug']}"
    return address.startswith((BASE + own, site + own))


def _find_linked(slugs: Iterable[str], now: datetime) -> dict[str, Post]:
    """Return public posts by the slugs that they have or once had."""
    keys = {slug.casefold() for slug in slugs}
    paths = {f"/posts/{slug.lower()}" for slug in slugs}
    query = (
        select(Post, Redirect.path)
        .outerjoin(Redirect, and_(Redirect.post_id == Post.id, Redirect.path.in_(paths)))
        .where(
            public(now),
            Post.is_page.is_(False),
            or_(Post.slug_key.in_(keys), Redirect.path.is_not(None)),
        )
        .options(
            load_only(
                Post.slug,
                Post.slug_key,
                Post.title,
                Post.summary,
                Post.excerpt,
                Post.language,
                Post.minutes,
                Post.published_at,
                Post.drawings,
            )
        )
    )
    found: dict[str, Post] = {}
    for post, path in db.session.execute(query):
        if path:
            found.setdefault(path.removeprefix("/posts/").casefold(), post)
        found[post.slug_key] = post
    return found
