"""Renewing kept answers in the background, while readers get those of a moment ago."""

import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import monotonic

# Readers ask all the while, of the same processor. Where few pages are to be made, there is time:
# after each it is theirs for so many times what that took, and so many seconds at most.
_FEW = 16
_REST = 1.0
_LONGEST_REST = 0.02

_log = logging.getLogger(__name__)


class Renewer:
    """One thread a process, started when it is first needed; ``renew`` makes one key anew."""

    def __init__(self, renew: Callable[[str], object]) -> None:
        self._renew = renew
        self._process = 0
        self._lock = threading.Lock()
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._waiting: set[str] = set()

    def ask(self, key: str) -> None:
        """Let ``key`` be made anew soon, and once however many ask."""
        if key in self._waiting and self._process == os.getpid():
            return
        with self._lock:
            if self._process != os.getpid():
                # A fork takes no thread along.
                self._process, self._queue, self._waiting = os.getpid(), SimpleQueue(), set()
                threading.Thread(target=self._work, name="renewing", daemon=True).start()
            if key not in self._waiting:
                self._waiting.add(key)
                self._queue.put(key)

    def _work(self) -> None:
        while True:
            key, begun = self._queue.get(), monotonic()
            try:
                self._renew(key)
            except Exception:
                # Who asks next meets the same, and says so to the reader.
                _log.exception("%s could not be made anew", key)
            finally:
                self._waiting.discard(key)
            if self._queue.qsize() < _FEW:
                threading.Event().wait(min(_REST * (monotonic() - begun), _LONGEST_REST))
