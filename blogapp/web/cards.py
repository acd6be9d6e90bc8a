"""The picture of each page for programs that show links: its address, and the file behind it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from flask import current_app, url_for

from blogapp.media import keeping
from blogapp.media.cards import HEIGHT, WIDTH, Card, Palette, paint
from blogapp.media.stores import StoreAway
from blogapp.media.storing import SVG
from blogapp.posts.models import Post
from blogapp.posts.reading import find_for_card, list_ids
from blogapp.site.accents import LIGHT, TooFaint, shade
from blogapp.text.drawing import Block, draw, to_json
from blogapp.text.palettes import Palette as Colours
from blogapp.web.addresses import absolute
from blogapp.web.filters import current_site
from blogapp.web.formatting import day
from blogapp.web.look import palette
from blogapp.web.media_store import nearby
from blogapp.web.remembering import SMALL, remembered

SHELF = "cards"
SITE = "site"  # who keeps the card of the blog as a whole
_TITLES = ("archivo-2.001-semibold", "plumb-serif-4.004-semibold")
_FACTS = ("archivo-2.001-regular", "plumb-serif-4.004-semibold")


@dataclass(frozen=True)
class Picture:
    """A picture as machines are told of it: a whole URL, and its size in pixels."""

    address: str
    width: int
    height: int
    alt: str
    content_type: str = "image/png"


def picture_of(post: Post) -> Picture:
    """Return the post's cover where it has one that can be shown anywhere, else its card."""
    cover = post.cover
    if cover and cover.width and cover.height and cover.content_type != SVG:
        address = absolute(url_for("public.media", key=cover.key))
        alt = cover.alt or post.title
        return Picture(address, cover.width, cover.height, alt, cover.content_type)
    address = url_for("public.post_card", id=post.id, digest=card_of(post).digest)
    return Picture(absolute(address), WIDTH, HEIGHT, _said(post.title))


def picture_of_site() -> Picture:
    """Return the card of the blog as a whole."""
    return remembered("site picture", _picture_of_site, lambda _: SMALL)


def card_of(post: Post) -> Card:
    """Return what the card of a post or a static page says."""
    is_dated = post.published_at and not post.is_page
    return Card(
        title=post.title,
        **remembered("signed", _signed, lambda _: SMALL),
        label=post.domain.name if not post.is_page and post.domain else "",
        date=day(post.published_at) if is_dated and post.published_at else "",
        drawing=post.drawings.get("lead", ""),
    )


def card_of_typed() -> Card:
    """Return what the card of a post says that is not saved yet: nothing but whose it is."""
    return Card(title="", **remembered("signed", _signed, lambda _: SMALL))


def card_of_site() -> Card:
    """Return what the blog's own card says, drawn from the words it says about itself."""
    site = current_site()
    words = f"{site.heading} {site.intro} {site.description}".split() or site.title.split()
    return Card(
        title=" ".join(site.hero.split()) or site.heading or site.title,
        **remembered("signed", _signed, lambda _: SMALL),
        label=site.eyebrow,
        drawing=_drawn(tuple(words)),
    )


def kept(card: Card, owner: str) -> bytes:
    """Return the card as a PNG, painted the first time it is asked for."""
    key = f"{SHELF}/{owner}/{card.digest}.png"
    return keeping.keep(_folder(), key, lambda: painted(card))


def painted(card: Card) -> bytes:
    """Return the card as a PNG, painted anew."""
    return paint(card, _faces(_TITLES), _faces(_FACTS))


def renew_card(post_id: int) -> None:
    """Paint the card of a post that is or will be public, unless it is there already.

    The card of one that readers will not see goes.
    """
    post = find_for_card(post_id)
    if post is None or not _will_be_public(post):
        keeping.forget(_folder(), SHELF, str(post_id))
    elif not post.cover_id:
        # Where its logo cannot be had now, it is painted when somebody asks for it.
        with suppress(StoreAway, FileNotFoundError):
            kept(card_of(post), str(post_id))


def forget_cards(post_ids: Iterable[int]) -> None:
    """Remove the cards of posts; one that is asked for again is painted again."""
    for id in post_ids:
        keeping.forget(_folder(), SHELF, str(id))


def forget_lost_cards() -> None:
    """Remove the cards of posts that are gone from the blog altogether."""
    owners = {str(id) for id in list_ids()}
    keeping.forget_others(_folder(), SHELF, owners | {SITE})


def _picture_of_site() -> Picture:
    address = url_for("public.site_card", digest=card_of_site().digest)
    return Picture(absolute(address), WIDTH, HEIGHT, current_site().title)


def _will_be_public(post: Post) -> bool:
    return bool(post.published_at) and not (post.withdrawn_at or post.deleted_at)


def _signed() -> dict[str, Any]:
    """What every card of this blog has: its name or logo, and its colours."""
    site = current_site()
    logo = site.logo if site.logo and site.logo.content_type != SVG else None
    return {
        "site": site.title if site.shows_name or not logo else "",
        "palette": _palette(),
        "logo": partial(nearby, logo.key) if logo else None,
        "logo_key": logo.key if logo else "",
        "fonts": tuple(path.name for path in _own_faces()),
    }


def _said(title: str) -> str:
    site = current_site().title
    return f"{title} · {site}" if title else site


# Of the site's few words; three milliseconds.
@lru_cache(maxsize=4)
def _drawn(words: tuple[str, ...]) -> str:
    measures = tuple(3 * len(word) for word in words)
    outline = [Block(0, "prose", float(len(words)), measures)]
    return to_json(draw(outline, [], columns=132, height=60))


def _palette() -> Palette:
    colours = palette()
    accent, wash = _accent(colours)
    named = {
        "paper": "paper",
        "ink": "ink",
        "quiet": "ink-3",
        "mark": "red",
        "prose": "bar",
        "list": "bar-2",
        "code": "bar-3",
    }
    plain = {name: colours[token][LIGHT] for name, token in named.items()}
    return Palette(**plain, accent=accent, wash=wash)


def _accent(colours: Colours) -> tuple[str, str]:
    """The owner's colour, or the house's, and the wash of it, as they are on paper."""
    if not (accent := current_site().accent):
        return colours["blue"][LIGHT], colours["blue-wash"][LIGHT]
    try:
        shades = shade(accent, colours, LIGHT)
    except TooFaint as error:  # under a theme that came later
        shades = shade(error.nearest, colours, LIGHT)
    return shades.accent, shades.wash


def _folder() -> Path:
    folder: Path = current_app.config["MEDIA_FOLDER"]
    return folder


def _faces(names: tuple[str, ...]) -> list[Path]:
    """The house's fonts, then the owner's: for scripts that the house's lack."""
    folder: Path = current_app.extensions["assets"] / "vendor" / "fonts"
    return [*(folder / f"{name}.ttf" for name in names), *_own_faces()]


def _own_faces() -> list[Path]:
    folder = Path(current_app.config["INSTANCE"]) / "fonts"
    return [path for path in sorted(folder.glob("*")) if path.suffix in {".ttf", ".otf", ".ttc"}]
