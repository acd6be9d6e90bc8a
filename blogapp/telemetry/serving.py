"""The log of a process that serves: two streams, and loggers that write to them."""

import atexit
import logging
import sys

from blogapp.telemetry.lines import Lines, Scrubber
from blogapp.telemetry.writing import Handler, Writer


class ServingLog:
    """Requests go to the standard output, all else to the standard error stream."""

    def __init__(self, style: str) -> None:
        self.scrubber = Scrubber()
        self.lines = Lines(style, self.scrubber)
        self.requests, self.events = Writer(sys.stdout), Writer(sys.stderr)
        self.handler = Handler(self.events, self.lines)
        # Whoever ends by itself has written its last words; workers inherit this.
        atexit.register(self.flush)

    def take(self, logger: logging.Logger) -> None:
        """Have what this logger is told written here, and nowhere else on a console."""
        for handler in list(logger.handlers):
            if type(handler) is logging.StreamHandler:
                logger.removeHandler(handler)
        if self.handler not in logger.handlers:
            logger.addHandler(self.handler)

    def flush(self) -> None:
        """Wait a moment until all is written."""
        self.requests.flush()
        self.events.flush()


class _Opened:
    log: ServingLog | None = None


def open_log(style: str) -> ServingLog:
    """Return this process's log; begins it, with all loggers', when asked first."""
    if _Opened.log is None:
        _Opened.log = ServingLog(style)
        _Opened.log.take(logging.getLogger())
    return _Opened.log
