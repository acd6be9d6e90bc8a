"""Sending files from /static/: most of them before anything else looks at a request."""

import os
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, abort, current_app, request
from werkzeug.wrappers import Response

from blogapp.media.stores.folder import UNFINISHED
from blogapp.web.compressing import ENDINGS, write, write_compressed
from blogapp.web.statics import FOLDER, Statics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def init_app(app: Flask) -> None:
    app.extensions["statics"] = Statics(app)
    app.view_functions["static"] = show


def put_first(app: Flask) -> None:
    """Send files before anything else looks at a request, which is why this comes last."""
    app.wsgi_app = StaticFiles(  # type: ignore[assignment, method-assign]
        app.wsgi_app, statics_of(app)
    )


def statics_of(app: Flask) -> Statics:
    """Return what this app has under /static/."""
    found: Statics = app.extensions["statics"]
    return found


class StaticFiles:
    """Middleware: sends the files whose addresses are known; every other request goes on."""

    def __init__(self, wsgi: "WSGIApplication", statics: Statics) -> None:
        self.wsgi, self.files = wsgi, statics.files

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        file = self.files.get(environ.get("PATH_INFO", ""))
        if file is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.wsgi(environ, start)
        try:
            return file(environ, start)
        except OSError:  # a large one, which is not there any more
            return self.wsgi(environ, start)


def show(filename: str) -> Response:
    """Send a file that the middleware did not know: a large one, one just made, an old one."""
    statics = statics_of(current_app)
    statics.load()
    found = statics.find(filename)
    if found is None:
        abort(404)
    asset, is_final = found
    try:
        ready = statics.ready(asset, is_final=is_final)
        return current_app.response_class.from_app(ready, request.environ)
    except OSError:
        abort(404)


def write_assets(app: Flask, folder: Path) -> None:
    """Write every file to ``folder/static``, by its hashed and by its plain name.

    Compressed forms stand beside those that get smaller. Hashed names that are there stay.
    """
    for asset in statics_of(app).all():
        hashed = folder / FOLDER / asset.hashed
        if asset.path is None:
            write(hashed, asset.content)
            write_compressed(hashed, asset)
        elif not hashed.exists():
            hashed.parent.mkdir(parents=True, exist_ok=True)
            _replace(hashed, partial(shutil.copyfile, asset.path))
        for ending in ("", *ENDINGS.values()):
            _give_name(Path(f"{hashed}{ending}"), folder / FOLDER / f"{asset.name}{ending}")


def _give_name(source: Path, target: Path) -> None:
    """Let a file be found by another name as well, in place of what was."""
    if not source.exists():
        target.unlink(missing_ok=True)
    elif not (target.exists() and target.samefile(source)):
        _replace(target, partial(os.link, source))


def _replace(target: Path, make: Callable[[Path], object]) -> None:
    # Whoever reads the folder meanwhile finds the one or the other.
    temporary = target.with_name(f"{UNFINISHED}{os.getpid()}-{target.name}")
    temporary.unlink(missing_ok=True)
    make(temporary)
    os.replace(temporary, target)
