"""Fetching a file from the web without being used to reach what is not on the web.

Names are looked up once, every address is checked, and the connection goes to the very
address that was checked; so does each redirect. Time, bytes and the number of files are
bounded, and no proxy of the environment is asked.
"""

import io
import re
import socket
import ssl
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from http.client import HTTPException, HTTPResponse
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from blogapp.outgoing.errors import RequestRefused, Silent
from blogapp.outgoing.networks import Network, may_reach, read_address
from blogapp.text.file_types import FILE_TYPES

SECONDS = 60.0  # for a file, redirects and all
SECONDS_TO_CONNECT = 10.0
MOST_BYTES = 20_000_000
MOST_FILES = 50_000
MOST_TOTAL = 20_000_000_000
MOST_REDIRECTS = 5
# A host that did not answer so often in a row is not asked again.
MOST_SILENCES = 3
_PORTS = frozenset({80, 443, 8000, 8080, 8443})
_CHUNK = 1 << 16

_IMAGE_TYPES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/svg+xml": ".svg",
}
_ENDINGS = {kind: ending for ending, kind in reversed(FILE_TYPES.items())} | _IMAGE_TYPES
# What servers say when they do not know.
_ANY_TYPE = frozenset({"", "application/octet-stream", "binary/octet-stream", "image/jpg"})
_KNOWN_ENDINGS = frozenset({*FILE_TYPES, *_IMAGE_TYPES.values(), ".jpeg"})
_FEED_TYPE = re.compile(r".*\b(?:xml|rss|atom|json|rdf)\b.*|text/(?:plain|html)")

_NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]*|\d+)")
_UNSAFE_IN_NAMES = re.compile(r"[^\w.() +-]+")
_SAFE_IN_TARGETS = "/:?&=%~+!$,;'@()*-._"
_HEADERS = (
    "User-Agent: blogapp (a blog takes in its own pictures)\r\n"
    "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
)

Resolve = Callable[[str], Sequence[str]]
# Asked with the content type and the name.
Takes = Callable[[str, str], bool]


@dataclass(frozen=True)
class Fetched:
    """A file from the web: a name for it, its kind, and where it was in the end."""

    data: bytes = field(repr=False)
    name: str
    content_type: str
    address: str


