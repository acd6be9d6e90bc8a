"""Hearing from PostgreSQL that somebody committed what is to be done. Imported there alone."""

import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

# Seconds between two attempts to listen, and between two looks at whether to go on.
_PAUSE = 5.0

_log = logging.getLogger(__name__)


def listen(engine: Engine, on_word: Callable[[], None], stop: threading.Event) -> None:
    """Call ``on_word`` at each word on `waking.CHANNEL` until ``stop``, at most seconds after it.

    A connection that breaks is made anew.
    """
    is_heard = True
    while not stop.is_set():
        try:
            _listen(engine, on_word, stop)
        except (psycopg.Error, DBAPIError, OSError) as error:
            if is_heard:
                _log.warning("the database wakes nobody for a while, runners look: %s", error)
            is_heard = False
            stop.wait(_PAUSE)
        else:
            is_heard = True


def _listen(engine: Engine, on_word: Callable[[], None], stop: threading.Event) -> None:
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    # Never given back: whoever gets it next would hear words that are not for it.
    pooled.detach()
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(f"{type(connection).__name__} cannot listen")
    with connection:
        connection.autocommit = True
        connection.execute("LISTEN blog_jobs")
        # What was committed before is found by a look.
        on_word()
        while not stop.is_set():
            for _word in connection.notifies(timeout=_PAUSE, stop_after=1):
                on_word()
