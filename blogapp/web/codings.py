"""Which content codings a client wants (RFC 9110, 12.5.3)."""

import re
from functools import lru_cache

IDENTITY, GZIP, BROTLI = "", "gzip", "br"
# Of codings that are as welcome, the smallest; what nobody mentions comes last.
_PREFERENCE = (BROTLI, GZIP, IDENTITY)
_NAMES = {"br": BROTLI, "gzip": GZIP, "x-gzip": GZIP, "identity": IDENTITY}
# RFC 9110, 12.4.2: a number of at most three decimals.
_WEIGHT = re.compile(r"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
# Longer headers are nobody's: they are read, and not remembered.
_LONGEST = 200


def read_accepted(header: str) -> tuple[str, ...]:
    """Return the codings that an ``Accept-Encoding`` prefers to none at all, best first.

    >>> read_accepted("gzip, deflate, br"), read_accepted("gzip;q=1, br;q=0.5")
    (('br', 'gzip'), ('gzip', 'br'))
    >>> read_accepted("*;q=0, gzip"), read_accepted("br;q=0, gzip;q=0.0"), read_accepted("br;q=x")
    (('gzip',), (), ())
    >>> read_accepted("identity;q=1, gzip;q=0.5"), read_accepted("identity, gzip")
    ((), ('gzip',))
    """
    return _remembered(header) if len(header) <= _LONGEST else _read(header)


def _read(accepted: str) -> tuple[str, ...]:
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
    # Sorting keeps our order among equals.
    wanted.sort(key=weights.__getitem__, reverse=True)
    return tuple(wanted[: wanted.index(IDENTITY)] if IDENTITY in wanted else wanted)


_remembered = lru_cache(maxsize=256)(_read)


def _weight(parameters: str) -> float | None:
    """Read ``q=0.5``; None of what is no weight, whose coding then counts for nothing."""
    if not parameters.strip():
        return 1.0
    match = _WEIGHT.fullmatch(parameters.strip())
    return float(match[1]) if match else None
