"""Origins that a page may load from (CSP level 3, 2.3.1), and addresses that may be linked to."""

import re
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"https://(\*\.)?(({_LABEL}\.)+{_LABEL})(:[0-9]{{1,5}})?")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\\]")
_SCHEMES = {"https", "http", "mailto"}
LONGEST_ADDRESS = 2000


class BadOrigin(ValueError):
    """The text is no origin that can be allowed; the message says why."""


def parse_origin(text: str) -> str:
    """Return ``https://host[:port]`` in small letters; ``*.`` may stand before the host.

    >>> parse_origin("https://CDN.Example.com/"), parse_origin("https://*.example.com:8443")
    ('https://cdn.example.com', 'https://*.example.com:8443')

    Raises `BadOrigin`.
    """
    origin = _in_ascii(text.strip().removesuffix("/"))
    found = _ORIGIN.fullmatch(origin)
    if not found:
        raise BadOrigin("is not like https://cdn.example.com")
    wildcard, host, _, port = found.groups()
    if host.rpartition(".")[2].isdigit():
        raise BadOrigin("is a number; name a host")
    if wildcard and host.count(".") < 1:
        raise BadOrigin("would allow a whole top-level domain")
    if port and not 1 <= int(port[1:]) <= 65535:
        raise BadOrigin("has no such port")
    return origin


def origin_of(address: str) -> str:
    """Return the origin of an address on the web; empty when it has none.

    >>> origin_of("https://Example.com:443/a"), origin_of("/a")
    ('https://example.com', '')
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if not parts.scheme or not parts.hostname:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}{f':{port}' if port and port != usual else ''}"


def covers(allowed: str, origin: str) -> bool:
    """Return whether an allowed origin, perhaps with ``*.``, lets ``origin`` in.

    >>> covers("https://*.example.com", "https://a.example.com")
    True
    >>> covers("https://*.example.com", "https://example.com")
    False
    """
    if "*." not in allowed:
        return allowed == origin
    scheme, _, domain = allowed.partition("*.")
    host = origin.removeprefix(scheme)
    return host != origin and host.endswith(f".{domain}")


def is_linkable(address: str) -> bool:
    """Return whether a link may lead there: a path of this blog, the web, or a mailbox.

    Browsers drop tabs and newlines in addresses and read ``\\`` as ``/`` (WHATWG URL, 4.4),
    so what holds one is refused.

    >>> is_linkable("/tags"), is_linkable("https://example.com"), is_linkable("mailto:a@b.c")
    (True, True, True)
    >>> is_linkable("javascript:f()"), is_linkable("//example.com"), is_linkable("tags")
    (False, False, False)
    """
    if not address or len(address) > LONGEST_ADDRESS or _UNSEEN.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in _SCHEMES and bool(parts.hostname) and not parts.username


def _in_ascii(origin: str) -> str:
    """The host in the letters that requests carry (IDNA)."""
    scheme, mark, rest = origin.partition("://")
    wildcard = "*." if rest.startswith("*.") else ""
    try:
        host = rest.removeprefix("*.").encode("idna").decode()
    except UnicodeError as error:
        raise BadOrigin("is not like https://cdn.example.com") from error
    return f"{scheme}{mark}{wildcard}{host}".lower()
