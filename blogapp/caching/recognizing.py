"""Which kind of work a request is, before anybody is asked who sends it."""

from typing import TYPE_CHECKING

from flask import Flask
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

from blogapp.caching.admitting import Kind

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Bytes from which on a body is written to a disk for longer than it is worked on.
LONG = 4_000_000
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
# How one comes in: who reads must not keep out who writes.
_DOORS = ("/login", "/logout", "/invite/", "/reset")
_REPORTS = "/csp-report"


class Recognizer:
    """Tells the kind of a request of ``app`` that no kept answer answers."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._serializer: URLSafeTimedSerializer | None = None

    def __call__(self, environ: "WSGIEnvironment") -> Kind:
        path = environ["PATH_INFO"]
        if path in PROBES:
            return Kind.PROBES
        if self._is_signed_in(environ.get("HTTP_COOKIE", "")):
            return Kind.AUTHORS
        is_reading = environ["REQUEST_METHOD"] in {"GET", "HEAD"} or path == _REPORTS
        return Kind.ASKING if is_reading and not path.startswith(_DOORS) else Kind.DOOR

    def _is_signed_in(self, cookies: str) -> bool:
        """Whether the session cookie is one that we gave to somebody who signed in.

        Its signature is proof enough for a better place; whether the session has ended since
        is for the view to find out.
        """
        if self._cookie not in cookies:
            return False
        value = parse_cookie(cookies).get(self._cookie, "")
        try:
            lifetime = int(self._app.permanent_session_lifetime.total_seconds())
            said = self._signatures().loads(value, max_age=lifetime)
        except BadSignature:
            return False
        return "token" in said

    def _signatures(self) -> URLSafeTimedSerializer:
        # Not sooner: how cookies are signed is settled after what stands around Flask.
        if self._serializer is None:
            interface = self._app.session_interface
            self._serializer = interface.get_signing_serializer(self._app)  # type: ignore[attr-defined]
        return self._serializer


def has_long_body(environ: "WSGIEnvironment") -> bool:
    """Return whether reading what is sent may take long: its length says so, or is not said."""
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
        return False
    length = environ.get("CONTENT_LENGTH") or ""
    is_said = length.isascii() and length.isdigit()
    return int(length) > LONG if is_said else "HTTP_TRANSFER_ENCODING" in environ
