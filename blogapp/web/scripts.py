"""What a page runs, as one file: the modules that its entry imports, joined."""

from functools import cache
from pathlib import Path

from flask import Flask, current_app

from blogapp.site.theme import Theme
from blogapp.web.assets import add_maker, asset_address, made_asset
from blogapp.web.joining import PLACE, Joined, NotJoined, join_modules
from blogapp.web.theming import current_theme

_MADE = f"js/{PLACE}/"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["page_script"] = page_script
    add_maker(app, _MADE, _make)


def page_script(page: str) -> str:
    """Return the address of all that ``js/pages/<page>.js`` imports.

    While the code is being worked on it is that file itself, whose modules come one by one; so
    it is where a theme's module is written in a way that is not joined.
    """
    joined = None if current_app.debug else _join(page)
    if joined is None:
        return asset_address(f"js/pages/{page}.js")
    return made_asset(f"{_MADE}{page}.js", joined.text)


def _make(name: str) -> str | None:
    """The text of a joined file by its name, for whoever has not made it."""
    stem = name.removeprefix(_MADE).removesuffix(".js")
    for page in sorted(path.stem for path in (_folder() / "pages").glob("*.js")):
        joined = _join(page) if stem == page or stem.startswith(f"{page}-") else None
        if joined and stem == page:
            return joined.text
        if joined and f"{stem}.js" in joined.parts:
            return joined.parts[f"{stem}.js"]
    return None


def _join(page: str) -> Joined | None:
    return _joined(_folder(), page, current_theme())


@cache
def _joined(folder: Path, page: str, theme: Theme) -> Joined | None:
    def read(name: str) -> str:
        path = theme.static.get(f"js/{name}") or folder / name
        return path.read_text(encoding="utf-8")

    def place(name: str, text: str) -> str:
        # Beside the file that names it, wherever the blog stands.
        return f"./{made_asset(_MADE + name, text).rpartition('/')[2]}"

    try:
        return join_modules(f"pages/{page}.js", read=read, place=place)
    except NotJoined as problem:
        if not theme:
            raise
        current_app.logger.warning("The theme's scripts are sent one by one: %s", problem)
        return None


def _folder() -> Path:
    folder: Path = current_app.extensions["assets"]
    return folder / "js"
