"""What a machine answers, read within bounds of time and bytes."""

import io
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse

from blogapp.outgoing.connecting import Clock, Place, reason
from blogapp.outgoing.errors import RequestRefused, Silent

_CHUNK = 1 << 16


class _Timed(io.RawIOBase):
    """A connection read until a deadline, however slowly it drips."""

    def __init__(self, connection: socket.socket, deadline: float, clock: Clock) -> None:
        super().__init__()
        self.connection, self.deadline, self.clock = connection, deadline, clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        left = self.deadline - self.clock()
        if left <= 0:
            raise TimeoutError
        self.connection.settimeout(left)
        return self.connection.recv_into(buffer)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(self)


@dataclass(frozen=True)
class Answer:
    """What a server said before the content itself."""

    response: HTTPResponse
    host: str

    @classmethod
    def ask(
        cls,
        connection: socket.socket,
        place: Place,
        deadline: float,
        clock: Clock,
        *,
        headers: str,
        method: str = "GET",
        content: bytes = b"",
    ) -> "Answer":
        """Send a request; return the answer to it. Raises `Silent` where there is none."""
        head = f"{method} {place.target} HTTP/1.1\r\nHost: {place.authority}\r\n{headers}\r\n"
        try:
            connection.settimeout(max(deadline - clock(), 0.01))
            connection.sendall(head.encode("ascii") + content)
            timed: object = _Timed(connection, deadline, clock)
            response = HTTPResponse(timed, method=method)  # type: ignore[arg-type]
            response.begin()
        except (HTTPException, OSError, ValueError) as error:
            raise Silent(f"{place.host} gives no answer ({reason(error)})") from error
        return cls(response, place.host)

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Message:
        return self.response.headers

    @property
    def content_type(self) -> str:
        """The type as the server says it, without parameters; empty where it does not."""
        return self.headers.get_content_type() if "Content-Type" in self.headers else ""

    @property
    def leads_to(self) -> str | None:
        """Where a redirect leads, or None for any other answer."""
        if self.status not in (301, 302, 303, 307, 308):
            return None
        location = self.headers.get("Location", "")
        # Headers are Latin-1 on the wire; what is in them is UTF-8 (RFC 3986, 2.5).
        return location.encode("latin-1", "replace").decode("utf-8", "replace")

    def read(self, most_bytes: int) -> bytes:
        """Return the content, unpacked. Raises `RequestRefused` if it is longer, or ends early."""
        if (self.response.length or 0) > most_bytes:
            raise RequestRefused(_too_long(most_bytes))
        try:
            return b"".join(self._unpacked(most_bytes))
        except TimeoutError as error:
            raise Silent(f"{self.host} took too long") from error
        except (HTTPException, OSError, ValueError, zlib.error) as error:
            raise RequestRefused(f"ended in the middle ({reason(error)})") from error

    def _unpacked(self, most_bytes: int) -> Iterator[bytes]:
        """Yield the content piece by piece, never more than ``most_bytes``."""
        coding = self.headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise RequestRefused(f"is packed as {coding[:20]}, which was not asked for")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("identity", "") else None
        left = most_bytes
        for piece in self._pieces():
            if unpack:
                piece = unpack.decompress(piece, left + 1)
            left -= len(piece)
            if left < 0 or (unpack and unpack.unconsumed_tail):
                raise RequestRefused(_too_long(most_bytes))
            yield piece
        if unpack and not unpack.eof:
            raise RequestRefused("ended in the middle")

    def _pieces(self) -> Iterator[bytes]:
        while piece := self.response.read1(_CHUNK):
            yield piece
        if self.response.length:
            raise RequestRefused("ended in the middle")


def _too_long(most_bytes: int) -> str:
    shown = f"{most_bytes / 1e6:,.0f} MB" if most_bytes >= 1e6 else f"{most_bytes / 1e3:,.0f} kB"
    return f"has more than {shown}"
