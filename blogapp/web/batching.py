"""Writing what requests have noted in memory, some seconds of it at once, in a thread aside."""

import atexit
import logging
import os
import threading

from flask import Flask

# Seconds of notes that are written at once.
PAUSE = 5.0

_log = logging.getLogger(__name__)


class Batch:
    """What one process has noted and not written yet; ``what`` it is, for the log.

    A subclass notes under ``_lock``, calls `tell`, and writes in `flush`.
    """

    what = ""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._has_some = threading.Event()
        self._process = 0

    def flush(self) -> None:
        """Write what is noted; what cannot be written is kept for the next time, and raises."""
        raise NotImplementedError

    def tell(self) -> None:
        """Have what was noted written soon; never waits."""
        if not self.app.testing:
            self._has_some.set()
            self._start()

    def _start(self) -> None:
        """Start the thread, once in each process: a fork takes none along."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        self._writing = threading.Lock()
        threading.Thread(target=self._run, name="batch", daemon=True).start()
        atexit.register(self._flush_at_last)

    def _run(self) -> None:
        is_told = False
        while True:
            self._has_some.wait()
            threading.Event().wait(PAUSE)
            self._has_some.clear()
            try:
                self.flush()
                is_told = False
            except Exception as error:
                if not is_told:
                    _log.warning("%s: not written (%s)", self.what, error)
                is_told = True
                self._has_some.set()

    def _flush_at_last(self) -> None:
        try:
            self.flush()
        except Exception as error:
            _log.warning("%s: lost (%s)", self.what, error)
