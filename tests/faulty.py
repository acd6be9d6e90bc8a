"""A proxy that lies: it stands between the blog and an engine, and does as it is told.

    with Faulty("127.0.0.1", 5432) as faulty:   # or Faulty("/run/redis.sock")
        …                                       # reach the engine at faulty.host, faulty.port
        faulty.mode = "hang"

A mode holds from the moment it is set, for what is connected already as for what comes:

- `pass`     hands everything on, also what was held back before
- `refuse`   refuses who comes, as a port does that nobody listens on, and resets who is there
- `reset`    lets in, and resets as soon as something is said
- `hang`     lets in, listens, and says nothing
- `half`     hands on the first half of an answer, and hangs up
- `slow`     hands everything on after `delay` seconds, each way
- `rubbish`  answers what no engine says, and hangs up
"""

import random
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

MODES = ("pass", "refuse", "reset", "hang", "half", "slow", "rubbish")
DELAY = 0.2
_PIECE = 65536
# Lingering for no time at all is what makes closing a reset.
_AT_ONCE = struct.pack("ii", 1, 0)


class Faulty:
    """The proxy before ``upstream_host``, a name or the path of a socket; threads, TCP.

    `connections` counts who came. `sever()` resets who is there and goes on in the same mode.
    """

    def __init__(self, upstream_host: str, port: int = 0, *, delay: float = DELAY) -> None:
        self.upstream = (upstream_host, port)
        self.delay = delay
        self.connections = 0
        self._mode = "pass"
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._is_over = False
        self._random = random.Random(0)
        # Holds the port while nobody listens on it: two may be bound to it, one of them listens.
        self._keeper = _bound(0)
        self.host, self.port = self._keeper.getsockname()
        self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        assert mode in MODES, mode
        with self._changed:
            was, self._mode = self._mode, mode
            self._changed.notify_all()
        if mode == "refuse" and was != "refuse":
            self._stop_listening()
            self.sever()
        elif was == "refuse" and mode != "refuse":
            self._listen()

    def sever(self) -> None:
        """Reset every connection there is."""
        self._reset(*self._open)

    def close(self) -> None:
        """Stop, and reset who is there."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._stop_listening()
        self.sever()
        self._keeper.close()

    def _listen(self) -> None:
        self._listener = _bound(self.port)
        self._listener.listen(128)
        threading.Thread(target=self._let_in, args=(self._listener,), daemon=True).start()

    def _stop_listening(self) -> None:
        # Whoever is waiting to accept notices this, and not that it was closed.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _let_in(self, listener: socket.socket) -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(end)
            threading.Thread(target=self._stand_between, args=(end,), daemon=True).start()

    def _stand_between(self, end: socket.socket) -> None:
        try:
            upstream = self._reach()
        except OSError:
            self._let_go(end)
            return
        self._open.add(upstream)
        for source, target, is_answer in ((end, upstream, False), (upstream, end, True)):
            arguments = (source, target, is_answer)
            threading.Thread(target=self._pump, args=arguments, daemon=True).start()

    def _reach(self) -> socket.socket:
        host, port = self.upstream
        if host.startswith("/"):
            unix = socket.socket(socket.AF_UNIX)
            unix.connect(host)
            return unix
        return socket.create_connection((host, port))

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if not self._hand_on(piece, source, target, is_answer):
                    break
        self._let_go(target)
        self._let_go(source)

    def _hand_on(
        self, piece: bytes, source: socket.socket, target: socket.socket, is_answer: bool
    ) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._mode != "hang" or self._is_over)
            mode = self._mode
        if mode == "reset":
            self._reset(target if is_answer else source)
            return False
        if mode == "rubbish" and not is_answer:
            source.sendall(self._random.randbytes(200))
            return False
        if mode == "half" and is_answer:
            target.sendall(piece[: len(piece) // 2])
            return False
        if mode == "slow":
            with self._changed:
                self._changed.wait_for(lambda: self._is_over, self.delay)
        target.sendall(piece)
        return True

    def _let_go(self, end: socket.socket) -> None:
        if self._take(end):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _reset(self, *ends: socket.socket) -> None:
        # First all of them: whoever reads from one would hang up on the other politely.
        for end in [end for end in ends if self._take(end)]:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                # Closing alone wakes nobody who is reading from it.
                end.shutdown(socket.SHUT_RD)
            end.close()

    def _take(self, end: socket.socket) -> bool:
        """Whether this was still there: it is let go of once."""
        with self._changed:
            was_there = end in self._open
            self._open.discard(end)
        return was_there


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound
