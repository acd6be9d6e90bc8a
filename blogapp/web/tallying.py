"""Counting what old addresses are asked for, and what is asked for in vain, beside all requests.

A request adds to a number in memory; a thread writes the numbers of some seconds at once. What
cannot be written waits, within bounds, and is lost at worst: no reader waits for it or sees it.
"""

import re
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from blogapp.extensions import db
from blogapp.posts.redirect_counting import Missed, add_hits, add_missing, is_probe
from blogapp.posts.redirecting import LONGEST, OLD_KEYS, spelled
from blogapp.web.batching import Batch
from blogapp.web.clock import now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# So many different ones are counted between two writes.
MOST_RULES, MOST_MISSING, MOST_PROBES = 5_000, 300, 50
# What nobody moves here, or what holds a secret in its path.
_NEVER = re.compile(
    "/(?:write|account|login|logout|invite|reset|preview|static|media|healthz|readyz|metrics"
    "|csp-report)(?:/|$)"
)
# In an environment: this request is nobody's.
UNCOUNTED = "blogapp.uncounted"
_MET = "blogapp.met"
# By these a page has a number elsewhere.
_NUMBERED = frozenset({"p", "page_id", "attachment_id"})
# What lists and feeds are asked for.
_CHOOSING = frozenset(
    {"page", "after", "through", "tag", "match", "not", "domain", "kind", "series", "author"}
    | {"year", "month", "q", "sort", "view", "limit"}
)


def init_app(app: Flask) -> None:
    """Count in ``app.extensions["tally"]``; it wants to stand around what keeps answers."""
    tally = app.extensions["tally"] = Tally(app)
    app.after_request(settle)
    app.wsgi_app = Counting(app.wsgi_app, tally)  # type: ignore[assignment, method-assign]


def note_hit(rule: int) -> None:
    """Note that this request is answered by a rule."""
    request.environ[_MET] = f"rule {rule}"


def note_missing() -> None:
    """Note that nobody knows this request's address, if it is one that could lead somewhere."""
    # A page past the end of a list that is there, and a part of a page.
    is_known = request.endpoint is not None and not _CHOOSING.isdisjoint(request.args)
    if not is_known and "fragment" not in request.args and not _NEVER.match(request.path):
        request.environ[_MET] = "missing"


def note_lost_query() -> None:
    """Note that nobody knows the post in this query, which answers with the front page."""
    if not _NUMBERED.isdisjoint(request.args):
        request.environ[_MET] = "lost"


def forget() -> None:
    """Note nothing of this request after all."""
    request.environ.pop(_MET, None)


def settle(response: Response) -> Response:
    """Say to `Counting` what was noted of this request, now that its answer is known."""
    met = request.environ.pop(_MET, "")
    if met and (met != "missing" or response.status_code == 404):
        _noted.met = met
    return response


def write_now() -> None:
    """Write what this process has counted, for a page that shows it."""
    # It shows what is written already, where nothing can be.
    with suppress(SQLAlchemyError, OSError):
        current_app.extensions["tally"].flush()


class _Noted(threading.local):
    """What this thread's last answer was."""

    met = ""


_noted = _Noted()


class Counting:
    """Middleware: counts an answer, once, whoever was asked for it in between.

    What keeps answers may ask for one as a stranger first and as this reader then.
    """

    def __init__(self, wsgi: "WSGIApplication", tally: "Tally") -> None:
        self.wsgi, self.tally = wsgi, tally

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        _noted.met = ""
        body = self.wsgi(environ, start)
        if (met := _noted.met) and UNCOUNTED not in environ:
            self.tally.count(met, environ)
        _noted.met = ""
        return body


class Tally(Batch):
    """What one process has counted and not written yet."""

    what = "what old addresses are asked for"

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._hits: dict[int, int] = {}
        self._missing: dict[str, Missed] = {}

    def count(self, met: str, environ: "WSGIEnvironment") -> None:
        """Count one request; never raises, and never waits for anything but another count."""
        kind, _, rule = met.partition(" ")
        with self._lock:
            if kind == "rule":
                id = int(rule)
                if id in self._hits or len(self._hits) < MOST_RULES:
                    self._hits[id] = self._hits.get(id, 0) + 1
            else:
                self._count_missing(environ)
        self.tell()

    def flush(self) -> None:
        """Write what is counted; what cannot be written is kept for the next time."""
        with self._writing:
            with self._lock:
                hits, self._hits = self._hits, {}
                missing, self._missing = self._missing, {}
            if not hits and not missing:
                return
            try:
                with self.app.app_context():
                    add_hits(hits, now=now())
                    add_missing(missing.values(), now=now())
                    db.session.commit()
            except (SQLAlchemyError, OSError):
                self._take_back(hits, missing)
                raise

    def _count_missing(self, environ: "WSGIEnvironment") -> None:
        path = _path(environ)
        if path is None:
            return
        if seen := self._missing.get(path):
            seen.hits += 1
            seen.referrer = seen.referrer or _host(environ)
            return
        kind = is_probe(path)
        waiting = sum(each.is_probe is kind for each in self._missing.values())
        if waiting < (MOST_PROBES if kind else MOST_MISSING):
            self._missing[path] = Missed(path, 1, _host(environ), kind)

    def _take_back(self, hits: dict[int, int], missing: dict[str, Missed]) -> None:
        with self._lock:
            for id, count in hits.items():
                if id in self._hits or len(self._hits) < MOST_RULES:
                    self._hits[id] = self._hits.get(id, 0) + count
            for path, missed in missing.items():
                if seen := self._missing.get(path):
                    seen.hits += missed.hits
                elif len(self._missing) < MOST_MISSING + MOST_PROBES:
                    self._missing[path] = missed


def _path(environ: "WSGIEnvironment") -> str | None:
    """Return the address that was missing, in the spelling of rules; None for no text."""
    try:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode()
    except UnicodeError:
        return None
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=False)
    known = urlencode([(key, value) for key, value in pairs if key.lower() in OLD_KEYS])
    found = spelled(f"{_quoted(path)}?{known}") or spelled(_quoted(path))
    return found if found and found != "/" and len(found) <= LONGEST // 2 else None


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3F").replace("#", "%23")


def _host(environ: "WSGIEnvironment") -> str:
    """Return the host that a reader came from, if the browser says so; nothing else of it."""
    try:
        parts = urlsplit(environ.get("HTTP_REFERER", ""))
        host = (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""
    return host if host.isprintable() and len(host) <= 255 else ""
