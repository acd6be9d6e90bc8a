"""One moment of the database, however long it takes to read and whoever writes meanwhile."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Select, collate
from sqlalchemy.sql import ColumnElement


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which nothing changes until the block ends; it writes nothing."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # The driver would begin no transaction for reading alone.
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        try:
            yield connection
        finally:
            connection.rollback()


def by_bytes(connection: Connection, column: Any) -> ColumnElement[Any]:
    """Return what to order by, so that every database gives the order that Python gives."""
    if connection.dialect.name == "sqlite":
        return collate(column, "BINARY")
    return collate(column, "C")


def batches(connection: Connection, ids: Select[Any], size: int) -> Iterator[Sequence[int]]:
    """Yield the ids that a query gives, so many at a time: eight bytes are kept of each."""
    found: array[int] = array("q", connection.scalars(ids).yield_per(10_000))
    for start in range(0, len(found), size):
        yield found[start : start + size].tolist()
