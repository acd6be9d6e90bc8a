"""Stylesheets and scripts: small ones inside the page, admitted by hash; the rest as files.

A page names the components it shows. Their files are joined and minified once
and inlined, so that the first paint needs one request. The hashes of what a
page inlines go into its Content-Security-Policy; they depend on the files
alone, so the page is the same bytes for everyone.
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, unquote

import rcssmin
from flask import Flask, current_app, g, request
from markupsafe import Markup

from blogapp.site.theme import Theme
from blogapp.text.sheets import readdressed
from blogapp.web.filters import current_site
from blogapp.web.joining import lean
from blogapp.web.look import accent_css
from blogapp.web.theming import current_theme

if TYPE_CHECKING:
    from blogapp.web.statics import Statics

FIRST = ("tokens", "base")
SHELL = ("icon", "header", "search-box", "theme-toggle", "footer", "button")
LAST = ("utilities",)
Text = TypeVar("Text", bound=tuple[str, ...] | str)
_SPACED_PSEUDO_CLASS = re.compile(
    r"(?<=[\w)\]]) +"
    r"(?=:(?:any-link|empty|first|focus|has|hover|is|last|not|nth|only|target|where)\b)"
)


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "static")
    app.jinja_env.globals.update(
        inline_css=inline_css,
        inline_script=inline_script,
        style_nonce=style_nonce,
        asset=asset_address,
    )
    app.extensions["assets"] = folder


def inline_css(*components: str) -> Markup:
    """Return the styles of these components, after those of every page, for a <style>.

    The theme's follow ours, and the owner's accent follows both.
    """
    sheet = stylesheet(_folder(), components, current_theme(), request.script_root)
    return admit("style", sheet, accent_css(current_site()))


def inline_script(name: str) -> Markup:
    """Return the text of ``js/<name>.js`` for a <script>."""
    return admit("script", _script(_folder(), name))


def style_nonce() -> str:
    """Return a word by which scripts of this answer may add styles (CSP 3, 2.3.1).

    For pages that are kept nowhere: it is another one each time.
    """
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    return str(g.style_nonce)


def asset_address(path: str) -> str:
    """Return the address of a static file; it changes with the file's content."""
    # Not by url_for: a request whose Host is refused has no addresses, but an error page.
    return _address(_statics().asset(path).hashed)


def made_asset(name: str, text: str) -> str:
    """Return the address of a file with this text, for every process and after a restart.

    Relative ``url(…)`` and ``import "…"`` in it are read as seen from ``name``. Where processes
    share no folder, `add_maker` says how the text is made.
    """
    return _address(_statics().made(name, text).hashed)


def add_maker(app: Flask, start: str, make: Callable[[str], str | None]) -> None:
    """Let ``make(name)`` give the text of made files whose names begin with ``start``.

    It is asked in a request; None where it makes nothing of that name.
    """
    app.extensions["statics"].makers[start] = make


def admit(kind: str, *parts: str) -> Markup:
    """Return a text of parts that are ours or the owner's, to stand inline in this page."""
    text, digest = _joined(*parts)
    g.setdefault(f"admitted_{kind}", {})[digest] = True
    return text


def admitted(kind: str) -> list[str]:
    """Return the CSP sources (CSP 3, 2.3.1) of what this page has inlined, or lets be added."""
    hashes = [f"'sha256-{digest}'" for digest in g.get(f"admitted_{kind}", ())]
    return hashes + ([f"'nonce-{g.style_nonce}'"] if kind == "style" and "style_nonce" in g else [])


@lru_cache(maxsize=64)
def _joined(*parts: str) -> tuple[Markup, str]:
    text = "".join(parts)
    return Markup(text), b64encode(sha256(text.encode()).digest()).decode()  # nosec B704


def _folder() -> Path:
    folder: Path = current_app.extensions["assets"]
    return folder


def _statics() -> "Statics":
    found: Statics = current_app.extensions["statics"]
    return found


def _address(name: str) -> str:
    return f"{request.script_root}{current_app.static_url_path}/{quote(name)}"


def kept(function: Callable[..., Text]) -> Callable[..., Text]:
    """Compute once a process; afresh each time while the code is being worked on."""
    known = cache(function)

    def call(*args: object) -> Text:
        return function(*args) if current_app.debug else known(*args)

    return call


@kept
def stylesheet(folder: Path, components: tuple[str, ...], theme: Theme, root: str) -> str:
    """Return the minified styles of these components, after those of every page."""
    names = [*FIRST, *(f"components/{name}" for name in dict.fromkeys(SHELL + components)), *LAST]
    text = "".join(named_sheet(folder, name, theme, root) for name in names)
    return minified(f"@layer tokens, base, components, utilities;{text}")


def minified(css: str) -> str:
    """Return a stylesheet without what browsers do not read.

    >>> minified("@layer a { .b :is(i, u) { color: red; } }")
    '@layer a{.b *:is(i,u){color:red}}'
    """
    # In a nested rule rcssmin takes the space before a colon for one behind a property.
    return str(rcssmin.cssmin(_SPACED_PSEUDO_CLASS.sub(" *", css)))


def named_sheet(folder: Path, name: str, theme: Theme, root: str) -> str:
    """Return ours and the theme's of one name; the theme's may stand in its place."""
    component = name.removeprefix("components/")
    path = folder / "css" / f"{name}.css"
    if component in theme.replaced:
        ours = _addressed(theme.replaced[component], "css", theme, root)
    elif component in theme.added and not path.is_file():
        ours = ""  # a component of the theme's own
    else:
        ours = path.read_text()
    tokens = theme.tokens if name == "tokens" else ""
    more = theme.added.get(component, "")
    return ours + _addressed(tokens, "", theme, root) + _addressed(more, "css", theme, root)


def _addressed(sheet: str, place: str, theme: Theme, root: str) -> str:
    """The sheet with the theme's files that it names at the addresses where pages find them."""

    def address(held: str) -> str:
        name = normpath(f"{place}/{unquote(held.partition('?')[0])}").lstrip("/")
        is_file = name.removeprefix("static/") in theme.static
        if not is_file or not name.startswith("static/") or held.startswith("/"):
            return held
        hashed = _statics().asset(name.removeprefix("static/")).hashed
        return f"{root}{current_app.static_url_path}/{quote(hashed)}"

    return readdressed(sheet, address) if sheet else ""


@kept
def _script(folder: Path, name: str) -> str:
    return lean((folder / "js" / f"{name}.js").read_text()).strip()
