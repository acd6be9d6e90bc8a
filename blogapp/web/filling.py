"""The thread that fills the folder of files that are ready to send, in one process of all."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from blogapp.web.compressing import Shelf
from blogapp.web.naming import Asset

# Seconds after which it is looked again for what is missing, and where that failed.
_PAUSE, _LONG_PAUSE = 2.0, 60.0

_log = logging.getLogger(__name__)


class Filling:
    """Fills a shelf with all that ``assets`` gives, when something is found missing there."""

    def __init__(self, shelf: Shelf, assets: Callable[[], list[Asset]]) -> None:
        self.shelf, self.assets = shelf, assets
        self.is_said = False
        self._process = 0
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, unless it is being done in this process or was tried just now."""
        with self._lock:
            # A fork takes no thread along.
            is_here = self._process == os.getpid()
            if is_here and self._thread and self._thread.is_alive():
                return
            if is_here and monotonic() < self._not_before:
                return
            self._process, self._not_before = os.getpid(), monotonic() + _PAUSE
            self._thread = threading.Thread(target=self._give_way, name="files", daemon=True)
            self._thread.start()

    def run(self) -> None:
        """Fill the shelf, unless another process does; say once where it cannot be."""
        try:
            with _only_one(self.shelf.folder) as is_chosen:
                if is_chosen:
                    assets = self.assets()
                    self.shelf.fill(assets)
                    self.shelf.tidy(assets)
        except OSError as error:
            self.say(error)

    def _give_way(self) -> None:
        # On Linux a thread has a priority of its own; elsewhere it goes on as it is.
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        self.run()

    def put(self, asset: Asset) -> None:
        """Write one file at once, for other processes to find."""
        try:
            self.shelf.put(asset)
        except OSError as error:
            self.say(error)

    def say(self, error: OSError) -> None:
        """Write down, once, that files are sent without being kept."""
        self._not_before = monotonic() + _LONG_PAUSE
        if not self.is_said:
            self.is_said = True
            _log.warning("%s cannot be filled: %s. It costs bytes alone.", self.shelf.folder, error)


@contextmanager
def _only_one(folder: Path) -> Iterator[bool]:
    """Give whether this process is the one; the lock ends with it, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            try:
                yield True
            finally:
                # A child that was forked meanwhile holds the file, too.
                fcntl.flock(file, fcntl.LOCK_UN)
