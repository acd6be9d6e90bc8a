"""Content codings: which one a client wants, and making it (RFC 9110, 8.4 and 12.5.3)."""

import re
import zlib
from functools import lru_cache

import brotli

IDENTITY, GZIP, BROTLI = "", "gzip", "br"
# Of codings that are as welcome, the smallest; what nobody mentions comes last.
_PREFERENCE = (BROTLI, GZIP, IDENTITY)
_NAMES = {"br": BROTLI, "gzip": GZIP, "x-gzip": GZIP, "identity": IDENTITY}
# RFC 9110, 12.4.2: a number of at most three decimals.
_WEIGHT = re.compile(r"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
# Where more is gained than the headers of a coding cost, in bytes.
LEAST = 500
# Brotli's quality where a reader waits: smaller than gzip's best, in half of its time.
_QUALITY = 5
_LEVEL = 6
# Longer headers are nobody's: they are read, and not remembered.
_LONGEST = 200
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
    if not accepted:
        return IDENTITY
    return _remembered(accepted) if len(accepted) <= _LONGEST else _chosen(accepted)


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


def _chosen(accepted: str) -> str:
    weights: dict[str, float] = {}
    others: float | None = None
    for part in accepted.split(","):
        name, _, rest = part.partition(";")
        name, weight = name.strip().lower(), _weight(rest)
        if weight is None:
            continue
        if name == "*":
            others = weight
        elif name in _NAMES:
            weights.setdefault(_NAMES[name], weight)
    if others is not None:
        for coding in _PREFERENCE:
            weights.setdefault(coding, others)
    wanted = [coding for coding in _PREFERENCE if weights.get(coding, 0) > 0]
    # The first of equals is the largest: `max` keeps it.
    return max(wanted, key=weights.__getitem__, default=IDENTITY)


_remembered = lru_cache(maxsize=256)(_chosen)


def _weight(parameters: str) -> float | None:
    """Read ``q=0.5``; None of what is no weight, whose coding then counts for nothing."""
    if not parameters.strip():
        return 1.0
    match = _WEIGHT.fullmatch(parameters.strip())
    return float(match[1]) if match else None
