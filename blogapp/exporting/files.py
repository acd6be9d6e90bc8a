"""What an export consists of: files by their paths, in a fixed order, a piece at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, select

from blogapp.accounts.models import Author
from blogapp.exporting.columns import table_of
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.media.stores import Store


class File(NamedTuple):
    """A file: where it lies, with "/" between the names, and its content in pieces."""

    path: str
    chunks: Iterable[bytes]


class Told(NamedTuple):
    """What became of one thing that was read back, and what its owner should know of it."""

    what: str
    result: Result
    note: str = ""


@dataclass(frozen=True)
class Here:
    """The blog at the moment at which it is written."""

    connection: Connection
    store: Store

    @cached_property
    def people(self) -> dict[int, str]:
        """The authors' slugs by their ids."""
        authors = table_of(Author).c
        rows = self.connection.execute(select(authors.id, authors.slug))
        return {row.id: row.slug for row in rows}


class Part(Protocol):
    """A kind of thing: the module that writes its files, and reads them beside."""

    def write(self, here: Here) -> Iterator[File]:
        """Yield the part's files in their order; those without content are left out."""


def settle(*, keep: bool) -> None:
    """Commit what was read back so far; in a dry run it only waits to be rolled back."""
    if keep:
        db.session.commit()
    else:
        db.session.flush()
    db.session.expunge_all()
