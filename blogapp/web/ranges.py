"""Which parts of a file are sent by themselves."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ONE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.IGNORECASE | re.ASCII)


def with_plain_range(environ: "WSGIEnvironment", length: int) -> "WSGIEnvironment":
    """Return the request with a Range that asks for one part of ``length`` bytes, or without one.

    Several parts, other units and nonsense are answered by the whole, and so is what asks for
    no content (RFC 9110, 14.2) or has the rest by a weak tag alone (13.1.5).
    """
    if "HTTP_RANGE" not in environ:
        return environ
    is_plain = environ["REQUEST_METHOD"] == "GET"
    is_sure = not environ.get("HTTP_IF_RANGE", "").lstrip().startswith("W/")
    asked = _asked(environ["HTTP_RANGE"], length) if is_plain and is_sure else ""
    others = {name: value for name, value in environ.items() if name != "HTTP_RANGE"}
    return {**others, "HTTP_RANGE": asked} if asked else others


def _asked(header: str, length: int) -> str:
    found = _ONE.fullmatch(header.strip())
    if not found:
        return ""
    first, last, from_end = found.groups()
    if from_end:
        # The end of a file may be all of it.
        return f"bytes=-{from_end}" if int(from_end) < length else "bytes=0-"
    # Backwards is nonsense, not unsatisfiable (RFC 9110, 14.1.1).
    return f"bytes={first}-{last}" if not last or int(first) <= int(last) else ""
