"""Content codings: which one a client wants, and making it (RFC 9110, 8.4 and 12.5.3)."""

import zlib

import brotli

from blogapp.web.codings import BROTLI, GZIP, IDENTITY, read_accepted

# Where more is gained than the headers of a coding cost, in bytes.
LEAST = 500
# Brotli's quality where a reader waits: smaller than gzip's best, in half of its time.
_QUALITY = 5
_LEVEL = 6
_GZIP_WINDOW = 16 + zlib.MAX_WBITS

_TEXTS = frozenset(
    {
        "application/atom+xml",
        "application/feed+json",
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "application/opensearchdescription+xml",
        "application/rss+xml",
        "application/x-suggestions+json",
        "application/xml",
        "image/svg+xml",
    }
)


def choose(accepted: str | None) -> str:
    """Return the coding for a request with this ``Accept-Encoding``; empty is none at all.

    Where nothing that we have is welcome, none is the answer: a client that can read nothing
    else is better served with a page than with an error (RFC 9110, 12.4.1).

    >>> choose("gzip, deflate, br"), choose("gzip;q=1, br;q=0.5"), choose("br;q=0")
    ('br', 'gzip', '')
    >>> choose(None), choose("*"), choose("*, br;q=0"), choose("identity;q=0")
    ('', 'br', 'gzip', '')
    """
    found = read_accepted(accepted) if accepted else ()
    return found[0] if found else IDENTITY


def is_text(content_type: str) -> bool:
    """Return whether something of this media type gets smaller."""
    name = content_type.partition(";")[0].strip().lower()
    return name.startswith("text/") or name in _TEXTS


def compress(body: bytes, coding: str) -> bytes:
    """Return ``body`` in this coding, as quickly as one does for a reader who waits."""
    if coding == BROTLI:
        smaller: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_QUALITY)
        return smaller
    if coding == GZIP:
        # No time is written into it: the same text is the same bytes, and one ETag tells.
        return zlib.compress(body, level=_LEVEL, wbits=_GZIP_WINDOW)
    return body
