"""Stylesheets and scripts: small ones inside the page, admitted by hash; the rest as files.

A page names the components it shows. Their files are joined and minified once
and inlined, so that the first paint needs one request. The hashes of what a
page inlines go into its Content-Security-Policy; they depend on the files
alone, so the page is the same bytes for everyone.
"""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import rcssmin
from flask import Flask, Response, current_app, g, request
from markupsafe import Markup

FIRST = ("tokens", "base")
SHELL = ("icon", "header", "theme-toggle", "footer", "button")
LAST = ("utilities",)


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "static")
    app.jinja_env.globals.update(
        inline_css=inline_css, inline_script=inline_script, asset=asset_address
    )
    app.extensions["assets"] = folder
    app.after_request(keep_for_good)


def inline_css(*components: str) -> Markup:
    """Return the styles of these components, after those of every page, for a <style>."""
    return _admit("style", _stylesheet(_folder(), components))


def inline_script(name: str) -> Markup:
    """Return the text of ``js/<name>.js`` for a <script>."""
    return _admit("script", _script(_folder(), name))


def asset_address(path: str) -> str:
    """Return the address of a static file; it changes with the file's content."""
    # Not by url_for: a request whose Host is refused has no addresses, but an error page.
    root = request.script_root + (current_app.static_url_path or "")
    return f"{root}/{path}?v={_fingerprint(_folder(), path)}"


def keep_for_good(response: Response) -> Response:
    """Let a static file be kept for a year (RFC 8246) under an address that says what it holds."""
    if request.endpoint == "static" and response.status_code in {200, 304}:
        path = (request.view_args or {})["filename"]
        named = path.startswith("vendor/") and path.endswith((".js", ".woff2"))
        if named or request.args.get("v") == _fingerprint(_folder(), path):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def admitted(kind: str) -> list[str]:
    """Return the CSP sources (CSP 3, 2.3.1) of what this page has inlined."""
    return [f"'sha256-{digest}'" for digest in g.get(f"admitted_{kind}", ())]


def _admit(kind: str, text: str) -> Markup:
    digest = b64encode(sha256(text.encode()).digest()).decode()
    g.setdefault(f"admitted_{kind}", {})[digest] = True
    return Markup(text)  # our own files


def _folder() -> Path:
    folder: Path = current_app.extensions["assets"]
    return folder


def _kept(function: Callable[..., str]) -> Callable[..., str]:
    """Compute once a process; afresh each time while the code is being worked on."""
    kept = cache(function)

    def call(*args: object) -> str:
        return function(*args) if current_app.debug else kept(*args)

    return call


@_kept
def _stylesheet(folder: Path, components: tuple[str, ...]) -> str:
    names = [*FIRST, *(f"components/{name}" for name in dict.fromkeys(SHELL + components)), *LAST]
    text = "".join((folder / "css" / f"{name}.css").read_text() for name in names)
    return str(rcssmin.cssmin(f"@layer tokens, base, components, utilities;{text}"))


@_kept
def _script(folder: Path, name: str) -> str:
    return (folder / "js" / f"{name}.js").read_text().strip()


@_kept
def _fingerprint(folder: Path, path: str) -> str:
    return sha256((folder / path).read_bytes()).hexdigest()[:12]
