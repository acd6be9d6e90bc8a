"""Bringing all files from one store into another while the blog goes on, and proof of each.

May be cut short and repeated: what is there already is read and compared instead of sent again.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from threading import Event
from typing import NamedTuple, TypeVar

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.stores import Opened, Store, StoreAway
from blogapp.media.variants import parse_variant, variant_key

# As many files on their way at once, below what a bucket lets one process read.
AT_ONCE = 4
# Seconds between attempts where a store does not answer, longer than it is then left alone.
PAUSES = (4.0, 8.0, 16.0)
_PIECE = 1 << 20
_BATCH = 500
_Found = TypeVar("_Found")


class Wanted(NamedTuple):
    """A file that the database names; of a smaller version nobody knows the hash."""

    key: str
    size: int
    sha256: str = ""
    # Whether only its address is left, and the file may be gone.
    may_lack: bool = False


class Fate(Enum):
    """What became of a file."""

    COPIED = "copied"
    WAS_THERE = "was there already, and is the same"
    MISSING = "is not in the store it is to come from"
    GONE = "was replaced, and only its address is left"
    DAMAGED = "is not what was kept, in the store it is to come from"
    NOT_KEPT = "came back from the other store as something else"


@dataclass
class Moved:
    """What became of all of them."""

    copied: int = 0
    were_there: int = 0
    bytes: int = 0
    passes: int = 0
    removed: int = 0
    wrong: dict[str, Fate] = field(default_factory=dict)

    @property
    def files(self) -> int:
        return self.copied + self.were_there


def count_wanted() -> int:
    """Return how many files there are, smaller versions among them."""
    return sum(1 for _wanted in list_wanted())


def list_wanted(after: int = 0) -> Iterator[Wanted]:
    """Yield the files that the database names, those of rows past the id ``after``."""
    columns = (Media.id, Media.key, Media.size, Media.sha256, Media.variants)
    while True:
        query = (
            select(*columns, Media.replaced_by_id, Media.deleted_at)
            .where(Media.id > after)
            .order_by(Media.id)
            .limit(_BATCH)
        )
        rows = db.session.execute(query).all()
        # Nothing is held in the database while files are on their way.
        db.session.rollback()
        if not rows:
            return
        for row in rows:
            after = row.id
            may_lack = row.replaced_by_id is not None
            yield Wanted(row.key, row.size, row.sha256, may_lack)
            for name, size in row.variants.items():
                if size:
                    yield Wanted(variant_key(row.key, parse_variant(name)), size, "", may_lack)


def move(
    source: Store,
    target: Store,
    *,
    is_trial: bool = False,
    done: Callable[[int], None] = lambda _bytes: None,
) -> Moved:
    """Copy every file of the blog from one store into the other, and read each again there.

    Goes through the files until no new ones came meanwhile. A trial changes nothing, and goes
    by sizes. Raises `StoreAway` where a store stays away: what was copied stays.
    """
    moved, known = Moved(), set[Wanted]()
    there = _patiently(lambda: {entry.key: entry.size for entry in target.list()})
    while fresh := [wanted for wanted in list_wanted() if wanted not in known]:
        known.update(fresh)
        moved.passes += 1
        for wanted, fate in _bring_all(fresh, source, target, there, is_trial=is_trial):
            moved.copied += fate is Fate.COPIED
            moved.were_there += fate is Fate.WAS_THERE
            if fate in {Fate.COPIED, Fate.WAS_THERE}:
                moved.bytes += wanted.size
            elif fate is not Fate.GONE:
                moved.wrong[wanted.key] = fate
            done(wanted.size)
        if is_trial:
            break
    return moved


def remove_moved(source: Store, target: Store, moved: Moved) -> None:
    """Remove from ``source`` what is in ``target`` as large as the database says.

    What was uploaded since is not there, and stays.
    """
    there = {entry.key: entry.size for entry in target.list()}
    for wanted in list_wanted():
        if there.get(wanted.key) == wanted.size and wanted.key not in moved.wrong:
            _patiently(lambda key=wanted.key: source.delete(key))  # type: ignore[misc]
            moved.removed += 1


def digest_of(store: Store, key: str) -> str:
    """Return the SHA-256 of a file, read in pieces. Raises what a store does."""
    with store.open(key) as file:
        return _digest(file)


def _bring_all(
    wanted: list[Wanted],
    source: Store,
    target: Store,
    there: Mapping[str, int],
    *,
    is_trial: bool,
) -> Iterator[tuple[Wanted, Fate]]:
    def bring(one: Wanted) -> Fate:
        if is_trial:
            return _foresee(one, source, there)
        return _patiently(lambda: _bring(one, source, target, there))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        try:
            yield from zip(wanted, threads.map(bring, wanted), strict=True)
        finally:
            threads.shutdown(cancel_futures=True)


def _foresee(wanted: Wanted, source: Store, there: Mapping[str, int]) -> Fate:
    if there.get(wanted.key) == wanted.size:
        return Fate.WAS_THERE
    if _patiently(lambda: source.size(wanted.key)) is None:
        return Fate.GONE if wanted.may_lack else Fate.MISSING
    return Fate.COPIED


def _bring(wanted: Wanted, source: Store, target: Store, there: Mapping[str, int]) -> Fate:
    key = wanted.key
    try:
        # What the database knows of a file need not be read where it comes from.
        expected = wanted.sha256 or digest_of(source, key)
        if there.get(key) == wanted.size and _holds(target, key, expected):
            return Fate.WAS_THERE
        with target.scratch() as place:
            path = place / "file"
            with source.open(key) as file, path.open("wb") as copy:
                while piece := file.read(_PIECE):
                    copy.write(piece)
            with path.open("rb") as copied:
                digest = hashlib.file_digest(copied, "sha256").hexdigest()
            if digest != expected or path.stat().st_size != wanted.size:
                return Fate.DAMAGED
            target.take(key, path)
    except FileNotFoundError:
        return Fate.GONE if wanted.may_lack else Fate.MISSING
    return Fate.COPIED if _holds(target, key, expected) else Fate.NOT_KEPT


def _holds(store: Store, key: str, digest: str) -> bool:
    try:
        return digest_of(store, key) == digest
    except FileNotFoundError:
        return False


def _digest(file: Opened) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _patiently(ask: Callable[[], _Found]) -> _Found:
    """Return what a store answers, asked again where it does not."""
    for pause in PAUSES:
        try:
            return ask()
        except StoreAway:
            Event().wait(pause)
    return ask()
