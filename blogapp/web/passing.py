"""Files that lie in another machine's store, sent through this one; or a way that leads there.

Each is a WSGI application that answers GET and HEAD, as those of `blogapp.web.packing` are.
"""

import hashlib
import io
import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from blogapp.media.stores import Store, StoreAway
from blogapp.web.conditions import is_refused, refuse
from blogapp.web.packing import (
    CONDITIONS,
    Headers,
    changed_in,
    send_nothing,
    send_on_condition,
)
from blogapp.web.ranges import with_plain_range

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Bytes that are asked for at once.
_PIECE = 1 << 20

_log = logging.getLogger(__name__)


class Passed:
    """A file of a store, in pieces. ``digest`` tells its content from any other's.

    Where its ``sha256`` is known, the last byte of a whole file is sent only when all before it
    are right. Raises what a store does, before it answers, when nothing of it can be had.
    """

    __slots__ = ("_etag", "_headers", "_key", "_sha256", "_store", "size")

    def __init__(
        self, store: Store, key: str, size: int, digest: str, headers: Headers, *, sha256: str = ""
    ) -> None:
        self._store, self._key, self.size, self._sha256 = store, key, size, sha256
        self._etag = f'"{digest}"'
        own = [("Content-Length", str(size)), ("ETag", self._etag), ("Accept-Ranges", "bytes")]
        self._headers = own + headers

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if is_refused(environ, self._etag, changed_in(self._headers)):
            return refuse(start)
        if environ.get("HTTP_IF_NONE_MATCH") == self._etag and "HTTP_RANGE" not in environ:
            return send_nothing(self._headers, start)
        if environ["REQUEST_METHOD"] == "HEAD" and "HTTP_RANGE" not in environ:
            start("200 OK", self._headers.copy())
            return ()
        if not any(name in environ for name in CONDITIONS):
            pieces = iter(self._whole(), b"")
            # Whether there is anything to send shows before anybody is told that there is.
            first = next(pieces, b"")
            start("200 OK", self._headers.copy())
            return chain((first,), pieces)
        return _once_begun(self._on_condition, environ, start)

    def _on_condition(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        environ = with_plain_range(environ, self.size)
        source = _Pieces(self._store, self._key, self.size)
        body = FileWrapper(cast("IO[bytes]", source), _PIECE)
        response = Response(body, headers=self._headers, direct_passthrough=True)
        return send_on_condition(response, self.size, environ, start)

    def _whole(self) -> Callable[[], bytes]:
        """Return what gives a piece each time, and nothing at the end."""
        source = _Pieces(self._store, self._key, self.size)
        digest = hashlib.sha256() if self._sha256 else None

        def more() -> bytes:
            piece = source.read(_PIECE)
            if digest:
                digest.update(piece)
                if source.tell() == self.size and digest.hexdigest() != self._sha256:
                    raise wrong(self._store, self._key)
            return piece

        return more


class Led:
    """A way to where a file is, for so many seconds as ``headers`` say; good for ``seconds``."""

    __slots__ = ("_headers", "_until")

    def __init__(self, address: str, headers: Headers, *, seconds: float) -> None:
        self._headers = [("Location", address), ("Content-Length", "0"), *headers]
        self._until = monotonic() + seconds

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if self._until < monotonic():
            raise TimeoutError("the address is out of date")
        start("302 FOUND", self._headers.copy())
        return ()


def wrong(store: Store, key: str) -> StoreAway:
    """Return what to raise where a store's bytes are not those that were kept there."""
    _log.error("%s in %s is not what was kept there: blogapp media check", key, store.address)
    return StoreAway(f"{key} is not what was kept there")


class _Pieces(io.RawIOBase):
    """A file of a store as a stream that can be read from anywhere, a piece at a time."""

    def __init__(self, store: Store, key: str, size: int) -> None:
        self._store, self._key, self._size, self._at = store, key, size, 0

    def read(self, size: int = -1) -> bytes:
        length = min(size if size >= 0 else self._size, _PIECE, self._size - self._at)
        if length <= 0:
            return b""
        piece = self._store.read(self._key, self._at, length)
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _once_begun(
    answer: Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]],
    environ: "WSGIEnvironment",
    start: "StartResponse",
) -> Iterable[bytes]:
    """Tell status and headers of an answer once the first of its bytes are here."""
    said: list[Any] = []

    def hear(*about: Any) -> Callable[[bytes], object]:
        said[:] = about
        return lambda _body: None

    pieces: Iterator[bytes] = iter(answer(environ, hear))
    first = next(pieces, b"")
    start(*said)
    return chain((first,), pieces)
