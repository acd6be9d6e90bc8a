"""Whoever does not answer is left alone for a while, so that nobody waits for it in vain."""

import threading
from time import monotonic

PAUSE = 3.0  # seconds


class Breaker:
    """Says who may ask: all, or after a failure nobody, and then one to see how it is."""

    def __init__(self, pause: float = PAUSE) -> None:
        self.pause = pause
        self.reason = ""
        self._until = 0.0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the last who asked got no answer."""
        return bool(self._until)

    def may_ask(self) -> bool:
        """Whether to ask now; of many who could after a pause, one at a time may."""
        if not self._until:
            return True
        with self._lock:
            if self._until > monotonic():
                return False
            # Whoever asks now is waited for as long as after a failure.
            self._until = monotonic() + self.pause
            return True

    def note_success(self) -> None:
        self._until, self.reason = 0.0, ""

    def note_failure(self, reason: str) -> bool:
        """Let nobody ask for a while; return whether all could until now."""
        with self._lock:
            was_closed, self.reason = not self._until, reason
            self._until = monotonic() + self.pause
        return was_closed
