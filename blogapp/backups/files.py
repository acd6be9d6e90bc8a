"""What a backup holds beside the database: media, the theme, fonts, `security.txt`."""

import filecmp
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blogapp.backups.archiving import CHUNK
from blogapp.backups.errors import DoesNotFit
from blogapp.media.stores import Store
from blogapp.media.stores.folder import Folder
from blogapp.media.variants import parse_variant, variant_key

MEDIA, INSTANCE = "media", "instance"
# Where the instance folder's own things lie. Its secret key is not among them: whoever gets hold
# of a backup gets no key to the blog that goes on running, and without it people sign in anew.
FOLDERS = ("theme", "fonts")
FILES = ("security.txt",)
# Painted again at need.
PAINTED = ("cards", "icons")


@dataclass(frozen=True)
class Place:
    """Where a blog's files are: ``media`` is a folder of this machine in any case."""

    instance: Path
    media: Path
    # Where its media are when they are not in that folder.
    bucket: Store | None = None

    @property
    def store(self) -> Store:
        return self.bucket or Folder(self.media)


def media_files(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """Yield the keys of the files that rows of the media table name, smaller versions among them.

    With each, whether pages may ask for it.
    """
    for row in rows:
        is_shown = row.get("deleted_at") is None and row.get("replaced_by_id") is None
        yield row["key"], is_shown
        made = row.get("variants") or {}
        for name, size in (json.loads(made) if isinstance(made, str) else made).items():
            if size:
                yield variant_key(row["key"], parse_variant(name)), False


def instance_files(instance: Path) -> Iterator[Path]:
    """Yield the theme's files, the fonts and the like, relative to the instance folder."""
    for name in FILES:
        if (instance / name).is_file():
            yield Path(name)
    for folder in FOLDERS:
        for place, folders, names in os.walk(instance / folder):
            folders.sort()
            here = Path(place)
            yield from (
                (here / name).relative_to(instance)
                for name in sorted(names)
                if (here / name).is_file() and not (here / name).is_symlink()
            )


def target_of(name: str, place: Place) -> Path | None:
    """Return where a file of an archive belongs; None for what is no file of a blog.

    Raises `DoesNotFit` where a link that lies there leads elsewhere.
    """
    top, _, rest = name.partition("/")
    first = rest.partition("/")[0]
    if top == MEDIA and "/" in rest and first not in PAINTED and not _has_dots(rest):
        return _below(place.media, rest)
    if top == INSTANCE and (rest in FILES or ("/" in rest and first in FOLDERS)):
        return _below(place.instance, rest)
    return None


def put(blocks: Iterable[bytes], target: Path, scratch: Path, *, is_synced: bool) -> bool:
    """Write a file whole or not at all, in place of what lies there; return whether it differs.

    Unless ``is_synced`` it is on the disk for sure only after an `os.sync`.
    """
    temporary = _written(blocks, scratch)
    if target.is_file() and filecmp.cmp(temporary, target, shallow=False):
        temporary.unlink()
        return False
    if is_synced:
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
    os.chmod(temporary, 0o644)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(temporary, target)
    return True


def put_into(store: Store, key: str, blocks: Iterable[bytes], scratch: Path) -> bool:
    """Keep a file in a store, in place of what it has there; return whether that differs."""
    temporary = _written(blocks, scratch)
    if store.size(key) == temporary.stat().st_size and _is_same(temporary, store, key):
        temporary.unlink()
        return False
    store.take(key, temporary)
    return True


def take_away_others(instance: Path, kept: set[str]) -> None:
    """Remove the theme's files, fonts and the like that are not among ``kept``."""
    for path in list(instance_files(instance)):
        if path.as_posix() not in kept:
            (instance / path).unlink(missing_ok=True)
    for folder in FOLDERS:
        for place, _folders, _names in os.walk(instance / folder, topdown=False):
            with suppress(OSError):  # what is not empty stays
                Path(place).rmdir()


def _written(blocks: Iterable[bytes], scratch: Path) -> Path:
    handle, temporary = tempfile.mkstemp(dir=scratch)
    with os.fdopen(handle, "wb") as file:
        for block in blocks:
            file.write(block)
    return Path(temporary)


def _is_same(path: Path, store: Store, key: str) -> bool:
    with path.open("rb") as ours, store.open(key) as theirs:
        while block := ours.read(CHUNK):
            if theirs.read(len(block)) != block:
                return False
    return True


def _below(folder: Path, rest: str) -> Path:
    target = folder / rest
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise DoesNotFit(f"{target.parent} leads out of {folder}")
    return target


def _has_dots(rest: str) -> bool:
    return any(part.startswith(".") for part in rest.split("/"))
