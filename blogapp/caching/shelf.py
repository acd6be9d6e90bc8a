"""The memory for kept answers: so many bytes, and those that are asked for stay longest."""

from collections import OrderedDict
from threading import Lock

from blogapp.caching.answers import Answer

# What is new may take this part of the memory from what proved itself.
_ON_PROBATION = 4
# No answer may take more of it than this.
_LARGEST = 8
_ENTRY = 400  # bytes that the tables take for each


class Shelf:
    """Answers by their keys, at most ``limit`` bytes of them.

    Whatever is asked for once is on probation, and is the first to go: reading through
    all states of a listing throws out nothing that readers come back to. What is asked for
    again is proven, and of that the least recently used goes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        # Looked at without the lock: each step on it is one step of the interpreter.
        self.proven = OrderedDict[str, Answer]()
        self._new = OrderedDict[str, Answer]()
        self._sizes: dict[str, int] = {}
        self._lock = Lock()
        self._bytes = self._new_bytes = 0

    def __len__(self) -> int:
        return len(self.proven) + len(self._new)

    def __contains__(self, key: str) -> bool:
        return key in self.proven or key in self._new

    @property
    def bytes(self) -> int:
        """How much there is, what it takes to keep it counted."""
        return self._bytes

    def find(self, key: str) -> Answer | None:
        """Return what is kept under ``key``, however old, and notice that it was asked for."""
        if answer := self.proven.get(key):
            self.notice(key)
            return answer
        return self._prove(key) if key in self._new else None

    def peek(self, key: str) -> Answer | None:
        """Return what is kept under ``key``; nobody asked for it."""
        return self.proven.get(key) or self._new.get(key)

    def notice(self, key: str) -> None:
        """Let what is proven be the most recently used."""
        try:
            self.proven.move_to_end(key)
        except KeyError:
            return  # it went at this moment

    def put(self, key: str, answer: Answer) -> None:
        """Keep ``answer`` in the place of an older one, or on probation; not if it is too large."""
        size = _size(key, answer)
        with self._lock:
            if size > self.limit // _LARGEST:
                self._drop(key)
                return
            if key in self.proven:
                self.proven[key] = answer
            else:
                self._new[key] = answer
            self._count(key, size)
            self._make_room()

    def weigh(self, key: str, answer: Answer) -> None:
        """Count ``answer`` anew: it has another coding."""
        with self._lock:
            if self.proven.get(key) is answer or self._new.get(key) is answer:
                self._count(key, _size(key, answer))
                self._make_room()

    def clear(self) -> None:
        with self._lock:
            for key in list(self._sizes):
                self._drop(key)

    def _prove(self, key: str) -> Answer | None:
        with self._lock:
            answer = self._new.pop(key, None)
            if answer is None:
                return self.proven.get(key)
            self.proven[key] = answer
            self._new_bytes -= self._sizes[key]
            return answer

    def _count(self, key: str, size: int) -> None:
        more = size - self._sizes.get(key, 0)
        self._sizes[key] = size
        self._bytes += more
        if key in self._new:
            self._new_bytes += more

    def _make_room(self) -> None:
        while self._bytes > self.limit:
            is_crowded = self._new_bytes > self.limit // _ON_PROBATION or not self.proven
            self._drop(next(iter(self._new if is_crowded else self.proven)))

    def _drop(self, key: str) -> None:
        size = self._sizes.pop(key, 0)
        self._bytes -= size
        if self._new.pop(key, None):
            self._new_bytes -= size
        else:
            self.proven.pop(key, None)


def _size(key: str, answer: Answer) -> int:
    return answer.size + 2 * len(key) + _ENTRY
