"""Files on their way into a store that machines share: each part is an object until all are there.

The next part of a file may come to another machine. What nobody asks for any more after a day
is removed by a job.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO, NamedTuple

from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.queueing import enqueue, withdraw
from blogapp.media.errors import TooManyUploads
from blogapp.media.stores import Store

# The kind of work that removes what was left of an upload, told which.
PARTS = "parts"
_FORGOTTEN_AFTER = timedelta(days=1)


class _Part(NamedTuple):
    start: int
    size: int
    key: str

    @property
    def end(self) -> int:
        return self.start + self.size


def count_gathered(store: Store, upload: str) -> int:
    """Return how many bytes of ``upload`` are there without a gap."""
    end = 0
    for part in _list_parts(store, upload):
        if part.start > end:
            break
        end = max(end, part.end)
    return end


def gather(store: Store, upload: str, *, start: int, part: IO[bytes], length: int) -> int:
    """Keep a part that begins at the byte ``start``; return how many bytes are there now.

    It takes the place of all that begins behind it. Of a part that breaks off, what arrived is
    kept, and whatever broke it is raised.
    """
    known = _list_parts(store, upload)
    arrived = bytearray()
    try:
        while len(arrived) < length and (piece := part.read(length - len(arrived))):
            arrived += piece
    finally:
        for each in known:
            if each.start >= start:
                store.delete(each.key)
        store.write(f"{_shelf(upload)}/{start:08}.part", bytes(arrived))
    return count_gathered(store, upload)


def join_parts(store: Store, upload: str) -> bytes:
    """Return all that arrived without a gap, empty where nothing did."""
    whole = bytearray()
    for part in _list_parts(store, upload):
        if part.start > len(whole):
            break
        whole[part.start : part.end] = store.read(part.key)
    return bytes(whole)


def drop_parts(store: Store, upload: str) -> None:
    """Remove what arrived; done already is done."""
    for part in _list_parts(store, upload):
        store.delete(part.key)


def admit_upload(upload: str, *, most: int, now: datetime) -> None:
    """Note that an upload begins, to be removed if it never ends; the caller commits.

    Raises `TooManyUploads` where its author has ``most`` under way.
    """
    author = upload.partition("-")[0]
    query = select(func.count()).select_from(Job)
    waiting = query.where(Job.kind == PARTS, Job.key.startswith(f"{author}-", autoescape=True))
    if (db.session.scalar(waiting) or 0) >= most:
        raise TooManyUploads("Too many files are on their way at once.")
    enqueue(PARTS, upload, now=now, due=now + _FORGOTTEN_AFTER)


def settle_upload(upload: str) -> None:
    """Note that nothing of an upload is left; the caller commits."""
    withdraw(PARTS, upload)


def _list_parts(store: Store, upload: str) -> Sequence[_Part]:
    found = []
    for entry in store.list(_shelf(upload)):
        name = entry.key.rpartition("/")[2].removesuffix(".part")
        if name.isdigit():
            found.append(_Part(int(name), entry.size, entry.key))
    return sorted(found)


def _shelf(upload: str) -> str:
    """Like any file's, so that whoever looks for files without a row finds these too."""
    return sha256(f"upload {upload}".encode()).hexdigest()[:16]
