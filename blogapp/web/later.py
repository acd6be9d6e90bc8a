"""What a page shows first stands in it; all else is asked for once it is shown."""

from pathlib import Path

from flask import Flask, current_app, g, request
from markupsafe import Markup

from blogapp.site.theme import Theme
from blogapp.web.assets import (
    add_maker,
    admit,
    asset_address,
    kept,
    made_asset,
    minified,
    named_sheet,
    stylesheet,
)
from blogapp.web.filters import current_site
from blogapp.web.look import accent_css, logo_of
from blogapp.web.sheets import RARE, Sheet, divided, tokens_of, unused_tokens, without_tokens
from blogapp.web.theming import current_theme

# What readers' pages are made of, in the order in which one follows the other.
COMPONENTS = (
    "masthead",
    "page",
    "drawing",
    "bob",
    "post",
    "contents",
    "prose",
    "series",
    "related",
    "change-log",
    "code-block",
    "copy-code",
    "margin-notes",
    "math",
    "diagram",
    "embed",
    "image-zoom",
    "new-since",
    "post-list",
    "pager",
    "timeline",
    "filter-bar",
    "reading-order",
    "post-grid",
    "post-card",
    "post-log",
    "post-minimal",
    "domain-overview",
    "index",
    "preview-bar",
)
# What an answer to a choice may bring into a page that had none of it.
BROUGHT = (
    "banner",
    "chosen",
    "pinned",
    "tag-dialog",
    "search-notes",
    "search-hit",
    "search-help",
)
NAME, FONTS = "css/later.css", "css/fonts.css"
# What the owner's accent says anew, in each page.
OWNERS = ("--blue", "--blue-2", "--blue-wash", "--on-blue")


def init_app(app: Flask) -> None:
    add_maker(app, NAME, _made)
    app.jinja_env.globals.update(first_css=first_css, later_css=later_css, is_divided=is_divided)


def _made(name: str) -> str | None:
    # Whoever makes up names that begin like it gets no file, nor has one written.
    return None if name != NAME else _later(_folder(), current_theme(), request.script_root)


def first_css(*components: str) -> Markup:
    """Return what the first frame needs of these components' styles, for a <style>.

    Among them stands what of `sheets.RARE` the page has. The rest comes with `later_css`. The
    theme's follow ours, and the owner's accent both.
    """
    g.shows_first = True
    sheet = _sheet(_folder(), components + shared_traits(), current_theme(), request.script_root)
    return admit("style", sheet.first, accent_css(current_site()))


def is_divided() -> bool:
    """Return whether this page holds no more than its first frame needs."""
    return bool(g.get("shows_first"))


def later_css() -> str:
    """Return the address of what this page asks for after its first frame; may be empty.

    One file for all pages that use `first_css`; fonts alone for those that hold all else.
    """
    if is_divided():
        text = _later(_folder(), current_theme(), request.script_root)
        return made_asset(NAME, text)
    return asset_address(FONTS) if current_site().fonts != "system" else ""


def shared_traits() -> tuple[str, ...]:
    """Return what of `sheets.RARE` this blog has on every page."""
    site = current_site()
    return (
        *(("header__logo",) if logo_of(site) else ()),
        *(("footer__social", "footer__icon") if site.social_links else ()),
        *(("footer__line",) if site.footer_line else ()),
    )


@kept
def _sheet(folder: Path, names: tuple[str, ...], theme: Theme, root: str) -> Sheet:
    components = tuple(name for name in names if name not in RARE)
    sheet = divided(stylesheet(folder, components, theme, root), names)
    spare = unused_tokens(sheet.first) - set(OWNERS)
    return sheet._replace(first=without_tokens(sheet.first, spare))


@kept
def _later(folder: Path, theme: Theme, root: str) -> str:
    own = tuple(name for name in theme.added if name not in COMPONENTS + BROUGHT)
    sheet = divided(stylesheet(folder, COMPONENTS + own, theme, root), ())
    tokens = tokens_of(without_tokens(sheet.first, OWNERS))
    sheets = (named_sheet(folder, f"components/{name}", theme, root) for name in BROUGHT)
    faces = minified((folder / FONTS).read_text())
    # Letters that come late would move what is read: `js/faces.js` looks whether they do.
    faces = faces.replace("font-display:swap", "font-display:optional")
    return tokens + sheet.later + minified("".join(sheets)) + faces


def _folder() -> Path:
    folder: Path = current_app.extensions["assets"]
    return folder
