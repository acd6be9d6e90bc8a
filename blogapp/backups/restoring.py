"""Putting a backup in the place of a blog, which may go on running meanwhile.

First all of the archive is read and checked, then what is there is backed up, then media are
added, which disturb nobody, and at the end the database turns, in one transaction. Cut short
anywhere the blog is the one or the other, and the same command can be given again.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from blogapp.backups import archiving, files, postgres
from blogapp.backups import sqlite as on_sqlite
from blogapp.backups.archiving import Member, Told, unheard
from blogapp.backups.backing_up import Blog, back_up
from blogapp.backups.errors import CannotRead, CannotWrite, Damaged, DoesNotFit
from blogapp.backups.manifest import SQLITE, Manifest
from blogapp.backups.rotating import manifest_in, name_of
from blogapp.media.stores import StoreAway
from blogapp.migrations import alembic_config

# Where something is put together; beside the database, and in the folder of the media.
SCRATCH = ".restoring"
# Where what was there before is kept, in the instance folder.
KEPT = "backups"
ROOM = 50_000_000  # bytes
MOST_SYNCED = 200  # files


@dataclass
class Restored:
    """What became of it."""

    manifest: Manifest
    # Where what was there before is kept; None for an empty blog.
    kept: Path | None = None
    was_damaged: bool = False
    changed: int = 0  # files
    has_theme_changed: bool = False
    # Those of the instance folder, by their names there.
    names: set[str] = field(default_factory=set)


def check(blog: Blog, archive: Path, *, done: Told = unheard) -> Manifest:
    """Read all of an archive and say whether it could be restored; change nothing.

    Raises `NotABackup`, `Damaged` or `DoesNotFit`.
    """
    with _explained(), _alone(blog), _opened(archive) as file:
        return _check(blog, file, done)


def restore(blog: Blog, archive: Path, *, now: datetime, done: Told = unheard) -> Restored:
    """Make the blog what it was when the archive was made.

    What is there before is kept as a backup of its own. Nobody is signed in afterwards. Raises
    what `check` raises before anything changes, and `CannotWrite` where there is no room.
    """
    with _explained(), _alone(blog), _opened(archive) as file:
        manifest = _check(blog, file, done)
        restored = Restored(manifest)
        _keep_present(blog, restored, now)
        file.seek(0)
        if blog.kind == SQLITE:
            _take_files(blog, file, restored, done)
            on_sqlite.switch(_scratch(blog) / "blog.sqlite", blog.database)
        else:
            _replace_tables(blog, file, restored, done)
        files.take_away_others(blog.place.instance, restored.names)
        return restored


def _check(blog: Blog, file: BinaryIO, done: Told) -> Manifest:
    members = archiving.read(file, done=done)
    manifest = manifest_in(next(members))
    _demand_fitting(blog, manifest)
    _demand_room(blog, manifest, os.fstat(file.fileno()).st_size)
    staged = _Staged(_scratch(blog) / "blog.sqlite", manifest)
    for member in members:
        if member.name.startswith("database/"):
            staged.take(member)
        elif files.target_of(member.name, blog.place) is None:
            raise DoesNotFit(f"{member.name} in it belongs to no blog")
    staged.finish()
    if manifest.engine == SQLITE:
        on_sqlite.prepare(staged.path, step=manifest.step)
    return manifest


class _Staged:
    """The database of an archive while it is read: put together on SQLite, else only counted."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path, self.manifest = path, manifest
        self.counts: dict[str, int] = {}
        self.last = ""

    def take(self, member: Member) -> None:
        table = _table_of(member)
        parts = self.counts.setdefault(f"{table} parts", 0) + 1
        self.counts[f"{table} parts"] = parts
        if member.name != f"database/{table}.{parts:06}.gz":
            raise Damaged(f"{member.name} stands where another part of it should")
        if self.manifest.engine == SQLITE:
            self._unpack(member)
        elif table not in self.manifest.tables:
            raise Damaged(f"{member.name} is not in its manifest")
        else:
            # In the text form of COPY each row is a line.
            count = sum(block.count(b"\n") for block in member.unpacked())
            self.counts[table] = self.counts.get(table, 0) + count

    def finish(self) -> None:
        if self.manifest.engine == SQLITE:
            if self.counts.get("bytes") != self.manifest.database_bytes:
                raise Damaged("its database is not as long as its manifest says")
            return
        for name, table in self.manifest.tables.items():
            if self.counts.get(name, 0) != table.rows:
                raise Damaged(f"its table {name} has not as many rows as its manifest says")

    def _unpack(self, member: Member) -> None:
        if _table_of(member) != "blog.sqlite":
            raise Damaged(f"{member.name} is no part of a SQLite database")
        with self.path.open("ab") as file:
            for block in member.unpacked():
                size = self.counts["bytes"] = self.counts.get("bytes", 0) + len(block)
                if size > self.manifest.database_bytes:
                    raise Damaged("its database is longer than its manifest says")
                file.write(block)


