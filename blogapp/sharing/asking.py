"""Asking Redis, and asking no more for a while when it gives no answer."""

import logging
import os
import threading
from collections.abc import Sequence
from hashlib import sha1
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakSet

from blogapp.sharing.addresses import without_prefix
from blogapp.sharing.errors import Away, NoScript
from blogapp.telemetry.metrics import count, level

if TYPE_CHECKING:
    from blogapp.sharing.lines import Line, Reply

# Seconds that a question may take. Redis answers within one thousandth.
PATIENCE = 0.1
# Seconds that the first one who asks waits for a connection. Later ones wait for none.
ARRIVAL = 0.2
# Seconds in which nobody asks a Redis that gave no answer.
PAUSE = 1.0

_log = logging.getLogger(__name__)


class Shared:
    """What the workers of a blog share by the Redis at ``url``; without one it is always away.

    ``blog`` tells its keys from those of other blogs there, whose versions are not its own.
    Threads ask one after another, by one connection for each process.
    """

    def __init__(self, url: str = "", *, blog: str = "") -> None:
        self.is_set = bool(url)
        self.url = self.prefix = ""
        if url:
            # Here and now: a blog without Redis starts without its client, and nobody waits for it.
            import blogapp.sharing.lines  # noqa: F401

            self.url, prefix = without_prefix(url)
            self.prefix = f"{prefix}:{blog}" if blog else prefix
        # Why Redis is away; None while it answers.
        self.away: str | None = None
        self._pause = 0.0
        self._turn = threading.Lock()
        self._line: Line | None = None
        self._arrival: _Arrival | None = None
        _all.add(self)

    def key(self, name: str) -> str:
        """Return the key that ``name`` has in this blog."""
        return f"{self.prefix}:{name}"

    def ask(self, *command: str | bytes | int) -> "Reply":
        """Return what Redis answers to ``command``; raises `Away`, and at once while it is."""
        return self._ask(*command)

    def run(self, script: str, keys: Sequence[str], values: Sequence[str | int] = ()) -> "Reply":
        """Return what the Lua ``script`` returns, for keys and values; raises `Away`."""
        given = (len(keys), *keys, *values)
        # The name that Redis has for a script, not a secret.
        name = sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            return self._ask("EVALSHA", name, *given)
        except NoScript:
            return self._ask("EVAL", script, *given)

    def publish(self, channel: str) -> None:
        """Wake whoever listens on ``channel``, in any process. Nobody hears while Redis is away."""
        try:
            self.ask("PUBLISH", self.key(channel), "")
        except Away:
            return

    def check(self) -> str | None:
        """Ask Redis whether it is there; return why it is not, or None."""
        try:
            self.ask("PING")
        except Away as error:
            return str(error)
        return None

    def fail(self, error: Away) -> Away:
        """Return ``error``, which an answer of no use was, and leave Redis alone for a while."""
        self._pause = monotonic() + PAUSE
        count("engine_failures_total", engine="redis")
        line, self._line = self._line, None
        if line:
            line.hang_up()
        if self.away is None:
            self.away = str(error)
            _log.warning("Redis is away, and the database does its work: %s", error)
            level("engine_resting", 1, engine="redis")
        return error

    def hang_up(self) -> None:
        """Close the connection; the next question opens another."""
        if self._turn.acquire(timeout=ARRIVAL):
            try:
                line, self._line = self._line, None
                if line:
                    line.hang_up()
            finally:
                self._turn.release()

    def _begin_anew(self) -> None:
        self._turn, self._line, self._arrival = threading.Lock(), None, None

    def _ask(self, *command: str | bytes | int) -> "Reply":
        self._see_that_it_may_be_asked()
        if not self._turn.acquire(timeout=PATIENCE):
            raise Away("others are asking it")
        try:
            self._see_that_it_may_be_asked()
            return self._ready().ask(*command, patience=PATIENCE)
        except Away as error:
            raise self.fail(error) from error
        finally:
            self._turn.release()

    def _see_that_it_may_be_asked(self) -> None:
        if not self.is_set:
            raise Away("there is none")
        if monotonic() < self._pause:
            raise Away(self.away or "it gave no answer")

    def _ready(self) -> "Line":
        """Return a line that stands. A server that went is come to without anybody waiting."""
        if self._line and self._line.is_clean:
            return self._line
        self._line = None
        if not self._arrival:
            self._arrival = _Arrival(self.url)
            self._arrival.start()
        arrival = self._arrival
        arrival.join(ARRIVAL if self.away is None else 0)
        if arrival.is_alive():
            raise Away("no connection within a moment")
        self._arrival = None
        if not arrival.line:
            raise arrival.error
        self._line = arrival.line
        if self.away is not None:
            _log.warning("Redis answers again")
            self.away = None
            level("engine_resting", 0, engine="redis")
        return self._line


class _Arrival(threading.Thread):
    """A connection being made: the lookup of a name may take as long as it likes."""

    def __init__(self, url: str) -> None:
        super().__init__(name="redis", daemon=True)
        self.url = url
        self.line: Line | None = None
        self.error = Away("no connection")

    def run(self) -> None:
        from blogapp.sharing.lines import Line

        try:
            line = Line(self.url)
            # One that is slow from the start is of no use either.
            line.ask("PING", patience=PATIENCE)
            self.line = line
        except Away as error:
            self.error = error


# A connection that two processes share gives each the answers of the other.

_all: WeakSet[Shared] = WeakSet()


def _begin_anew() -> None:
    for shared in list(_all):
        shared._begin_anew()


os.register_at_fork(after_in_child=_begin_anew)
