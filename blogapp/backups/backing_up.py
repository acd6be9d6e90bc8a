"""Making a backup of a blog that goes on running."""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine

from blogapp.backups import archiving, files, postgres, sqlite
from blogapp.backups.archiving import CHUNK, Told, Writer, unheard
from blogapp.backups.errors import CannotRead, CannotWrite
from blogapp.backups.files import Place
from blogapp.backups.manifest import POSTGRES, SQLITE, Manifest, Table
from blogapp.backups.rotating import is_backup
from blogapp.media.stores import Store, StoreAway

SQLITE_NAME = "database/blog.sqlite"
# How the names begin of what is being written.
UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class Blog:
    """What is backed up and restored: a database, its files, and how readers call it."""

    engine: Engine
    place: Place
    address: str
    version: str

    @property
    def kind(self) -> str:
        return SQLITE if self.engine.dialect.name == SQLITE else POSTGRES

    @property
    def database(self) -> Path:
        """The file, on SQLite."""
        return Path(str(self.engine.url.database))


@dataclass
class Made:
    """What became of a backup."""

    path: Path
    manifest: Manifest
    size: int = 0  # bytes
    files: int = 0
    # Files that pages name and that are not there, and those that tar cannot keep.
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def back_up(
    blog: Blog,
    target: Path,
    *,
    now: datetime,
    done: Told = unheard,
) -> Made:
    """Write a backup to ``target``, where it is only when it is whole and was read again.

    Another backup of this blog that lies there is replaced, nothing else is. ``done`` is told
    of bytes that are read. Raises `CannotWrite`, `CannotRead` where the media are away, and
    `Damaged` for a database that is.
    """
    _demand_replaceable(target)
    try:
        clear_up(target.parent)
        with _unfinished(target.parent) as file:
            made = _write(blog, file, target, now, done)
            _finish(file, made, done)
        _sync(target.parent)
    except StoreAway as error:
        raise CannotRead(str(error)) from error
    except OSError as error:
        raise CannotWrite(f"{error.strerror or error} ({target.parent})") from error
    except sqlite3.OperationalError as error:
        raise CannotWrite(f"{error} ({target.parent})") from error
    return made


def clear_up(folder: Path) -> None:
    """Remove what backups left that were cut short; those under way stay."""
    for path in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


@contextmanager
def _unfinished(folder: Path) -> Iterator[BinaryIO]:
    """Give a new file in the folder, which is gone afterwards unless it was renamed."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=UNFINISHED)
    try:
        with open(name, "r+b", opener=lambda _name, _flags: handle) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    finally:
        Path(name).unlink(missing_ok=True)


def _write(blog: Blog, file: BinaryIO, target: Path, now: datetime, done: Told) -> Made:
    with Writer(file, done=done) as writer:
        if blog.kind == SQLITE:
            made = _write_sqlite(blog, writer, target, now)
        else:
            made = _write_postgres(blog, writer, target, now)
        _add_instance(writer, blog, made)
        writer.seal()
        return made


def _write_sqlite(blog: Blog, writer: Writer, target: Path, now: datetime) -> Made:
    with _unfinished(target.parent) as copy:
        path = Path(copy.name)
        sqlite.copy(blog.database, path)
        step, tables = sqlite.describe(path)
        made = Made(target, _manifest(blog, step, path.stat().st_size, tables, now))
        writer.add(archiving.MANIFEST, made.manifest.to_json())
        with writer.parts(SQLITE_NAME) as parts:
            while block := copy.read(CHUNK):
                parts.write(block)
        _add_media(writer, blog, made, sqlite.list_media(path))
    return made


def _write_postgres(blog: Blog, writer: Writer, target: Path, now: datetime) -> Made:
    with postgres.snapshot(blog.engine) as snapshot:
        tables = snapshot.describe()
        made = Made(target, _manifest(blog, snapshot.step, snapshot.bytes, tables, now))
        writer.add(archiving.MANIFEST, made.manifest.to_json())
        snapshot.write(writer, tables)
        _add_media(writer, blog, made, snapshot.list_media())
    return made


def _manifest(
    blog: Blog, step: str, size: int, tables: Mapping[str, Table], now: datetime
) -> Manifest:
    return Manifest(
        made_at=now,
        made_by=blog.version,
        step=step,
        engine=blog.kind,
        address=blog.address,
        database_bytes=size,
        tables=tables,
    )


def _add_media(writer: Writer, blog: Blog, made: Made, rows: Iterable[dict[str, Any]]) -> None:
    # After the database: a file is there before its row is, and never changes.
    for key, is_shown in files.media_files(rows):
        if not _add_media_file(writer, made, key, blog.place.store) and is_shown:
            made.missing.append(key)


def _add_instance(writer: Writer, blog: Blog, made: Made) -> None:
    for path in files.instance_files(blog.place.instance):
        name = f"{files.INSTANCE}/{path.as_posix()}"
        if not archiving.can_keep(name) or files.target_of(name, blog.place) is None:
            made.left_out.append(path.as_posix())
        else:
            _add_file(writer, made, name, blog.place.instance / path)


def _add_media_file(writer: Writer, made: Made, key: str, store: Store) -> bool:
    """Add a file of the store; return whether it is there."""
    try:
        file = store.open(key)
    except FileNotFoundError:
        return False
    with file:
        writer.copy(f"{files.MEDIA}/{key}", file, file.size)
    made.files += 1
    return True


def _add_file(writer: Writer, made: Made, name: str, path: Path) -> bool:
    """Add a file; return whether it is there."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False
    with file:
        writer.copy(name, file, os.fstat(file.fileno()).st_size)
    made.files += 1
    return True


def _finish(file: BinaryIO, made: Made, done: Told) -> None:
    """Read what was written, then give it its name."""
    file.flush()
    os.fsync(file.fileno())
    file.seek(0)
    for _member in archiving.read(file, done=done):
        pass
    made.size = file.tell()
    os.replace(file.name, made.path)


def _demand_replaceable(target: Path) -> None:
    if target.is_dir():
        raise CannotWrite(f"{target} is a folder")
    if target.exists() and target.stat().st_size and not is_backup(target):
        raise CannotWrite(f"{target} is there already and is no backup: name another file")


def _sync(folder: Path) -> None:
    # The rename itself is safe only once its folder is on disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
