"""Reaching a machine at the very address that was checked.

Names are looked up once, every address that comes back must be public or in a network that
the operator opened, and the connection goes to one of those addresses. No proxy of the
environment is asked.
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, quote, urlsplit

from blogapp.outgoing.errors import RequestRefused, Silent
from blogapp.outgoing.networks import Network, may_reach, read_address

SECONDS_TO_CONNECT = 10.0
_PORTS = frozenset({80, 443, 8000, 8080, 8443})
_NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]*|\d+)")
# A name of the DNS as it is written, or an address of the newer kind.
_HOST = re.compile(r"[a-z0-9_.-]{1,255}|[0-9a-f:.]{2,45}")
_SAFE_IN_TARGETS = "/:?&=%~+!$,;'@()*-._"

Resolve = Callable[[str], Sequence[str]]
Clock = Callable[[], float]


def look_up(host: str) -> list[str]:
    """Return the addresses of a host, in the system's order. Raises `OSError`."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True)
class Place:
    """An address of the web, taken apart."""

    scheme: str
    host: str
    port: int
    target: str
    address: str

    @classmethod
    def read(cls, address: str) -> "Place":
        """Return the place of an http(s) address. Raises `RequestRefused`."""
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
        if not _HOST.fullmatch(host.partition("%")[0] if ":" in host else host):
            raise RequestRefused("is no address of the web")
        path = parts.path or "/"
        target = quote(f"{path}?{parts.query}" if parts.query else path, safe=_SAFE_IN_TARGETS)
        default = 443 if parts.scheme == "https" else 80
        return cls(parts.scheme, host, default if port is None else port, target, address)

    @property
    def authority(self) -> str:
        """The host as a request names it (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"


@dataclass
class Connector:
    """Connects to places that may be reached.

    ``allow`` are networks that an operator opens although they are not public. ``resolve``
    stands for the system's resolver.
    """

    allow: Sequence[Network] = ()
    resolve: Resolve = look_up
    clock: Clock = time.monotonic

    def connect(self, place: Place, deadline: float) -> socket.socket:
        """Return a connection to an address that was checked: the name is not asked for again.

        Raises `RequestRefused`, as `Silent` where nobody answers until the deadline.
        """
        found = self._checked(place, deadline)
        for last, ip in enumerate(found, start=1 - len(found)):
            wait = min(SECONDS_TO_CONNECT, deadline - self.clock())
            if wait <= 0:
                raise Silent(f"{place.host} took too long")
            try:
                connection = socket.create_connection((ip, place.port), timeout=wait)
                break
            except OSError as error:
                if last == 0:
                    raise Silent(f"{place.host} does not answer ({reason(error)})") from error
        if place.scheme == "http":
            return connection
        try:
            return self._tls.wrap_socket(connection, server_hostname=place.host)
        except (OSError, ValueError) as error:
            connection.close()
            if isinstance(error, TimeoutError):
                raise Silent(f"{place.host} took too long") from error
            raise RequestRefused(f"{place.host} is not who it says ({reason(error)})") from error

    def _checked(self, place: Place, deadline: float) -> Sequence[str]:
        """Return the addresses of a place, all of which may be reached."""
        found = [place.host] if read_address(place.host) else self._looked_up(place, deadline)
        for text in found:
            ip = read_address(text)
            if ip is None or "%" in text or not may_reach(ip, self.allow):
                raise RequestRefused(
                    f"{place.host} is no public address; BLOG_FETCH_ALLOW can open its network"
                )
            is_allowed = any(ip in network for network in self.allow)
            if place.port not in _PORTS and not is_allowed:
                raise RequestRefused(f"port {place.port} is none of the web's")
        if not found:
            raise RequestRefused(f"nobody knows the host {place.host}")
        return found

    def _looked_up(self, place: Place, deadline: float) -> Sequence[str]:
        """Ask the resolver, which knows no deadline of its own."""
        found: list[Sequence[str]] = []
        asking = threading.Thread(target=self._look_up, args=(place.host, found), daemon=True)
        asking.start()
        asking.join(max(deadline - self.clock(), 0.01))
        if not found:
            if asking.is_alive():
                raise Silent(f"{place.host} took too long to be found")
            raise Silent(f"nobody knows the host {place.host}")
        return found[0]

    def _look_up(self, host: str, found: list[Sequence[str]]) -> None:
        try:
            found.append(list(self.resolve(host)))
        except (OSError, UnicodeError):
            return

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def reason(error: Exception) -> str:
    """Return in a few words why a connection failed."""
    if isinstance(error, TimeoutError):
        return "took too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode("ascii").lower()
