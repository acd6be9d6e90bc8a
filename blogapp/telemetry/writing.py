"""Handing lines to a stream without ever waiting for it.

A pipe that nobody reads, a full disk and a closed terminal stop whoever writes to them. Here that
is a thread that does nothing else: past a bound lines are dropped and counted.
"""

import logging
import os
import select
import threading
from collections import deque
from time import monotonic, sleep
from typing import IO

from blogapp.telemetry.lines import Lines
from blogapp.telemetry.metrics import count

MOST = 20_000
# What comes within so many seconds is written at once.
_GATHER = 0.02
# So much is written whole to a pipe, whoever else writes to it (POSIX, PIPE_BUF).
_WHOLE = 4096
_AGAIN = 0.5


class Writer:
    """A stream, and the lines on their way to it; ``lost`` counts what it did not take.

    Each process that writes has a thread of its own: a fork takes none along.
    """

    def __init__(self, stream: IO[str] | None, most: int = MOST) -> None:
        # A number of our own: should the stream be closed and its number be a database's next,
        # nothing is written there.
        self._file = _own_number(stream)
        self._most = most
        self.lost = 0
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)

    def put(self, line: str) -> None:
        """Have ``line`` written soon."""
        if self._file < 0:
            return
        if len(self._lines) >= self._most:
            self._lose(1)
            return
        self._lines.append(line)
        if not self._awake.is_set():
            self._wake()

    def flush(self, patience: float = 1.0) -> None:
        """Wait until all is written, for so many seconds at most."""
        until = monotonic() + patience
        while (self._lines or self._is_writing) and monotonic() < until:
            self._wake()
            sleep(0.005)

    def _begin_anew(self) -> None:
        self._lines: deque[str] = deque()
        self._awake = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_writing = False
        self.lost = 0

    def _wake(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                    self._thread.start()
        self._awake.set()

    def _run(self) -> None:
        told = 0
        while True:
            self._awake.wait()
            sleep(_GATHER)
            self._awake.clear()
            self._is_writing = True
            while self._lines:
                batch = self._next()
                if not self._write(batch):
                    self._lose(len(batch))
            if self.lost > told:
                told, lost = self.lost, self.lost - told
                self._write([f"{lost} lines of the log were lost: nobody took them in time"])
            self._is_writing = False

    def _next(self) -> list[str]:
        """Return lines that are written whole, or one that is too long for it."""
        batch, size = [self._lines.popleft()], 0
        while self._lines:
            size += len(batch[-1].encode("utf-8", "replace")) + 1
            if size + 4 * len(self._lines[0]) + 1 > _WHOLE:
                break
            batch.append(self._lines.popleft())
        return batch

    def _write(self, batch: list[str]) -> bool:
        """Return whether all of it was taken."""
        rest = memoryview("".join(f"{line}\n" for line in batch).encode("utf-8", "replace"))
        while rest:
            try:
                rest = rest[os.write(self._file, rest) :]
            except BlockingIOError:  # somebody else's flag on a stream that we share
                select.select((), (self._file,), (), _AGAIN)
            except OSError:
                # Closed, or full: what is to be written next may fit again.
                sleep(_GATHER)
                return False
        return True

    def _lose(self, lines: int) -> None:
        self.lost += lines
        count("log_lines_dropped_total", lines)


class Handler(logging.Handler):
    """Hands what loggers say to a `Writer`."""

    def __init__(self, writer: Writer, lines: Lines) -> None:
        super().__init__()
        self.writer = writer
        self.setFormatter(lines)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.writer.put(self.format(record))
        except Exception:
            # There is nobody left to tell.
            self.writer.lost += 1


def _own_number(stream: IO[str] | None) -> int:
    try:
        return os.dup(stream.fileno()) if stream else -1
    except (OSError, ValueError):
        return -1
