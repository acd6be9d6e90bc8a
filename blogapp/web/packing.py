"""A file ready to send: its bytes, compressed or not, with their headers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from blogapp.web.compressing import Shelf, accepted, compressed, is_worth, may_shrink
from blogapp.web.kinds import content_type
from blogapp.web.naming import Asset
from blogapp.web.ranges import with_plain_range

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOR_EVER = "public, max-age=31536000, immutable"
FOR_NOW = "no-cache"
# Seconds until the folder is asked again for what is compressed better.
_PAUSE = 2.0
_CONDITIONS = ("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of a file, and the headers it is sent with."""

    body: bytes
    etag: str
    headers: Headers
    # By the clock that never jumps: when to look for a better one.
    until: float | None = None


class Packed:
    """A WSGI application that sends one file from memory.

    ``cache_control`` says for how long its address means this content.
    """

    __slots__ = ("_forms", "asset", "cache_control", "common", "shelf")

    def __init__(self, asset: Asset, cache_control: str, shelf: Shelf, common: Headers) -> None:
        self.asset, self.cache_control = asset, cache_control
        self.shelf, self.common = shelf, common
        self._forms: dict[tuple[str, ...], _Form] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        for name in _CONDITIONS:
            if name in environ:
                return self._on_condition(environ, start)
        form = self._form(environ.get("HTTP_ACCEPT_ENCODING", ""))
        start("200 OK", form.headers.copy())
        return () if environ["REQUEST_METHOD"] == "HEAD" else (form.body,)

    def _on_condition(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        environ = with_plain_range(environ, len(self.asset.content))
        # Parts are of the file itself: compressed forms come and go.
        encodings = "" if "HTTP_RANGE" in environ else environ.get("HTTP_ACCEPT_ENCODING", "")
        form = self._form(encodings)
        if environ.get("HTTP_IF_NONE_MATCH") == form.etag:
            start("304 NOT MODIFIED", self._validators(form))
            return ()
        response = Response(form.body, headers=form.headers)
        try:
            response.make_conditional(
                environ, accept_ranges=True, complete_length=len(self.asset.content)
            )
        except RequestedRangeNotSatisfiable:
            length = ("Content-Range", f"bytes */{len(self.asset.content)}")
            response = Response(status=416, headers=[*self.common, length])
        return response(environ, start)

    def _validators(self, form: _Form) -> Headers:
        kept = {"Cache-Control", "ETag", "Last-Modified", "Vary"}
        return [pair for pair in form.headers if pair[0] in kept]

    def _form(self, header: str) -> _Form:
        encodings = accepted(header)
        form = self._forms.get(encodings)
        if form is None or (form.until is not None and form.until < monotonic()):
            form = self._forms[encodings] = self._make(encodings, form)
        return form

    def _make(self, encodings: Sequence[str], present: _Form | None) -> _Form:
        if not encodings or not may_shrink(self.asset):
            return self._dressed(self.asset.content)
        if best := self.shelf.read_compressed(self.asset, encodings[0]):
            return self._dressed(best, encodings[0])
        until = monotonic() + _PAUSE
        if present:
            return replace(present, until=until)
        light = compressed(self.asset.content, encodings[0])
        if is_worth(self.asset.content, light):
            return self._dressed(light, encodings[0], until=until)
        return self._dressed(self.asset.content)

    def _dressed(self, body: bytes, encoding: str = "", *, until: float | None = None) -> _Form:
        asset = self.asset
        mark = f"-{encoding}{'-light' if until else ''}" if encoding else ""
        etag = f'"{asset.digest}{mark}"'
        headers = [
            ("Content-Type", content_type(asset.name)),
            ("Content-Length", str(len(body))),
            ("Cache-Control", self.cache_control),
            ("ETag", etag),
            ("Accept-Ranges", "bytes"),
        ]
        if asset.changed is not None:
            headers.append(("Last-Modified", http_date(asset.changed)))
        if may_shrink(asset):
            headers.append(("Vary", "Accept-Encoding"))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return _Form(body, etag, headers + self.common, until)
