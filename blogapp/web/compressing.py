"""Files under /static/ compressed: lightly at once, and as well as it goes for a folder.

The folder belongs to the instance and is shared by all processes, and by versions of the blog
that run side by side: what lies in it has its hash in its name and never changes.
"""

import gzip
import os
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import brotli

from blogapp.media.stores.folder import UNFINISHED, write_file
from blogapp.web.kinds import is_compressible, kind_of
from blogapp.web.naming import Asset

# By preference, with the endings that nginx's gzip_static and brotli_static look for.
ENDINGS = {"br": ".br", "gzip": ".gz"}
# Bytes: below, the header says more than is saved.
_LEAST = 200
# Seconds: pages that name a file may lie in a cache for a while after it is gone.
_UNUSED = 30 * 24 * 3600
_DAY = 24 * 3600
_LIGHT = {"br": 5, "gzip": 6}
_BEST = {"br": 11, "gzip": 9}


def compressed(content: bytes, encoding: str, *, best: bool = False) -> bytes:
    """Return the content in an encoding: ``br`` or ``gzip``, always the same bytes."""
    level = (_BEST if best else _LIGHT)[encoding]
    if encoding == "br":
        return bytes(brotli.compress(content, quality=level))
    return gzip.compress(content, level, mtime=0)


def is_worth(content: bytes, smaller: bytes) -> bool:
    """Whether what is saved is more than what the header costs."""
    return len(smaller) < len(content) - 40


class Shelf:
    """The folder of files that are ready to send, under their hashed names."""

    def __init__(self, folder: Path, on_lack: Callable[[], None] = lambda: None) -> None:
        self.folder, self.on_lack = folder, on_lack

    def read(self, hashed: str) -> bytes | None:
        """Return a file by its hashed name; None when it is not there."""
        try:
            return (self.folder / hashed).read_bytes()
        except OSError:
            return None

    def read_compressed(self, asset: Asset, encoding: str) -> bytes | None:
        """Return what `fill` made of a file; None when it has not, or when that is damaged."""
        path = self.folder / (asset.hashed + ENDINGS[encoding])
        try:
            found = path.read_bytes()
        except OSError:
            found = b""
        if found and _expanded(found, encoding) == asset.content:
            return found
        if found:
            with suppress(OSError):
                path.unlink()
        self.on_lack()
        return None

    def put(self, asset: Asset) -> None:
        """Write a file by its hashed name, unless it is there. Raises `OSError`."""
        write(self.folder / asset.hashed, asset.content)

    def fill(self, assets: Iterable[Asset]) -> None:
        """Write what is missing of these files and of their best compressed forms.

        Raises `OSError` where the folder cannot be written.
        """
        for asset in assets:
            if asset.path is None:
                self.put(asset)
                write_compressed(self.folder / asset.hashed, asset)

    def tidy(self, present: Iterable[Asset]) -> None:
        """Remove what no version of the blog has used for a month; note what is used now."""
        names = {asset.hashed + ending for asset in present for ending in ("", *ENDINGS.values())}
        for place, _folders, files in os.walk(self.folder, topdown=False):
            for name in files:
                path = Path(place) / name
                _tidy(path, path.relative_to(self.folder).as_posix() in names)
            with suppress(OSError):
                if Path(place) != self.folder:
                    os.rmdir(place)


def write_compressed(path: Path, asset: Asset) -> None:
    """Write the best compressed forms of a file beside ``path``, where they are worth it."""
    if not may_shrink(kind_of(asset.name), len(asset.content)):
        return
    for encoding, ending in ENDINGS.items():
        target = path.with_name(path.name + ending)
        if target.exists():
            continue
        smaller = compressed(asset.content, encoding, best=True)
        if is_worth(asset.content, smaller):
            write(target, smaller)


def write(path: Path, content: bytes) -> None:
    """Write a file unless it is there: who reads the folder without us sends what it finds."""
    with suppress(OSError):
        if path.stat().st_size == len(content):
            return
    write_file(path, content)


def may_shrink(kind: str, length: int) -> bool:
    """Whether a file of this media type and of so many bytes is worth compressing."""
    return length >= _LEAST and is_compressible(kind)


def _tidy(path: Path, is_used: bool) -> None:
    with suppress(OSError):
        age = time.time() - path.stat().st_mtime
        if is_used and age > _DAY:
            os.utime(path)
        elif not is_used and age > (_DAY if path.name.startswith(UNFINISHED) else _UNUSED):
            path.unlink()


def _expanded(content: bytes, encoding: str) -> bytes | None:
    try:
        return bytes(brotli.decompress(content)) if encoding == "br" else gzip.decompress(content)
    except (brotli.error, zlib.error, OSError, EOFError):
        return None
