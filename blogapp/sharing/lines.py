"""A line to Redis on which nobody waits longer than he said, or reads more than he asked for."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from redis.backoff import NoBackoff
from redis.connection import AbstractConnection, Connection, parse_url
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from blogapp.sharing.errors import Away, NoScript

# Bytes. What is kept there takes a few hundred; an answer of more is not one to a question of ours.
MOST = 262_144
# Seconds that it may take to come to a server: a lookup, a handshake and a password.
SETTING_UP = 2.0

Reply = Any


class Line:
    """One connection. No two threads use it at once."""

    def __init__(self, url: str) -> None:
        """Connect to the server at ``url`` and see that it answers; raises `Away`."""
        self._connection = _connection(url)
        with _as_away(), _within(SETTING_UP):
            self._connection.connect()  # type: ignore[no-untyped-call]

    @property
    def is_clean(self) -> bool:
        """Whether it stands and nothing is on it that nobody asked for."""
        try:
            return not self._connection.can_read(timeout=0)
        except (RedisError, OSError, ValueError):
            return False

    def ask(self, *command: str | bytes | int, patience: float) -> Reply:
        """Return what Redis answers within ``patience`` seconds; raises `Away` or `NoScript`."""
        with _as_away(), _within(patience):
            self._connection.send_command(*command)  # type: ignore[no-untyped-call]
            return self._connection.read_response()

    def hear(self, patience: float) -> Reply | None:
        """Return what Redis says by itself within ``patience`` seconds, or None."""
        with _as_away():
            if not self._connection.can_read(timeout=patience):
                return None
            with _within(1.0):
                return self._connection.read_response()

    def hang_up(self) -> None:
        self._connection.disconnect()  # type: ignore[no-untyped-call]


def _connection(url: str) -> AbstractConnection:
    options = parse_url(url)  # type: ignore[no-untyped-call]
    kind: type[AbstractConnection] = options.pop("connection_class", Connection)
    return _bounded(kind)(
        **{
            **options,
            # One failure is enough: who asked has the database to ask.
            "retry": Retry(NoBackoff(), 0),
            "socket_connect_timeout": SETTING_UP,
            "socket_timeout": SETTING_UP,
            "protocol": 2,
            "client_name": "blog",
            # Else two more questions at the start of each line.
            "driver_info": None,
        }
    )


def _bounded(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    def connect(self: Any) -> _Bounded:
        return _Bounded(kind._connect(self))  # type: ignore[no-untyped-call]

    return type(f"Bounded{kind.__name__}", (kind,), {"_connect": connect})


class _Limit(threading.local):
    until: float | None = None
    bytes: int = 0


_limit = _Limit()


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Bound how long all of a question may take, and how long its answer may be."""
    _limit.until, _limit.bytes = monotonic() + seconds, MOST
    try:
        yield
    finally:
        _limit.until = None


@contextmanager
def _as_away() -> Iterator[None]:
    try:
        yield
    except NoScriptError as error:
        raise NoScript from error
    except Away:
        raise
    # What a server that is none may send makes the client raise anything, RecursionError too.
    except Exception as error:
        raise Away(f"{error or type(error).__name__}") from error


class _Bounded:
    """A socket that keeps to the limits of whoever reads: its own begin anew with each byte."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def recv(self, size: int) -> bytes:
        self._set_time()
        received = self._line.recv(size)
        if _limit.until is not None:
            _limit.bytes -= len(received)
            if _limit.bytes < 0:
                raise Away(f"it sends more than {MOST} bytes")
        return received

    def sendall(self, sent: bytes) -> None:
        self._set_time()
        self._line.sendall(sent)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def _set_time(self) -> None:
        if _limit.until is None:
            return
        left = _limit.until - monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        self._line.settimeout(left)
