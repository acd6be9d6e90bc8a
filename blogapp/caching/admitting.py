"""Letting work in: so much of each kind at once, a short wait for a little more, and no further.

What is kept takes no place here: it is sent in a tenth of a millisecond. Everything else holds
one of the worker's threads while it is worked on, while it waits, and while it is being sent. Each
kind sees another end of the same row of threads, so that a flood of one leaves places to those
that come after it in `Kind`, and some to what is kept (trunk reservation, as telephone exchanges
have it). Nothing waits for a place while it holds one.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from threading import Event, Lock
from types import TracebackType
from typing import Self

from blogapp.telemetry.metrics import level

# Of this many parts of the threads a kind may hold so many; the last are for kept answers alone.
PARTS = 16
# Who waits for a page that somebody else makes already costs a thread and no work.
_BESIDE = 10
# Fewer threads than this are not shared out: there would be nothing left to share.
FEWEST = 8
# Part of the threads that long answers and long bodies may take, apart from their kind's places.
_OF_STREAMS = 4
STREAMS = "streams"


class Kind(Enum):
    """What a request is to the worker: its name, its parts of the threads, seconds it may wait."""

    # Pages for strangers that nobody has asked for lately: searches, choices, what is not there.
    ASKING = ("asking", 7, 0.5)
    # Pages that readers had a moment ago, and whose content has changed.
    KNOWN = ("known", 9, 1.0)
    # What strangers send, and the pages by which they sign in.
    DOOR = ("door", 11, 2.0)
    # Whether the blog is well: the machine asks, and ends what does not answer.
    PROBES = ("probes", 14, 2.0)
    # Who is signed in.
    AUTHORS = ("authors", 14, 2.0)

    def __init__(self, label: str, parts: int, patience: float) -> None:
        self.label, self.parts, self.patience = label, parts, patience


class Busy(Exception):
    """There is no place for a request of this kind now."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.label)
        self.kind = kind


