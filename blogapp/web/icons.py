"""The blog's icons: the house's mark, or what the owner's logo makes."""

from pathlib import Path

from flask import current_app, request

from blogapp.media import keeping
from blogapp.media.icons import ICO, SIZES, NoIcon, digest, make_icon
from blogapp.media.models import Media
from blogapp.media.storing import SVG
from blogapp.web.assets import asset_address
from blogapp.web.filters import current_site
from blogapp.web.look import paper_colours
from blogapp.web.media_store import nearby

SHELF = "icons"
HOUSE = {
    "icon-192.png": "icons/mark-192.png",
    "icon-512.png": "icons/mark-512.png",
    "maskable-512.png": "icons/mark-512.png",
    "touch-180.png": "icons/touch.png",
}


def icon_address(name: str) -> str:
    """Return the address of an icon: a name of `blogapp.media.icons.SIZES`."""
    if shown := present_digest():
        # Not by url_for: a request whose Host is refused has no addresses, but an error page.
        return f"{request.script_root}/media/icons/{shown}/{name}"
    return asset_address(HOUSE[name])


def icon_mark() -> str:
    """Return the address of the house's mark as a drawing; empty when there is a logo."""
    return "" if present_digest() else asset_address("icons/mark.svg")


def favicon_address() -> str:
    """Return the address of the icon for old browsers, which changes with the logo."""
    shown = present_digest()
    made = f"/media/icons/{shown}/{ICO}"
    return request.script_root + (made if shown else "/favicon.ico")


def present_digest() -> str | None:
    """Return what tells this logo's icons from another's; None where the house's mark is shown."""
    logo = _logo()
    return digest(logo.key, paper_colours()[0]) if logo else None


def icon_content(name: str) -> bytes | None:
    """Return an icon made from the logo, made the first time it is asked for; None without one."""
    logo, shown = _logo(), present_digest()
    if logo is None or shown is None or name not in {*SIZES, ICO}:
        return None
    folder: Path = current_app.config["MEDIA_FOLDER"]
    paper = paper_colours()[0]
    try:
        return keeping.keep(
            folder,
            f"{SHELF}/{name}/{shown}",
            lambda: make_icon(nearby(logo.key), name, paper),
        )
    except (NoIcon, FileNotFoundError):
        return None


def _logo() -> Media | None:
    logo = current_site().logo
    return logo if logo and logo.content_type != SVG else None
