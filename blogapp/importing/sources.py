"""What every reader hands to the pipeline, whatever it reads: one `Source` for each place.

A reader is a subclass that answers `items` and whatever else its source can tell. It opens
no database and writes nothing; what it cannot read it says in a `Problem` or an error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from blogapp.importing.gathering import Gathered
from blogapp.importing.reading import Problem, SourcePost


class NameKind(StrEnum):
    """What sorts posts."""

    TAG = "tag"
    DOMAIN = "domain"
    SERIES = "series"


@dataclass(frozen=True, kw_only=True)
class SourceAuthor:
    """A person whose name stands over posts in the source."""

    name: str
    slug: str = ""
    email: str = ""
    bio: str = ""
    # Old addresses of the person's page, as paths: "/author/ada/".
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceName:
    """A tag, a domain or a series with more to it than the name."""

    kind: NameKind
    name: str
    slug: str = ""
    description: str = ""
    # Old addresses of its page and its feeds, as paths: "/category/databases/".
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """Something of the source that may become a post or a page."""

    # Tells it from all others of the source, now and in later exports of it.
    path: str
    # Raises `NotAPost` or another `ImportingError`, with the reason.
    read: Callable[[], SourcePost]


@dataclass(frozen=True, kw_only=True)
class AsideList:
    """People of the source that have no place here: kept as a table, for the way out."""

    name: str  # "wordpress-users", "ghost-members"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Source:
    """A place that posts come from, as one reader reads it. A context: files end with it."""

    # Tells this source from others in what is remembered of an import; a folder's or site's name.
    name: str
    # Where it was on the web, without a slash at the end; empty where nobody knows. Links and
    # pictures below it are its own.
    base_url: str = ""
    # Whether its old pages are only what its like usually has: nothing is said of one that
    # leads elsewhere already.
    guesses: bool = False
    # What the source as a whole lost, and why: a line each.
    problems: list[Problem] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was opened or unpacked."""

    def count(self) -> int:
        """Return how many items there are, for the progress; 0 where only reading tells."""
        return 0

    def items(self) -> Iterator[Item]:
        """Yield every item, each once, in an order that later exports keep; bounded in memory."""
        return iter(())

    def authors(self) -> Iterable[SourceAuthor]:
        return ()

    def names(self) -> Iterable[SourceName]:
        return ()

    def moved(self) -> Mapping[str, str]:
        """Return old paths by where they lead here: feeds, archives ("/feed/": "/rss.xml")."""
        return {}

    def lists(self) -> Iterable[AsideList]:
        return ()

    def shown(self, path: str) -> str:
        """Return what the report calls an item."""
        return path

    def gather(self, post: SourcePost) -> Gathered:
        """Return the files of a post whose body keeps its own names for them."""
        return Gathered({}, None, ())

    def find_file(self, address: str) -> Path | None:
        """Return the file that came with the source for an address in a body; None if none did."""
        return None
