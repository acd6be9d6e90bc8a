"""Everything a post shows that its author did not write: made when it is saved."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, undefer

from blogapp.extensions import Base, db
from blogapp.media.models import Media
from blogapp.media.variants import srcsets
from blogapp.posts.models import NOT_FORMATTED, Post, PostMedia, month_of
from blogapp.posts.searching import index_stored
from blogapp.site.reading import get_site
from blogapp.text import confining, drawing, markdown
from blogapp.text.confining import NotRendered
from blogapp.text.markdown import Picture, Rendered
from blogapp.text.offering import Source
from blogapp.text.references import plain_reference
from blogapp.text.tokens import Tag, tokens

# Stands in stored HTML where the blog's base path belongs, because that is a
# setting of the machine. A Unicode noncharacter: no text that people write has it.
BASE = "\ufdd0"
_IMAGE = re.compile("<img [^<>]*>")


def render_post(post: Post, *, now: datetime | None = None) -> None:
    """Derive what readers see from the post's body and its media.

    The post must be in the session; its media are read from there. Anchors of sections keep
    leading where they led; with ``now`` only if readers could have seen them by then.
    """
    if now and not (post.published_at and post.published_at <= now):
        post.sections = []
    for name, value in _derived_of(post).items():
        setattr(post, name, value)


def rebuild(post_id: int, zone: ZoneInfo) -> None:
    """Derive a stored post's columns anew. The caller commits.

    It is no edit: the version stays, so nobody's open editor is out of date.
    """
    post = db.session.get_one(Post, post_id, options=[undefer(Post.body), undefer(Post.sections)])
    values = _derived_of(post)
    values["published_month"] = month_of(post.published_at, zone)
    db.session.expunge(post)
    # Past the mapper, which would raise the version.
    posts = Base.metadata.tables[Post.__tablename__]
    db.session.execute(update(posts).where(posts.c.id == post_id).values(values))
    index_stored([post_id])


def derived(
    body: str,
    media: dict[str, Media],
    *,
    language: str = "",
    sections: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the values of a post's derived columns by name."""
    rendered = render_body(body, media=media, language=language, sections=sections)
    kept = [asdict(section) for section in rendered.sections] if rendered.formatted else sections
    return {
        "html": rendered.html,
        "text": rendered.text,
        "excerpt": rendered.excerpt,
        "minutes": rendered.minutes,
        "words": rendered.words,
        "code_lines": rendered.code_lines,
        "figures": rendered.figures,
        "headings": [asdict(heading) for heading in rendered.headings],
        "sections": [*kept],
        "drawings": _draw(rendered),
        "renderer_version": markdown.VERSION if rendered.formatted else NOT_FORMATTED,
    }


def _derived_of(post: Post) -> dict[str, Any]:
    media = media_by_name(post)
    values = derived(
        post.body,
        media,
        language=post.language or get_site().language,
        sections=post.sections or (),
    )
    _learn_words(values["html"], media.values())
    return values


def _learn_words(html: str, media: Iterable[Media]) -> None:
    """Let files of which nothing is said be described as the first text to show them does."""
    silent = {f"{BASE}/media/{each.key}": each for each in media if not each.alt}
    if not silent:
        return
    for image in _IMAGE.findall(html):
        [tag] = [token for token in tokens(image) if isinstance(token, Tag)]
        found = silent.get(tag.attributes.get("src", ""))
        if found and not found.is_decorative and (alt := tag.attributes.get("alt", "").strip()):
            found.alt = found.alt or alt


def render_body(
    body: str,
    *,
    media: dict[str, Media],
    language: str = "",
    sections: Sequence[dict[str, Any]] = (),
) -> Rendered:
    """Return what ``body`` becomes, with addresses that `place` completes.

    ``media`` are the files that relative references may name, ``language`` says what quotation
    marks look like, ``sections`` are the post's, whose anchors go on working. Rendered in a
    process of its own; a text that costs too much there comes back as it was typed, not
    ``formatted``.
    """

    plain_names = {plain_reference(name): found for name, found in media.items()}
    plain_names |= {f"/media/{found.key}": found for found in media.values()}

    def find(reference: str) -> Media | None:
        name = reference.removeprefix("./")
        return media.get(reference) or media.get(name) or plain_names.get(plain_reference(name))

    def picture(source: str) -> Picture | None:
        if found := find(source):
            address = f"{BASE}/media/{found.key}"
            return Picture(address, found.width, found.height, _sources(found))
        plain = plain_reference(source)
        return Picture(BASE + plain if _is_rooted(plain) else plain, None, None)

    def link(target: str) -> str | None:
        if found := find(target):
            return f"{BASE}/media/{found.key}"
        plain = plain_reference(target)
        return BASE + plain if _is_rooted(plain) else plain

    body = body.replace(BASE, "")
    try:
        return confining.render(
            body, picture=picture, link=link, language=language, sections=[*sections]
        )
    except NotRendered:
        return markdown.plain(body)


def _sources(media: Media) -> tuple[Source, ...]:
    return tuple(Source(*each) for each in srcsets(media, f"{BASE}/media/").items())


def place(html: str, base: str) -> str:
    """Return stored HTML with its own addresses under ``base``: a path, or a whole URL."""
    return html.replace(BASE, base)


def media_by_name(post: Post) -> dict[str, Media]:
    """Return the post's files under the names by which its body refers to them."""
    query = (
        select(PostMedia).where(PostMedia.post_id == post.id).options(joinedload(PostMedia.media))
    )
    return {row.name: row.media for row in db.session.scalars(query)}


def _is_rooted(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))


def _draw(rendered: Rendered) -> dict[str, Any]:
    """The post to scale, in the sizes that pages show it (`columns` of four units)."""
    columns = min(40 + 2 * rendered.minutes, 132)
    sizes = {"card": (columns, 40), "lead": (132, 60), "head": (170, 60)}
    return {
        name: drawing.to_json(
            drawing.draw(rendered.outline, rendered.headings, columns=columns, height=height)
        )
        for name, (columns, height) in sizes.items()
    }
