"""Which parts of a file are sent by themselves."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ONE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.IGNORECASE | re.ASCII)


def ignore_odd_range(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """Return the request without a Range that is not one part of bytes.

    Several parts, other units and nonsense are answered by the whole (RFC 9110, 14.2).
    """
    if "HTTP_RANGE" not in environ or _is_one(environ["HTTP_RANGE"]):
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_RANGE"}


def _is_one(header: str) -> bool:
    found = _ONE.fullmatch(header.strip())
    if not found:
        return False
    # Backwards is nonsense, not unsatisfiable (RFC 9110, 14.1.1).
    return not found[2] or int(found[1]) <= int(found[2])
