"""Hearing what another process publishes."""

import threading
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from blogapp.sharing.asking import PAUSE, Shared
from blogapp.sharing.errors import Away

if TYPE_CHECKING:
    from blogapp.sharing.lines import Line

# Seconds after which a listener looks whether it is to end.
_LOOK = 0.25


class Listener(threading.Thread):
    """Listens on one channel while it is entered; without Redis it hears this process alone."""

    def __init__(self, shared: Shared, channel: str) -> None:
        super().__init__(name=f"redis {channel}", daemon=True)
        self.shared, self.channel = shared, shared.key(channel)
        self._rung, self._ended = threading.Event(), threading.Event()

    def __enter__(self) -> Self:
        if self.shared.is_set:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self.wake()
        if self.is_alive():
            self.join(2 * PAUSE)

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds`` at most; return whether somebody published since the last time."""
        is_rung = self._rung.wait(seconds)
        self._rung.clear()
        return is_rung

    def wake(self) -> None:
        """Let `wait` return: something was published in this process."""
        self._rung.set()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except Away:
                self._ended.wait(PAUSE)

    def _listen(self) -> None:
        from blogapp.sharing.lines import Line

        line = Line(self.shared.url)
        try:
            line.ask("SUBSCRIBE", self.channel, patience=PAUSE)
            # What was published before is looked for, too.
            self.wake()
            self._hear(line)
        finally:
            line.hang_up()

    def _hear(self, line: "Line") -> None:
        asked = monotonic()
        while not self._ended.is_set():
            if line.hear(_LOOK) is not None:
                self.wake()
            elif monotonic() > asked + 30:
                # A server that is gone says nothing either.
                line.ask("PING", patience=PAUSE)
                asked = monotonic()
