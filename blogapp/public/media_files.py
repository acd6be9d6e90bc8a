"""Stored files that were asked for lately, sent again without asking the database."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask

from blogapp.caching.watching import watch_of
from blogapp.web.packing import Packed, Stored
from blogapp.web.passing import Led, Passed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

File = Packed | Stored | Passed | Led

# Bytes that are kept in memory: texts and drawings, and what is known of the others.
_MOST = 8_000_000
_ABOUT = 3_000


class _Kept(NamedTuple):
    token: str
    file: File
    cost: int


def put_first(app: Flask) -> None:
    """Send files that are remembered before anything else looks at a request."""
    files = app.extensions["media_files"] = MediaFiles(app)
    app.wsgi_app = files  # type: ignore[assignment, method-assign]


class MediaFiles:
    """Middleware: sends a file as long as nothing has changed since it was found."""

    def __init__(self, app: Flask) -> None:
        self.wsgi: WSGIApplication = app.wsgi_app
        self.base: str = app.config["BASE_PATH"]
        self.watch = watch_of(app)
        self.look = self.watch.look
        self.kept: dict[str, _Kept] = {}
        self._cost = 0
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        kept = self.kept.get(environ.get("PATH_INFO", ""))
        if (
            kept is None
            or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or kept.token != self.look().token
        ):
            return self.wsgi(environ, start)
        try:
            return kept.file(environ, start)
        except OSError:  # it is not there any more, which the view can tell
            return self.wsgi(environ, start)

    def remember(self, path: str, token: str, file: File) -> None:
        """Send ``file`` for ``path`` as long as ``token`` is the version.

        ``token`` is what the version was before the file was looked for; what has changed
        meanwhile is not remembered.
        """
        if self.watch.look(now=True).token != token:
            return
        cost = _ABOUT + (2 * len(file.content) if isinstance(file, Packed) else 0)
        with self._lock:
            for key in {path, self.base + path}:
                self._forget(key)
                self.kept[key] = _Kept(token, file, cost)
                self._cost += cost
            while self._cost > _MOST:
                self._forget(next(iter(self.kept)))

    def _forget(self, key: str) -> None:
        if kept := self.kept.pop(key, None):
            self._cost -= kept.cost
