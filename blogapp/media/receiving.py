"""Files on their way: what has arrived of an upload stays, and the rest may follow.

A sender names its upload by a token of its own, and each part by where in the file it begins.
Where several machines share a store, parts wait there (`gathering`), else in a folder beside the
files.
"""

import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from blogapp.media import gathering
from blogapp.media.errors import TooLarge, TooManyUploads
from blogapp.media.stores import Store
from blogapp.media.storing import MOST_BYTES

TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # RFC 9562
MOST_AT_ONCE = 60
# Seconds after which nobody waits any more for the rest of a file.
_FORGOTTEN_AFTER = 24 * 3600
_CHUNK = 1 << 16


# Where parts wait: a folder of this machine, or the store of all of them.
Place = Path | Store


def count_received(place: Place, author_id: int, token: str) -> int:
    """Return how many bytes of an upload are here."""
    if not isinstance(place, Path):
        return gathering.count_gathered(place, _name(author_id, token))
    with suppress(FileNotFoundError):
        return _path(place, author_id, token).stat().st_size
    return 0


def receive(
    place: Place,
    author_id: int,
    token: str,
    *,
    start: int,
    part: IO[bytes],
    length: int,
    now: datetime | None = None,
) -> int:
    """Keep a part that begins at the byte ``start``; return how many are here now.

    Of a part that breaks off, what arrived is kept, and whatever broke it is raised. One that
    begins behind what is here changes nothing. Raises `TooLarge` and `TooManyUploads`. The
    caller commits.
    """
    if start + length > MOST_BYTES:
        raise TooLarge("The file is larger than 20 MB.")
    received = count_received(place, author_id, token)
    if start > received:
        return received
    if not isinstance(place, Path):
        name = _name(author_id, token)
        if not received:
            gathering.admit_upload(name, most=MOST_AT_ONCE, now=now or datetime.now(UTC))
        return gathering.gather(place, name, start=start, part=part, length=length)
    path = _path(place, author_id, token)
    if not received:
        _make_room(path.parent, author_id)
    with path.open("r+b" if received else "wb") as file:
        file.truncate(start)
        file.seek(start)
        rest = length
        while rest and (chunk := part.read(min(rest, _CHUNK))):
            file.write(chunk)
            file.flush()
            rest -= len(chunk)
        return file.tell()


def take(place: Place, author_id: int, token: str) -> bytes:
    """Return all that arrived of an upload, empty where nothing did."""
    if not isinstance(place, Path):
        return gathering.join_parts(place, _name(author_id, token))
    with suppress(FileNotFoundError):
        return _path(place, author_id, token).read_bytes()
    return b""


def forget(place: Place, author_id: int, token: str) -> None:
    """Drop what arrived of an upload; done already is done. The caller commits."""
    if isinstance(place, Path):
        _path(place, author_id, token).unlink(missing_ok=True)
        return
    gathering.drop_parts(place, _name(author_id, token))
    gathering.settle_upload(_name(author_id, token))


def _path(folder: Path, author_id: int, token: str) -> Path:
    return folder / ".incoming" / _name(author_id, token)


def _name(author_id: int, token: str) -> str:
    if not TOKEN.fullmatch(token):
        raise ValueError(f"{token!r} is no token")
    return f"{author_id}-{token}"


def _make_room(place: Path, author_id: int) -> None:
    """Drop what nobody waits for; refuse one more where somebody sends too many at once."""
    place.mkdir(parents=True, exist_ok=True)
    waiting = 0
    for path in place.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER:
                path.unlink()
            elif path.name.startswith(f"{author_id}-"):
                waiting += 1
    if waiting >= MOST_AT_ONCE:
        raise TooManyUploads("Too many files are on their way at once.")
