"""What caches in front of the blog may keep, and for how long, where they are told of changes.

Browsers ask each time (``Cache-Control: public, no-cache``). A cache that is told of changes
reads another header (RFC 9213), and may answer by itself until then.
"""

from typing import TYPE_CHECKING

from blogapp.caching.watching import Watch
from blogapp.outgoing.purging import Hook

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import StartResponse

# Seconds for which a cache keeps an answer that it is never told to let go of; and for which it
# may go on to send it, while it asks anew, and while the blog does not answer (RFC 5861).
MAX_AGE = 600
WHILE_ASKING = 60
WHILE_DOWN = 86_400
# What is sent takes a while to arrive: seconds by which a cache should be early at a moment.
_EARLY = 1.0


class Entrusting:
    """Adds to kept answers what a ``hook``'s caches read of them."""

    def __init__(self, hook: Hook, watch: Watch) -> None:
        self._name, self._watch = hook.control_header, watch

    def telling(self, token: str, start: "StartResponse") -> "StartResponse":
        """Return ``start`` with the header for an answer of this version; none where it is over."""
        control = control_until(self._watch.seconds_left(token))
        if not control:
            return start

        def start_told(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> "Callable[[bytes], object]":
            # A 304 renews what a cache holds, and says the same (RFC 9111, 3.2).
            if status.startswith(("200", "304")):
                headers.append((self._name, control))
            return start(status, headers)

        return start_told


def control_until(left: float) -> str:
    """Return what a cache may do with an answer that is right for so many seconds; may be empty.

    No cache that can reach the blog has it after that, fresh or stale.

    >>> control_until(1e9)
    'max-age=600, stale-while-revalidate=60, stale-if-error=86400'
    >>> control_until(30), control_until(1.5)
    ('max-age=29, stale-if-error=86400', '')
    """
    seconds = int(min(left - _EARLY, MAX_AGE + WHILE_ASKING))
    if seconds <= 0:
        return ""
    fresh = min(seconds, MAX_AGE)
    asking = f"stale-while-revalidate={seconds - fresh}, " if seconds > fresh else ""
    return f"max-age={fresh}, {asking}stale-if-error={WHILE_DOWN}"
