"""What a client says it has, or means: the conditions of a request (RFC 9110, 13)."""

import re
from typing import TYPE_CHECKING

from werkzeug.http import parse_date

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# RFC 9110, 8.8.3: what stands in an entity tag, weak or strong.
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def is_known(if_none_match: str, etag: str) -> bool:
    """Return whether a client has what ``etag`` names: the weak comparison (RFC 9110, 13.1.2).

    >>> is_known('W/"a", "b"', '"a"'), is_known("*", '"a"'), is_known('"a-gzip"', '"a"')
    (True, True, False)
    """
    if if_none_match.strip() == "*":
        return True
    return any(tag == etag[1:-1] for _weak, tag in _TAG.findall(if_none_match))


def is_meant(if_match: str, etag: str) -> bool:
    """Return whether a client means what ``etag`` names: the strong comparison (13.1.1)."""
    if if_match.strip() == "*":
        return True
    return any(tag == etag[1:-1] and not weak for weak, tag in _TAG.findall(if_match))


def is_refused(environ: "WSGIEnvironment", etag: str, last_modified: str = "") -> bool:
    """Return whether a client wants an answer only if it were another one (13.1.1, 13.1.4)."""
    if (if_match := environ.get("HTTP_IF_MATCH")) is not None:
        return not is_meant(if_match, etag)
    if (since := parse_date(environ.get("HTTP_IF_UNMODIFIED_SINCE"))) is None:
        return False
    changed = parse_date(last_modified)
    return changed is not None and changed > since


def refuse(start: "StartResponse") -> tuple[bytes, ...]:
    """Answer that a condition does not hold.

    Kept by nobody: a cache that has it would find its tag to be the present one, and show it.
    """
    start("412 Precondition Failed", [("Content-Length", "0"), ("Cache-Control", "no-store")])
    return ()
