"""What a source brings besides its posts: pages of names and people, feeds, lists kept aside.

These functions change objects; the caller commits.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from io import StringIO

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.importing.introducing import find_author, find_name, key_of
from blogapp.importing.leading import lead_to
from blogapp.importing.models import KeptList
from blogapp.importing.sources import AsideList, NameKind, Source, SourceAuthor, SourceName

_FEED = re.compile(
    r"/(?:feed(?:/(?:atom|rss2?|rdf))?|rss|index\.xml)/?$|\.(?:atom|rss)\.xml$", re.I
)
FOLDERS = {NameKind.TAG: "/tags", NameKind.DOMAIN: "/domains", NameKind.SERIES: "/series"}


def settle(source: Source, *, now: datetime) -> Iterator[str]:
    """Let old pages of names, people and feeds lead here; yield a sentence on each loss.

    Names that no post carries are not made: where more was known of them, they are told.
    """
    ways: list[tuple[str, str]] = []
    for name in source.names():
        row = find_name(name)
        if row is None:
            yield from _unused(name)
        else:
            page, feed = f"{FOLDERS[name.kind]}/{row.slug}", f"/feed.xml?{name.kind}={row.slug}"
            ways += [(path, feed if _is_feed(path) else page) for path in name.addresses]
    for person in source.authors():
        if author := find_author(person):
            page, feed = f"/authors/{author.slug}", f"/feed.xml?author={author.slug}"
            ways += [(path, feed if _is_feed(path) else page) for path in person.addresses]
        else:
            yield from _unnamed(person)
    ways += source.moved().items()
    for what in lead_to(ways, now=now):
        if not source.guesses:
            yield what


def foresee(source: Source, carried: Collection[tuple[str, str]]) -> Iterator[str]:
    """Yield what `settle` would tell of names and people after an import that is not done.

    ``carried`` are the names that posts would have: the kind ("author" for people) and `key_of`.
    """
    for name in source.names():
        if (name.kind, key_of(name.name)) not in carried and find_name(name) is None:
            yield from _unused(name)
    for person in source.authors():
        if ("author", key_of(person.name)) not in carried and find_author(person) is None:
            yield from _unnamed(person)


def keep_lists(source: Source, *, now: datetime) -> None:
    """Keep the source's lists of people as they are now."""
    for told in source.lists():
        query = select(KeptList).where(KeptList.source == source.name, KeptList.name == told.name)
        row = db.session.scalar(query) or KeptList(source=source.name, name=told.name)
        row.columns, row.rows, row.count = list(told.columns), _as_csv(told), len(told.rows)
        row.imported_at = now
        db.session.add(row)


def _unused(name: SourceName) -> Iterator[str]:
    if name.slug or name.description:
        yield f"the {name.kind} “{name.name}” was left out: no post has it"


def _unnamed(person: SourceAuthor) -> Iterator[str]:
    if person.slug or person.bio:
        yield f"the author “{person.name}” was left out: no post names them"


def _is_feed(path: str) -> bool:
    return _FEED.search(path) is not None


def _as_csv(told: AsideList) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(_plain(told.rows))
    return out.getvalue()


def _plain(rows: Iterable[tuple[str, ...]]) -> Iterator[list[str]]:
    for row in rows:
        yield [value.replace("\0", "") for value in row]
