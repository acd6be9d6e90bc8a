"""What every database's search index can do, and the one that belongs to a connection."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection

from blogapp.posts.search.asking import Clause, Lookup, Words
from blogapp.posts.search.documents import Document
from blogapp.posts.search.postgres import PostgresIndex
from blogapp.posts.search.sqlite import SqliteIndex


class Engine(Protocol):
    """A search index in a database; whatever it does belongs to the connection's transaction."""

    def put(self, documents: Sequence[Document]) -> None:
        """Take posts in, or in anew."""

    def forget(self, post_ids: Collection[int]) -> None:
        """Take posts out; those that are not in are passed over."""

    def clear(self) -> None:
        """Take everything out, words that might be meant among it."""

    def finish(self) -> None:
        """Put the index into its best shape after much was taken in."""

    def look_up(self, lookups: Sequence[Lookup]) -> list[list[int]]:
        """Return the ids of the posts that each finds, in one statement."""

    def rank(
        self, clauses: Sequence[tuple[Words, ...]], post_ids: Sequence[int], *, together: bool
    ) -> Mapping[int, float]:
        """Return how well each of ``post_ids`` answers: the more, the better.

        ``together`` says that all of them answer every clause. In one statement.
        """

    def columns(self, post_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """Return the terms of posts by column."""

    def begins(self, prefixes: Sequence[str], *, limit: int) -> list[tuple[int, bool]]:
        """Return posts whose title, or title and headings, hold words that begin so.

        Latest first, those first (and marked) that have all of them in the title.
        """

    def similar(self, words: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        """Return words of the vocabulary that may be meant by each of ``words``."""

    def known(self, words: Sequence[str]) -> set[str]:
        """Return those of ``words`` that the vocabulary has."""

    def count(self, words: Sequence[str]) -> Mapping[str, int]:
        """Return how many posts hold each word, as far as it is worth counting."""


def engine_of(connection: Connection) -> Engine:
    """Return the index in this connection's database."""
    return (SqliteIndex if connection.dialect.name == "sqlite" else PostgresIndex)(connection)


def is_in_words(clause: Clause) -> bool:
    """Return whether no way of a clause leads through code."""
    return all(isinstance(way, Words) for way in clause)