def look_up(host: str) -> list[str]:
    """Return the addresses of a host, in the system's order. Raises `OSError`."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_file_type(content_type: str, name: str) -> bool:
    """Tell whether the media store may take it, by what its server says or by its name."""
    if content_type in _ANY_TYPE or content_type == "text/plain":
        return PurePosixPath(name).suffix.lower() in {*_KNOWN_ENDINGS, ""}
    return content_type in _ENDINGS


def is_feed_type(content_type: str, name: str) -> bool:
    """Tell whether it may be a feed; servers call feeds many things."""
    return content_type in _ANY_TYPE or _FEED_TYPE.fullmatch(content_type) is not None


@dataclass
class Fetcher:
    """Fetches files within limits that count over all of them.

    ``allow`` are networks that an operator opens although they are not public. ``resolve``
    stands for the system's resolver.
    """

    allow: Sequence[Network] = ()
    most_bytes: int = MOST_BYTES
    most_files: int = MOST_FILES
    most_total: int = MOST_TOTAL
    seconds: float = SECONDS
    resolve: Resolve = look_up
    clock: Callable[[], float] = time.monotonic
    files: int = 0
    total: int = 0
    silences: Counter[str] = field(default_factory=Counter)

    def fetch(self, address: str, *, takes: Takes = is_file_type) -> Fetched:
        """Return what is at an address of the web. Raises `RequestRefused` with the reason.

        ``takes`` is asked with the content type and the name before anything is read.
        """
        if self.files >= self.most_files or self.total >= self.most_total:
            raise RequestRefused(f"{self.files:,} files were fetched; run it again for the rest")
        deadline = self.clock() + self.seconds
        for _ in range(MOST_REDIRECTS + 1):
            place = _Place.read(address)
            if self.silences[place.host] >= MOST_SILENCES:
                raise RequestRefused(f"{place.host} did not answer several times; not asked again")
            try:
                found = self._ask(place, takes, deadline)
            except Silent:
                self.silences[place.host] += 1
                raise
            self.silences.pop(place.host, None)
            if isinstance(found, Fetched):
                self.files += 1
                self.total += len(found.data)
                return found
            try:
                address = urljoin(address, found)
            except ValueError as error:
                raise RequestRefused("leads to what is no address") from error
        raise RequestRefused("leads on and on to other addresses")

    def _ask(self, place: "_Place", takes: Takes, deadline: float) -> Fetched | str:
        """Return what is at a place, or the address that it leads on to."""
        with closing(self._connect(place, deadline)) as connection:
            answer = _Answer.ask(connection, place, deadline, self.clock)
            if answer.leads_to is not None:
                return answer.leads_to
            return answer.read(place, takes, self.most_bytes)

    def _connect(self, place: "_Place", deadline: float) -> socket.socket:
        """Return a connection to an address that was checked: the name is not asked for again."""
        found = self._checked(place)
        for last, ip in enumerate(found, start=1 - len(found)):
            wait = min(SECONDS_TO_CONNECT, deadline - self.clock())
            if wait <= 0:
                raise Silent(f"{place.host} took too long")
            try:
                connection = socket.create_connection((ip, place.port), timeout=wait)
                break
            except OSError as error:
                if last == 0:
                    raise Silent(f"{place.host} does not answer ({_reason(error)})") from error
        if place.scheme == "http":
            return connection
        try:
            return self._tls.wrap_socket(connection, server_hostname=place.host)
        except (OSError, ValueError) as error:
            connection.close()
            if isinstance(error, TimeoutError):
                raise Silent(f"{place.host} took too long") from error
            raise RequestRefused(f"{place.host} is not who it says ({_reason(error)})") from error

    def _checked(self, place: "_Place") -> Sequence[str]:
        """Return the addresses of a place, all of which may be reached."""
        try:
            found = [place.host] if read_address(place.host) else list(self.resolve(place.host))
        except (OSError, UnicodeError) as error:
            raise Silent(f"nobody knows the host {place.host}") from error
        for text in found:
            ip = read_address(text)
            if ip is None or not may_reach(ip, self.allow):
                raise RequestRefused(
                    f"{place.host} is no public address; BLOG_FETCH_ALLOW can open its network"
                )
            is_allowed = any(ip in network for network in self.allow)
            if place.port not in _PORTS and not is_allowed:
                raise RequestRefused(f"port {place.port} is none of the web's")
        if not found:
            raise RequestRefused(f"nobody knows the host {place.host}")
        return found

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


@dataclass(frozen=True)
class _Place:
    """An address of the web, taken apart."""

    scheme: str
    host: str
    port: int
    target: str
    address: str

    @classmethod
    def read(cls, address: str) -> "_Place":
        try:
            parts = urlsplit(address.strip())
            port, host = parts.port, _host(parts)
        except (ValueError, UnicodeError) as error:
            raise RequestRefused("is no address of the web") from error
        if parts.scheme not in ("http", "https") or not host:
            raise RequestRefused("is no address of the web")
        if parts.username is not None or parts.password is not None:
            raise RequestRefused("holds a user's name; such addresses are not fetched")
        last = host.rstrip(".").rpartition(".")[2]
        if _NUMERIC.fullmatch(last) and read_address(host) is None:
            raise RequestRefused("names its host by a number; such addresses are not fetched")
        path = parts.path or "/"
        target = quote(f"{path}?{parts.query}" if parts.query else path, safe=_SAFE_IN_TARGETS)
        default = 443 if parts.scheme == "https" else 80
        return cls(parts.scheme, host, default if port is None else port, target, address)

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode("ascii")


class _Timed(io.RawIOBase):
    """A connection read until a deadline, however slowly it drips."""

    def __init__(
        self, connection: socket.socket, deadline: float, clock: Callable[[], float]
    ) -> None:
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
class _Answer:
    """What a server said before the file itself."""

    response: HTTPResponse

    @classmethod
    def ask(
        cls,
        connection: socket.socket,
        place: _Place,
        deadline: float,
        clock: Callable[[], float],
    ) -> "_Answer":
        request = f"GET {place.target} HTTP/1.1\r\nHost: {place.authority}\r\n{_HEADERS}\r\n"
        try:
            connection.sendall(request.encode("ascii"))
            timed: object = _Timed(connection, deadline, clock)
            response = HTTPResponse(timed, method="GET")  # type: ignore[arg-type]
            response.begin()
        except (HTTPException, OSError, ValueError) as error:
            raise Silent(f"{place.host} gives no answer ({_reason(error)})") from error
        return cls(response)

    @property
    def leads_to(self) -> str | None:
        """Where a redirect leads, or None for any other answer."""
        if self.response.status not in (301, 302, 303, 307, 308):
            return None
        location = self.response.headers.get("Location", "")
        # Headers are Latin-1 on the wire; what is in them is UTF-8 (RFC 3986, 2.5).
        return location.encode("latin-1", "replace").decode("utf-8", "replace")

    def read(self, place: _Place, takes: Takes, most_bytes: int) -> Fetched:
        if self.response.status != 200:
            # Of a host that is asked too often, or too much, nothing more is wanted for now.
            refused = Silent if self.response.status in (429, 503) else RequestRefused
            raise refused(f"{place.host} answers {self.response.status}")
        kind = self.response.headers.get_content_type() if self._says_type else ""
        name = _name(self.response.headers, place, kind)
        if not takes(kind, name):
            raise RequestRefused(f"is {kind or 'of no known kind'}, which is not kept")
        if (self.response.length or 0) > most_bytes:
            raise RequestRefused(_too_long(most_bytes))
        try:
            data = b"".join(self._unpacked(most_bytes))
        except TimeoutError as error:
            raise Silent(f"{place.host} took too long") from error
        except (HTTPException, OSError, zlib.error) as error:
            raise RequestRefused(f"ended in the middle ({_reason(error)})") from error
        return Fetched(data, name, kind, place.address)

    @property
    def _says_type(self) -> bool:
        return "Content-Type" in self.response.headers

    def _unpacked(self, most_bytes: int) -> Iterator[bytes]:
        """Yield the file piece by piece, never more than ``most_bytes``."""
        coding = self.response.headers.get("Content-Encoding", "identity").strip().lower()
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


def _name(headers: Message, place: _Place, kind: str) -> str:
    """Return a plain file name: the server's, else the address's, ending as its kind does."""
    given = headers.get_filename() or unquote(urlsplit(place.address).path)
    name = PurePosixPath(given.replace("\\", "/")).name
    name = _UNSAFE_IN_NAMES.sub("-", name).strip("-. ")[-100:] or "file"
    ending = PurePosixPath(name).suffix.lower()
    wanted = _ENDINGS.get(kind, "")
    if ending in _KNOWN_ENDINGS or not wanted:
        return name
    return f"{name}{wanted}"


def _too_long(most_bytes: int) -> str:
    return f"has more than {most_bytes / 1e6:,.0f} MB"


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "took too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
