"""Addresses of Redis servers, as ``BLOG_REDIS_URL`` has them."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_SCHEMES = {"redis", "rediss", "unix"}
# What may stand behind an address. The rest of what a client takes is ours to choose.
_OPTIONS = {"prefix", "db", "username", "password"}
_TLS_OPTIONS = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname"}
_PREFIX = "blog"


class BadRedisAddress(Exception):
    """An address that leads to no Redis; says why."""


def checked(url: str) -> str:
    """Return ``url`` where it is an address of a Redis; raises `BadRedisAddress`."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in _SCHEMES and parts.port != 0
    except ValueError:  # brackets that do not match, a port past 65535
        is_usable = False
    if not is_usable:
        raise BadRedisAddress("is not like redis://host:6379/0, rediss:// or unix:///path")
    if parts.scheme == "unix" and not parts.path:
        raise BadRedisAddress("names no socket, as unix:///run/redis/redis.sock")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise BadRedisAddress(f"{parts.path!r} is no number of a database, as /0")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = _OPTIONS | _TLS_OPTIONS if parts.scheme == "rediss" else _OPTIONS
    if unknown := sorted(query.keys() - known):
        raise BadRedisAddress(f"{unknown[0]!r} is none of {', '.join(sorted(known))}")
    if not query.get("db", "0").isdigit():
        raise BadRedisAddress(f"{query['db']!r} is no number of a database")
    if not re.fullmatch(r"[\w.:-]{1,40}", query.get("prefix", _PREFIX), re.ASCII):
        raise BadRedisAddress(f"{query['prefix']!r} is no prefix: letters, digits and .:-_ are")
    return url


def without_prefix(url: str) -> tuple[str, str]:
    """Return ``url`` as Redis's client takes it, and the word before each key of this blog."""
    # Not put together by urllib, which leaves out the slashes of unix:///.
    place, _, options = url.partition("?")
    query = dict(parse_qsl(options))
    prefix = query.pop("prefix", _PREFIX)
    return f"{place}?{urlencode(query)}", prefix