def _table_of(member: Member) -> str:
    return member.name.removeprefix("database/")[: -len(".000001.gz")]


def _demand_fitting(blog: Blog, manifest: Manifest) -> None:
    if manifest.engine != blog.kind:
        names = {SQLITE: "SQLite", "postgresql": "PostgreSQL"}
        raise DoesNotFit(
            f"it is of a blog on {names.get(manifest.engine, 'something else')} and this one is on "
            f"{names[blog.kind]}: restore it where it was made, then use blogapp export and "
            "blogapp import markdown"
        )
    known = {
        step.revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions()
    }
    if manifest.step not in known:
        raise DoesNotFit(
            f"it was made by version {manifest.made_by}, whose database (step {manifest.step}) "
            "this version does not know: install that version or a newer one first"
        )


def _demand_room(blog: Blog, manifest: Manifest, size: int) -> None:
    """Raise `CannotWrite` unless there is room, counting the database twice for its log."""
    on_disk = manifest.database_bytes * 3 if blog.kind == SQLITE else 0
    needed = on_disk + size + ROOM
    for folder in {_scratch(blog).parent, blog.place.media}:
        if needed > (free := shutil.disk_usage(folder).free):
            raise CannotWrite(
                f"this takes {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free in {folder}: "
                "make room"
            )


def _keep_present(blog: Blog, restored: Restored, now: datetime) -> None:
    """Back up what is there; where that is damaged, keep its files as they are."""
    folder = blog.place.instance / KEPT
    name = f"before-{name_of(now)}"
    try:
        if _is_empty(blog):
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        restored.kept = back_up(blog, folder / name, now=now).path
    except Damaged:
        restored.was_damaged = True
        restored.kept = folder / name.replace("before-", "damaged-").removesuffix(".tar")
        restored.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in on_sqlite.files_of(blog.database):
            shutil.copyfile(path, restored.kept / path.name)


def _is_empty(blog: Blog) -> bool:
    return (
        on_sqlite.is_empty(blog.database) if blog.kind == SQLITE else postgres.is_empty(blog.engine)
    )


def _replace_tables(blog: Blog, file: BinaryIO, restored: Restored, done: Told) -> None:
    try:
        with postgres.staging(blog.engine, restored.manifest) as staging:
            _take_files(blog, file, restored, done, staging)
            staging.finish()
            staging.switch()
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise CannotWrite(f"the database says: {reason}") from error


def _take_files(
    blog: Blog,
    file: BinaryIO,
    restored: Restored,
    done: Told,
    staging: postgres.Staging | None = None,
) -> None:
    for member in archiving.read(file, done=done):
        if member.name.startswith("database/"):
            if staging:
                staging.take(_table_of(member), member.unpacked())
        elif target := files.target_of(member.name, blog.place):
            _take_file(blog, member, target, restored)
    if restored.changed > MOST_SYNCED:
        os.sync()


def _take_file(blog: Blog, member: Member, target: Path, restored: Restored) -> None:
    top, _, rest = member.name.partition("/")
    is_media, bucket = top == files.MEDIA, blog.place.bucket
    home = blog.place.media if is_media else blog.place.instance
    # On the disk before the rows that name it; of thousands all at once.
    is_synced = restored.changed < MOST_SYNCED
    if is_media and bucket:
        has_changed = files.put_into(bucket, rest, member.blocks(), home / SCRATCH)
    else:
        has_changed = files.put(member.blocks(), target, home / SCRATCH, is_synced=is_synced)
    restored.changed += has_changed
    if not is_media:
        restored.names.add(rest)
        restored.has_theme_changed |= has_changed


# Around it.


@contextmanager
def _alone(blog: Blog) -> Iterator[None]:
    """Be the only one that restores here, with empty folders to put things together in."""
    folders = {blog.place.media / SCRATCH, blog.place.instance / SCRATCH, _scratch(blog)}
    with (blog.place.instance / "restore.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DoesNotFit("another process restores a backup at this moment") from error
        try:
            for folder in folders:
                # From one that was cut short.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700, parents=True)
            yield
        finally:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)


def _scratch(blog: Blog) -> Path:
    home = blog.database.parent if blog.kind == SQLITE else blog.place.instance
    return home / SCRATCH


@contextmanager
def _opened(archive: Path) -> Iterator[BinaryIO]:
    if archive.is_dir():
        raise CannotRead("it is a folder: name one of the files in it")
    try:
        file = archive.open("rb")
    except OSError as error:
        raise CannotRead(f"it cannot be read ({error.strerror})") from error
    with file:
        yield file


@contextmanager
def _explained() -> Iterator[None]:
    """Say what a disk or a database says in the words of a backup."""
    try:
        yield
    except StoreAway as error:
        raise CannotWrite(str(error)) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise CannotWrite(f"{error.strerror or error}{where}") from error
    except sqlite3.Error as error:
        raise CannotWrite(f"the database says: {error}") from error
