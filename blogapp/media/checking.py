"""Whether files and rows belong together: what is lost, what is damaged, what nobody names."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.moving import list_wanted
from blogapp.media.stores import Entry, Store

# An upload's file is there before its row: what is younger may belong to one.
LEFT_FOR = timedelta(days=1)


def list_all(store: Store) -> dict[str, Entry]:
    """Return what is in a store, by key. Raises `StoreAway`."""
    return {entry.key: entry for entry in store.list()}


def place_of(store: Store, key: str) -> str:
    """Return where people look for a file."""
    return str(store.path(key) or f"{key} in {store.address}")


def list_unnamed(there: Mapping[str, Entry]) -> list[Entry]:
    """Return the files of which no row says anything."""
    named = {wanted.key for wanted in list_wanted()}
    return [entry for key, entry in sorted(there.items()) if key not in named]


def remove_unnamed(store: Store, unnamed: list[Entry], *, now: datetime) -> int:
    """Remove those of them that have lain there for a day; return how many.

    Each is looked for again right before: the same content may be uploaded at this moment.
    """
    removed = 0
    for entry in unnamed:
        shelf = entry.key.partition("/")[0]
        if now - entry.written_at < LEFT_FOR or _is_named(entry.key):
            continue
        # Written anew since the list was made, it is young.
        if any(each == entry for each in store.list(shelf)):
            store.delete(entry.key)
            removed += 1
    return removed


def _is_named(key: str) -> bool:
    shelf = key.partition("/")[0]
    rows = db.session.scalars(select(Media.key).where(Media.key.startswith(f"{shelf}/"))).all()
    db.session.rollback()
    # A smaller version may be just made, of any of the shelf's files.
    return key in rows or (key.count("/") > 1 and bool(rows))
