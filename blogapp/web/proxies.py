"""Standing behind proxies and under a path: what the outside calls us."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Flask, Request

from blogapp.config import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# How many proxies stand in front, or which networks they are in.
Trusted = int | tuple[Network, ...]


def init_app(app: Flask) -> None:
    app.wsgi_app = OutsideView(  # type: ignore[assignment, method-assign]
        app.wsgi_app, scheme=app.config["PUBLIC_URL"].split(":")[0], base=app.config["BASE_PATH"]
    )


class OutsideView:
    """Middleware: the request as the public URL has it.

    The base path is taken off whether or not a proxy left it on, and the scheme
    is the setting's, so no forwarded header has to be believed for either.
    """

    def __init__(self, wsgi: "WSGIApplication", *, scheme: str, base: str) -> None:
        self.wsgi, self.scheme, self.base = wsgi, scheme, base

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = self.scheme
        if "HTTP_HOST" in environ:
            # RFC 3986, 3.2.2: it is the same in any letters.
            environ["HTTP_HOST"] = environ["HTTP_HOST"].lower()
        elif environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            # RFC 9112, 3.2: it is to be refused, and so is this name.
            environ["HTTP_HOST"] = "."
        if self.base:
            path = environ.get("PATH_INFO", "")
            if path == self.base or path.startswith(f"{self.base}/"):
                environ["PATH_INFO"] = path[len(self.base) :] or "/"
            environ["SCRIPT_NAME"] = self.base
        return self.wsgi(environ, start)


def client_address(request: Request, trusted: Trusted) -> str:
    """Return the IP address a request came from, seen through trusted proxies.

    ``trusted`` is their number or their networks. Addresses that a client wrote
    into X-Forwarded-For itself stand left of the trusted ones and are not read.
    """
    return address_of(request.environ, trusted)


def address_of(environ: "WSGIEnvironment", trusted: Trusted) -> str:
    """As `client_address`, of a request that nobody has looked at yet."""
    seen = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    chain: list[str] = [*filter(None, seen), environ.get("REMOTE_ADDR") or ""]
    if isinstance(trusted, int):
        return chain[max(-1 - trusted, -len(chain))]
    while len(chain) > 1 and _is_within(chain[-1], trusted):
        chain.pop()
    return chain[-1]


def is_from_proxy(environ: "WSGIEnvironment", trusted: Trusted) -> bool:
    """Return whether a trusted proxy handed this request on."""
    if isinstance(trusted, int):
        return trusted > 0
    return _is_within(environ.get("REMOTE_ADDR") or "", trusted)


def _is_within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
