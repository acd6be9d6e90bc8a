"""Asking PostgreSQL what its version is."""

import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import Engine

from blogapp.caching.asking import MOMENTS, TOKENS, Tokens, Unanswered, plain
from blogapp.connecting import Place, Silent, is_direct

# Milliseconds after which the server gives a question up by itself.
_LIMIT = 2_000


class _Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that ends with what holds it, without a warning: nobody closes an app."""

    def __del__(self, __warn: Any = None) -> None:
        """Leave it to libpq's own end of it, which knows whose process it is."""


class Postgres:
    """PostgreSQL, somewhere on a network that may swallow a question or an answer."""

    is_far = True

    def __init__(self, engine: Engine) -> None:
        _args, self.options = engine.dialect.create_connect_args(engine.url)
        self.connection: _Connection | None = None
        self.is_given_up = False

    def tokens(self) -> Tokens:
        was_open, self.is_given_up = self.connection is not None, False
        try:
            rows = self._rows(TOKENS)
        except Unanswered:
            if not was_open or self.is_given_up:
                raise
            # The server was started anew, or something between cut a line that was silent.
            rows = self._rows(TOKENS)
        return tuple((id, token) for id, token in rows)

    def moments(self, since: datetime) -> list[datetime]:
        rows = self._rows(MOMENTS.format(moment="%s"), plain(since))
        return [row[0].replace(tzinfo=UTC) for row in rows]

    def is_there(self) -> bool:
        try:
            Place.of(self.options).greet()
        except Silent:
            return False
        return True

    def give_up(self) -> None:
        # Closed under the thread that waits for it, it would be freed in use: a socket that
        # ends is read to its end by that thread.
        self.is_given_up = True
        if self.connection:
            with suppress(psycopg.Error, OSError), _socket(self.connection) as line:
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection:
            connection.close()

    def _rows(self, asked: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._connected().execute(asked, values or None).fetchall()
        except (psycopg.Error, OSError) as error:
            self.close()
            raise Unanswered(error) from error

    def _connected(self) -> _Connection:
        if not self.connection:
            options = {
                **self.options,
                "autocommit": True,
                "connect_timeout": 2,
                # A host that is gone is noticed (seconds, milliseconds; libpq, 34.1.2).
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "tcp_user_timeout": 5_000,
                "application_name": "blog watch",
                # A pooler between may hand each statement to another session.
                "prepare_threshold": None,
            }
            self.connection = _Connection.connect(**options)
            if is_direct(self.connection):
                self.connection.execute(f"SET statement_timeout = {_LIMIT}")
                self.connection.execute(f"SET lock_timeout = {_LIMIT}")
        return self.connection


def _socket(connection: psycopg.Connection[Any]) -> socket.socket:
    return socket.socket(fileno=os.dup(connection.fileno()))
