"""The whole export as one stream of files in a fixed order: folder, archive and check read it."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from blogapp.exporting import (
    comments,
    generators,
    labels,
    media,
    origins,
    people,
    posts,
    redirects,
    revisions,
    settings,
    working_copies,
)
from blogapp.exporting.file_names import MANIFEST
from blogapp.exporting.files import File, Here, Part
from blogapp.exporting.snapshots import snapshot
from blogapp.exporting.trees import FORMAT, HEAD, manifest_line
from blogapp.extensions import db
from blogapp.media.stores import Store

PARTS: tuple[Part, ...] = (
    generators,
    settings,
    people,
    labels,
    posts,
    working_copies,
    comments,
    revisions,
    redirects,
    origins,
    media,
)


@contextmanager
def opened(store: Store) -> Iterator[Iterator[File]]:
    """Give every file of the export, as the blog is at this moment, the manifest at the end.

    Each has to be read before the next one is asked for.
    """
    with snapshot(db.engine) as connection:
        yield stream(Here(connection, store))


def stream(here: Here) -> Iterator[File]:
    """Yield every file of the export, the manifest at the end."""
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as manifest:
        manifest.write(HEAD.format(format=FORMAT).encode())
        for part in PARTS:
            for path, chunks in part.write(here):
                digest = hashlib.sha256()
                yield File(path, _noted(chunks, digest))
                manifest.write(manifest_line(digest.hexdigest(), path).encode())
        manifest.seek(0)
        yield File(MANIFEST, iter(lambda: manifest.read(1 << 16), b""))


def _noted(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