class Admission:
    """Who is let in by one worker of ``threads`` threads.

    ``making`` pages for strangers are made at once; those that readers had count by themselves.
    """

    def __init__(self, threads: int, making: int) -> None:
        self.making = making
        self._lock = Lock()
        self._held = self._streams = 0
        self._working: Counter[Kind] = Counter()
        self._waiting: Counter[Kind] = Counter()
        # Who waits for a place, by kind: the first that came is the first that goes on.
        self._queues: dict[Kind, deque[Event]] = {kind: deque() for kind in Kind}
        self.resize(threads)

    def resize(self, threads: int) -> None:
        """Go by another number of threads: the server's own, where it says so."""
        self.threads, is_shared = threads, threads >= FEWEST
        self._most_held = {
            kind: threads * kind.parts // PARTS if is_shared else threads for kind in Kind
        }
        self._most_beside = threads * _BESIDE // PARTS if is_shared else threads
        at_once = min(self.making, threads // 4) if is_shared else threads
        few = max(1, at_once // 2) if is_shared else threads
        self._at_once = {
            **dict.fromkeys((Kind.ASKING, Kind.KNOWN), at_once),
            **dict.fromkeys((Kind.DOOR, Kind.PROBES), few),
            Kind.AUTHORS: threads,
        }
        self._most_streams = threads // _OF_STREAMS

    def seat(self) -> "Seat":
        """Return the seat of a request; nothing is taken yet."""
        return Seat(self)

    def in_progress(self) -> Mapping[str, int]:
        """Return how many requests of each kind are worked on, and how many are long ones."""
        with self._lock:
            working = {kind.label: self._working[kind] for kind in Kind}
            return working | {STREAMS: self._streams}

    def waiting(self) -> Mapping[str, int]:
        """Return how many requests of each kind wait."""
        with self._lock:
            return {kind.label: self._waiting[kind] for kind in Kind}

    def tell(self) -> None:
        """Say in figures who is worked on and who waits."""
        for kind, number in self.in_progress().items():
            level("requests_in_progress", number, kind=kind)
        for kind, number in self.waiting().items():
            level("requests_waiting", number, kind=kind)

    def come_in(self, kind: Kind) -> None:
        """Return when there is a place; raises `Busy` when there is none in time."""
        with self._lock:
            self._hold(kind, self._most_held[kind])
            if self._working[kind] < self._at_once[kind]:
                self._working[kind] += 1
                return
            turn = Event()
            self._queues[kind].append(turn)
            self._waiting[kind] += 1
        turn.wait(kind.patience)
        with self._lock:
            self._waiting[kind] -= 1
            # Whoever let this one in has taken it off the queue, and counted it.
            if not turn.is_set():
                self._queues[kind].remove(turn)
                self._held -= 1
                raise Busy(kind)

    def go(self, kind: Kind) -> None:
        """Give a place back."""
        with self._lock:
            self._held -= 1
            self._pass_on(kind)

    @contextmanager
    def beside(self, kind: Kind) -> Iterator[None]:
        """Wait within this block for what somebody else makes; raises `Busy` if too many do."""
        with self._lock:
            self._hold(kind, self._most_beside)
            self._waiting[kind] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[kind] -= 1
                self._held -= 1

    def stream(self, kind: Kind) -> bool:
        """Count what has a place of ``kind`` as a long one, if there may be one more of those."""
        with self._lock:
            if self._streams >= self._most_streams:
                return False
            self._streams += 1
            self._pass_on(kind)
            return True

    def end_stream(self) -> None:
        """Give back what `stream` took."""
        with self._lock:
            self._held -= 1
            self._streams -= 1

    def _hold(self, kind: Kind, most: int) -> None:
        if self._held >= most:
            raise Busy(kind)
        self._held += 1

    def _pass_on(self, kind: Kind) -> None:
        """Let the next of this kind in, or leave the place empty."""
        if self._queues[kind]:
            self._queues[kind].popleft().set()
        else:
            self._working[kind] -= 1


class Seat:
    """One request's place, from when it needs one until it is over.

    As a context it gives the place back if the block fails; else `hold` does, in its time.
    """

    __slots__ = ("_admission", "_kind", "_streams")

    def __init__(self, admission: Admission | None) -> None:
        self._admission = admission
        self._kind: Kind | None = None
        self._streams = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error: type[BaseException] | None, _value: object, _trace: TracebackType | None
    ) -> None:
        if error:
            self.leave()

    def take(self, kind: Kind, *, is_long: bool = False) -> None:
        """Take a place, once; raises `Busy`. What ``is_long`` makes room for others if it can."""
        if self._admission is None or self._kind:
            return
        self._admission.come_in(kind)
        self._kind = kind
        if is_long:
            self._streams = self._admission.stream(kind)

    @contextmanager
    def beside(self, kind: Kind) -> Iterator[None]:
        """Wait within this block for what somebody else makes; raises `Busy` if too many do."""
        if self._admission is None or self._kind:
            yield
            return
        with self._admission.beside(kind):
            yield

    def leave(self) -> None:
        """Give the place back, if there is one."""
        kind, self._kind = self._kind, None
        if self._admission is None or kind is None:
            return
        if self._streams:
            self._admission.end_stream()
        else:
            self._admission.go(kind)

    def hold(self, body: Iterable[bytes], files: type | None = None) -> Iterable[bytes]:
        """Return ``body``; the place is given back at once where it is in memory, else at its end.

        The end is told by ``close``, which servers call whatever happened (PEP 3333). ``files``
        is the server's own wrapper, which it has the kernel send.
        """
        if self._admission is None or self._kind is None:
            return body
        if isinstance(body, tuple):
            self.leave()
            return body
        if not self._streams:
            self._streams = self._admission.stream(self._kind)
        held = Held(body, self.leave)
        if files is None or not isinstance(body, files):
            return held
        body.close = held.close  # type: ignore[attr-defined]
        return body


class Held:
    """A body that says when it is over."""

    def __init__(self, body: Iterable[bytes], leave: Callable[[], None]) -> None:
        self._body, self._leave = body, leave
        self._close: Callable[[], None] | None = getattr(body, "close", None)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        try:
            if self._close:
                self._close()
        finally:
            self._leave()


# What asks from inside holds no thread of a reader's, and needs no place.
FREE = Seat(None)
