"""The editor's styles, in files: its page is sent anew each time, and browsers keep these for good.

So whoever opens it again is sent what they write and nothing else.
"""

from pathlib import Path

from flask import Flask, current_app, request

from blogapp.site.theme import Theme
from blogapp.web.assets import FIRST, LAST, add_maker, kept, made_asset, minified, named_sheet
from blogapp.web.filters import current_site
from blogapp.web.look import accent_css
from blogapp.web.theming import current_theme

_LAYERS = "@layer tokens, base, components, utilities;"
_COMPONENTS = (
    "icon",
    "button",
    "banner",
    "notices",
    "field",
    "editor",
    "editor-map",
    "source",
    "choice",
    "slash-menu",
    "heading-finder",
    "find-bar",
    "bob",
    "sheet",
    "tag-input",
    "prose",
    "code-block",
    "copy-code",
    "drawing",
    "pill",
    "preview-troubles",
    "update-sheet",
    "amount",
    "upload-tray",
    "save-state",
    "kept-text",
    "sign-in-again",
    "checks",
    "result-preview",
)
_RARE = ("math", "diagram", "embed")
_ON_USE = ("media-library", "preview-links")
_FILES = {
    "css/editor.css": (*FIRST, *(f"components/{name}" for name in _COMPONENTS), *LAST),
    "css/editor-rare.css": tuple(f"components/{name}" for name in _RARE),
    "css/editor-on-use.css": tuple(f"components/{name}" for name in _ON_USE),
}


def init_app(app: Flask) -> None:
    app.jinja_env.globals["editor_sheet"] = editor_sheet
    add_maker(app, "css/editor", _text)


def editor_sheet(name: str = "editor") -> str:
    """Return the address of the editor's styles, with the owner's accent.

    With ``editor-on-use``, of what nobody has on the screen who has done nothing yet; with
    ``editor-rare``, of what few texts hold.
    """
    path = f"css/{name}.css"
    return made_asset(path, _text(path) or "")


def _text(path: str) -> str | None:
    if path not in _FILES:
        return None
    folder: Path = current_app.extensions["assets"]
    sheet = _joined(folder, _FILES[path], current_theme(), request.script_root)
    return _LAYERS + sheet + accent_css(current_site())


@kept
def _joined(folder: Path, names: tuple[str, ...], theme: Theme, root: str) -> str:
    return minified("".join(named_sheet(folder, name, theme, root) for name in names))
