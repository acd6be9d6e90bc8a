"""What a client would rather have at an address that has both (RFC 9110, 12.5.1)."""

from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

# Longer headers are nobody's: they are read, and not remembered.
_LONGEST = 300


def prefers_markdown(accept: str | None) -> bool:
    """Return whether a client with this ``Accept`` would rather have Markdown than HTML."""
    if not accept:
        return False
    return _remembered(accept) if len(accept) <= _LONGEST else _prefers(accept)


def _prefers(accept: str) -> bool:
    wanted = parse_accept_header(accept, MIMEAccept)
    return wanted.quality("text/markdown") > wanted.quality("text/html")


_remembered = lru_cache(maxsize=256)(_prefers)
