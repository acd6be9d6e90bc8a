"""Backups in a folder: how they are called, which are the blog's own, which have to go."""

import re
from datetime import UTC, datetime
from pathlib import Path

from blogapp.backups import archiving
from blogapp.backups.errors import BackupError, Damaged
from blogapp.backups.manifest import MOST_BYTES, Manifest

_NAME = re.compile(r"blog-\d{8}T\d{6}Z\.tar")


def name_of(now: datetime) -> str:
    """Return the name of a backup of this moment, in an order that is that of time.

    >>> from datetime import UTC, datetime
    >>> name_of(datetime(2026, 11, 18, 3, 17, tzinfo=UTC))
    'blog-20261118T031700Z.tar'
    """
    return f"blog-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"


def rotate(folder: Path, *, keep: int, address: str) -> list[Path]:
    """Remove the oldest backups of the blog at ``address``, but for ``keep``; return them.

    Only what has a name of `name_of` and says in its manifest that it is of this blog.
    """
    named = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    own = [path for path in named if _address(path) == address]
    old = own[: max(0, len(own) - keep)]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def is_backup(path: Path) -> bool:
    """Return whether a file begins as a backup does."""
    return _address(path) is not None


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself, unchecked. Raises `BackupError` for another file."""
    with path.open("rb") as file:
        for member in archiving.read(file):
            return manifest_in(member)
    raise Damaged("it is empty")


def manifest_in(member: archiving.Member) -> Manifest:
    """Return the manifest that is in the first file of an archive."""
    if member.size > MOST_BYTES:
        raise Damaged("its manifest is too long")
    return Manifest.from_json(b"".join(member.blocks()))


def _address(path: Path) -> str | None:
    try:
        return read_manifest(path).address
    except (OSError, BackupError):
        return None
