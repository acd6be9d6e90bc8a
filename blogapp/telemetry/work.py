"""What one request takes: noted by whoever does a part of it, told when it has been answered.

A request is worked on by one thread. What is kept and sent again has no `Work`: it costs nothing.
"""

import random
import re
from contextvars import ContextVar
from time import perf_counter

# Where these stand in a WSGI environment.
WORK = "blogapp.work"
ANSWER = "blogapp.answer"
CACHE = "blogapp.cache"
ROUTE = "blogapp.route"

# What proxies make: letters, figures and a few signs, short enough for a line.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+/-]{7,63}")


class Work:
    """What is known of a request that is being worked on; times are in seconds."""

    __slots__ = ("asked_at", "begun", "cache", "id", "queries", "route", "seconds", "user")

    def __init__(self, id: str) -> None:
        self.id = id
        self.begun = perf_counter()
        self.user: int | None = None
        self.route = ""
        self.cache = "pass"
        self.queries = 0
        self.seconds = 0.0
        self.asked_at = 0.0

    def ask(self) -> None:
        """Note that the database is asked now."""
        self.queries += 1
        self.asked_at = perf_counter()

    def answered(self) -> None:
        """Note that it has answered, or failed."""
        if self.asked_at:
            self.seconds += perf_counter() - self.asked_at
            self.asked_at = 0.0


_current: ContextVar[Work | None] = ContextVar("work", default=None)


def begin(id: str) -> Work:
    """Begin a request in this thread, in the place of the one before."""
    work = Work(id)
    _current.set(work)
    return work


def current() -> Work | None:
    """Return what this thread works on, if it is a request."""
    return _current.get()


def end() -> None:
    """Have this thread work on no request."""
    _current.set(None)


def note_cache(state: str) -> None:
    """Note where this request's answer comes from: hit, stale, made, pass, shed or file."""
    if (work := _current.get()) is not None:
        work.cache = state


def new_id() -> str:
    """Return a number for a request that no other has."""
    return f"{random.getrandbits(64):016x}"  # nosec B311


def is_well_formed(id: str) -> bool:
    """Return whether a proxy's number for a request may be taken over.

    >>> is_well_formed("4b1c0a4ae0f2d3b1"), is_well_formed("short"), is_well_formed("a b\\nc d e f")
    (True, False, False)
    """
    return _WELL_FORMED.fullmatch(id) is not None
