"""Connections to PostgreSQL on which no reader waits for a server that says nothing.

A statement may take its time: while it does, the server is asked whether it is there at all, on a
line of its own. Where it is not, the statement is given up and whoever comes next is told so at
once. Only requests are in such a hurry; commands, migrations and jobs wait for what they asked.
"""

import json
import os
import socket
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any, Self

import psycopg
from flask import has_request_context
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout

# Seconds after which a request that waits asks whether anybody is there.
PATIENCE = 0.4
# Seconds that the answer to that may take: one way there and one back.
GREETING = 0.45
# Seconds for which an answer, or that there is none, is taken for granted.
LASTING = 1.0
# What a process that serves pages asks of the server, in milliseconds: nothing there may keep a
# connection, a lock or a transaction for longer. An export pauses while its reader is slow.
LIMITS = {
    "statement_timeout": 30_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 600_000,
}
_SET_LIMITS = "SELECT set_config(key, value, false) FROM json_each_text(%s::json)"
# "Do you speak TLS?", which every server answers with one letter (PostgreSQL, 54.2.10).
_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


class Silent(psycopg.OperationalError):
    """The server as a whole says nothing."""


class Connection(psycopg.Connection[Any]):
    """A connection that is given up when a request waits on a server that says nothing."""

    place: "Place"

    @classmethod
    def to(cls, options: Mapping[str, Any]) -> Self:
        """Connect as libpq would for ``options``; raises `Silent` in a request, and soon."""
        place = Place.of(options)
        if has_request_context():
            place.greet()
        connection = cls.connect(**options)
        connection.place = place
        try:
            connection._settle_in()
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what was asked; see the module."""
        if timeout is not None or not has_request_context():
            return super().wait(gen, interval, timeout)
        if self.place.is_known_silent:
            self._see_that_it_is_there()
        while True:
            try:
                return super().wait(gen, interval, PATIENCE)
            except _WaitTimeout:
                self._see_that_it_is_there()

    def _see_that_it_is_there(self) -> None:
        try:
            self.place.greet()
        except Silent:
            # Half an answer may come yet: nobody can go on with this one.
            self.pgconn.finish()
            raise

    def _settle_in(self) -> None:
        with self.cursor() as cursor:
            if not is_direct(self):
                self.prepare_threshold = None
            elif _serving.is_set():
                cursor.execute(_SET_LIMITS, (json.dumps(LIMITS),))
        self.commit()


def is_direct(connection: psycopg.Connection[Any]) -> bool:
    """Return whether ``connection`` is to the server itself.

    A pooler between may hand each transaction to another session: what is set in one, or
    prepared there, would meet somebody else.
    """
    found = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(found and found[0] == connection.info.backend_pid)


class Place:
    """Where a server listens, and whether it answered lately."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._turn = threading.Lock()
        self._asked = 0.0
        self._is_silent = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Place":
        """Return the place that libpq goes to by ``options``."""
        host = options.get("hostaddr") or options.get("host") or os.environ.get("PGHOST") or ""
        port = options.get("port") or os.environ.get("PGPORT") or 5432
        key = (str(host), int(port) if str(port).isdigit() else 0)
        return _places.setdefault(key, cls(*key))

    def greet(self) -> None:
        """Return when the server answers, or did within a second; raises `Silent`."""
        if not self._can_be_greeted:
            return
        with self._turn:
            if monotonic() >= self._asked + LASTING:
                self._is_silent = not self._is_answering()
                self._asked = monotonic()
            if self._is_silent:
                raise Silent("the server says nothing")

    @property
    def is_known_silent(self) -> bool:
        """Whether it said nothing when it was last greeted, a moment ago or longer."""
        return self._is_silent

    @property
    def _can_be_greeted(self) -> bool:
        # Of several hosts libpq chooses one by asking all.
        return bool(self.host and self.port) and "," not in self.host

    def _is_answering(self) -> bool:
        try:
            with self._line() as line:
                line.settimeout(GREETING)
                line.sendall(_SSL_REQUEST)
                return bool(line.recv(1))
        except TimeoutError:
            return False
        except OSError:
            # Refused or reset is an answer: the connection itself says it better.
            return True

    def _line(self) -> socket.socket:
        if not self.host.startswith(("/", "@")):
            return socket.create_connection((self.host, self.port), GREETING)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(GREETING)
        path = f"{self.host}/.s.PGSQL.{self.port}"
        line.connect(f"\0{path[1:]}" if path.startswith("@") else path)
        return line


_places: dict[tuple[str, int], Place] = {}
_serving = threading.Event()


def serve() -> None:
    """Have connections made from here on keep to `LIMITS`: this process serves pages."""
    _serving.set()


def _begin_anew() -> None:
    for place in _places.values():
        place._turn = threading.Lock()


os.register_at_fork(after_in_child=_begin_anew)
