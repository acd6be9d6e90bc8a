"""Files ready to send: their bytes, or where they lie, with the headers that go before them.

Each is a WSGI application that answers GET and HEAD: whole, in part, or not again.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from blogapp.web.codings import read_accepted
from blogapp.web.compressing import compressed, is_worth
from blogapp.web.conditions import is_refused, refuse
from blogapp.web.ranges import with_plain_range

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOR_EVER = "public, max-age=31536000, immutable"
FOR_NOW = "no-cache"
# Seconds until it is asked again for what is compressed better.
_PAUSE = 2.0
CONDITIONS = (
    *("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"),
    *("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"),
)
# What a 304 says (RFC 9110, 15.4.5); the rest is known.
_KNOWN = {"Cache-Control", "ETag", "Last-Modified", "Vary"}

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
    """A file in memory. ``digest`` tells its content from any other's.

    Where it ``shrinks``, readers get it compressed: as ``best(encoding)`` gives it, lightly
    until that gives something.
    """

    __slots__ = ("_best", "_forms", "_headers", "_shrinks", "content", "digest")

    def __init__(
        self,
        content: bytes,
        digest: str,
        headers: Headers,
        *,
        shrinks: bool = False,
        best: Callable[[str], bytes | None] | None = None,
    ) -> None:
        self.content, self.digest = content, digest
        self._headers, self._shrinks, self._best = headers, shrinks, best
        self._forms: dict[tuple[str, ...], _Form] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        for name in CONDITIONS:
            if name in environ:
                return self._on_condition(environ, start)
        form = self._form(environ.get("HTTP_ACCEPT_ENCODING", ""))
        start("200 OK", form.headers.copy())
        return () if environ["REQUEST_METHOD"] == "HEAD" else (form.body,)

    def _on_condition(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        environ = with_plain_range(environ, len(self.content))
        # Parts are of the file itself: compressed forms come and go.
        form = self._form(
            "" if "HTTP_RANGE" in environ else environ.get("HTTP_ACCEPT_ENCODING", "")
        )
        if is_refused(environ, form.etag, changed_in(form.headers)):
            return refuse(start)
        if environ.get("HTTP_IF_NONE_MATCH") == form.etag:
            return send_nothing(form.headers, start)
        response = Response(form.body, headers=form.headers)
        return send_on_condition(response, len(self.content), environ, start)

    def _form(self, header: str) -> _Form:
        encodings = read_accepted(header) if self._shrinks else ()
        form = self._forms.get(encodings)
        if form is None or (form.until is not None and form.until < monotonic()):
            form = self._forms[encodings] = self._make(encodings, form)
        return form

    def _make(self, encodings: Sequence[str], present: _Form | None) -> _Form:
        if not encodings:
            return self._dressed(self.content)
        encoding = encodings[0]
        if self._best and (best := self._best(encoding)):
            return self._dressed(best, encoding)
        until = monotonic() + _PAUSE if self._best else None
        if present:
            return replace(present, until=until)
        light = compressed(self.content, encoding)
        if is_worth(self.content, light):
            return self._dressed(light, encoding, until=until)
        return self._dressed(self.content)

    def _dressed(self, body: bytes, encoding: str = "", *, until: float | None = None) -> _Form:
        mark = f"-{encoding}{'-light' if until else ''}" if encoding else ""
        etag = f'"{self.digest}{mark}"'
        headers = [("Content-Length", str(len(body))), ("ETag", etag), ("Accept-Ranges", "bytes")]
        if self._shrinks:
            headers.append(("Vary", "Accept-Encoding"))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return _Form(body, etag, headers + self._headers, until)


class Stored:
    """A file on the disk. Raises `OSError` before it answers when it is not what it was."""

    __slots__ = ("_etag", "_headers", "path", "size")

    def __init__(self, path: Path, digest: str, headers: Headers) -> None:
        self.path, self.size, self._etag = path, path.stat().st_size, f'"{digest}"'
        own = [("Content-Length", str(self.size)), ("ETag", self._etag), ("Accept-Ranges", "bytes")]
        self._headers = own + headers

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if is_refused(environ, self._etag, changed_in(self._headers)):
            return refuse(start)
        if environ.get("HTTP_IF_NONE_MATCH") == self._etag and "HTTP_RANGE" not in environ:
            return send_nothing(self._headers, start)
        file = self._open()
        if not any(name in environ for name in CONDITIONS):
            start("200 OK", self._headers.copy())
            if environ["REQUEST_METHOD"] == "HEAD":
                file.close()
                return ()
            return wrap_file(environ, file)
        environ = with_plain_range(environ, self.size)
        body = wrap_file(environ, file)
        response = Response(body, headers=self._headers, direct_passthrough=True)
        return send_on_condition(response, self.size, environ, start)

    def _open(self) -> BinaryIO:
        file = self.path.open("rb")
        if os.fstat(file.fileno()).st_size != self.size:
            file.close()
            raise FileNotFoundError(self.path)
        return file


def changed_in(headers: Headers) -> str:
    return next((value for name, value in headers if name == "Last-Modified"), "")


def send_nothing(headers: Headers, start: "StartResponse") -> Iterable[bytes]:
    start("304 NOT MODIFIED", [pair for pair in headers if pair[0] in _KNOWN])
    return ()


def send_on_condition(
    response: Response, length: int, environ: "WSGIEnvironment", start: "StartResponse"
) -> Iterable[bytes]:
    """Send it whole, in part, or not again (RFC 9110, 13 and 14), as nobody refuses it."""
    environ = {name: value for name, value in environ.items() if name != "HTTP_IF_MATCH"}
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=length)
    except RequestedRangeNotSatisfiable:
        response.close()
        kept = [pair for pair in response.headers if pair[0] not in _OF_A_FILE]
        response = Response(status=416, headers=[*kept, ("Content-Range", f"bytes */{length}")])
    return response(environ, start)


_OF_A_FILE = {
    *("Accept-Ranges", "Cache-Control", "Content-Disposition", "Content-Encoding"),
    *("Content-Length", "Content-Type", "ETag", "Last-Modified"),
}
