"""The owner's look as pages need it: colours, faces, the logo."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, g, request

from blogapp.site.accents import DARK, LIGHT, Shades, TooFaint, dark_of, shade
from blogapp.site.models import Site
from blogapp.site.networks import network_of
from blogapp.text.palettes import Palette, read_palette
from blogapp.web.theming import current_theme

# Not in print: there the accent is black.
_ACCENT = (
    "@media screen{{@layer tokens{{:root{{"
    "--blue:light-dark({0.accent},{1.accent});--blue-2:light-dark({0.strong},{1.strong});"
    "--blue-wash:light-dark({0.wash},{1.wash});--on-blue:light-dark({0.on_accent},{1.on_accent})"
    "}}}}}}"
)


@dataclass(frozen=True)
class Logo:
    """An image as a page shows it; ``address`` may be relative to the site."""

    address: str
    width: int | None
    height: int | None


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        logo_of=logo_of, network_of=network_of, paper_colours=paper_colours
    )


def palette() -> Palette:
    """Return the colours that pages are made of, the theme's among them."""
    folder: Path = current_app.extensions["assets"]
    sheet = folder / "css" / "tokens.css"
    return _palette(sheet, sheet.stat().st_mtime_ns, current_theme().tokens)


def paper_colours() -> tuple[str, str]:
    """Return what pages stand on, in light and in dark: ``#RRGGBB``."""
    return palette()["paper"]


def accent_css(site: Site) -> str:
    """Return the style that puts the owner's colour in the place of the house's; may be empty."""
    if not site.accent and not site.accent_dark:
        return ""
    return _style(site.accent, site.accent_dark, palette())


def logo_of(site: Site) -> Logo | None:
    """Return the blog's logo, or None."""
    if shown := g.get("previewed_logo"):
        logo: Logo = shown
        return logo
    if site.logo is None:
        return None
    address = f"{request.script_root}/media/{site.logo.key}"
    return Logo(address, site.logo.width, site.logo.height)


@lru_cache(maxsize=8)
def _palette(sheet: Path, _changed: int, theme_tokens: str) -> Palette:
    return read_palette(sheet.read_text(encoding="utf-8"), theme_tokens)


@lru_cache(maxsize=32)
def _style(accent: str, accent_dark: str, palette: Palette) -> str:
    light = accent or palette["blue"][LIGHT]
    dark = accent_dark or dark_of(light, palette)
    return _ACCENT.format(_surely(light, palette, LIGHT), _surely(dark, palette, DARK))


# A colour that passed once may fail under another theme: its nearest takes its place.
def _surely(colour: str, palette: Palette, theme: int) -> Shades:
    try:
        return shade(colour, palette, theme)
    except TooFaint as error:
        return shade(error.nearest, palette, theme)
