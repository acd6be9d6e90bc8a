"""Who of several processes does what one of them should do.

By Redis where it is set and answers; else by the database where that is PostgreSQL; else by a
file. A lock may be lost, as when a machine sleeps longer than it lasts: what is done under one
must do no harm when two do it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from blogapp.sharing.asking import Shared
from blogapp.sharing.errors import Away

_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Locks:
    """The locks of one blog. ``engine`` is called when a lock is asked of the database."""

    def __init__(self, shared: Shared, engine: Callable[[], Engine], folder: Path) -> None:
        self.shared, self.engine, self.folder = shared, engine, folder

    @contextmanager
    def held(self, name: str, seconds: int) -> Iterator[bool]:
        """Take the lock ``name`` if it is free: yields whether it was, and gives it back.

        In Redis it ends after ``seconds`` by itself, for a holder that died; elsewhere with
        the connection or the process. Where nobody can be asked it yields False.
        """
        if self.shared.is_set:
            token = token_hex(8)
            try:
                key = self.shared.key(f"lock:{name}")
                is_held = bool(self.shared.ask("SET", key, token, "NX", "PX", seconds * 1000))
            except Away:
                pass
            else:
                yield from self._until_given_back(key, token, is_held=is_held)
                return
        if self.engine().dialect.name == "postgresql":
            yield from _held_in_database(self.engine(), name)
        else:
            yield from _held_as_file(self.folder / f".{name}.lock")

    def _until_given_back(self, key: str, token: str, *, is_held: bool) -> Iterator[bool]:
        try:
            yield is_held
        finally:
            if is_held:
                with suppress(Away):
                    self.shared.run(_GIVE_BACK, [key], [token])


def _held_in_database(engine: Engine, name: str) -> Iterator[bool]:
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    try:
        connection = engine.connect()
    except SQLAlchemyError:
        yield False
        return
    # Of the transaction, not of the session: a pooler between may hand sessions around.
    with connection:
        try:
            is_held = bool(
                connection.scalar(
                    text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}
                )
            )
        except SQLAlchemyError:
            is_held = False
        yield is_held
        with suppress(SQLAlchemyError):
            connection.rollback()


def _held_as_file(path: Path) -> Iterator[bool]:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(file)
