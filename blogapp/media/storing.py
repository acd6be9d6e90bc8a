"""Keeping files: images written anew, drawings that only draw, harmless attachments.

The file is on disk before its row is committed, so no row ever lacks its file. These
functions change objects; the caller decides when to commit.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.media import drawings
from blogapp.media.encoding import encode
from blogapp.media.errors import NotAnImage, TooLarge, UnwantedKind
from blogapp.media.models import Media

MOST_BYTES = 20_000_000
SVG = "image/svg+xml"
# What a blog hands out beside its posts; browsers are told to save it, not to show it.
FILE_TYPES = {
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".ipynb": "application/x-ipynb+json",
    ".py": "text/x-python",
    ".log": "text/plain",
}
_NAME_LENGTH = 80


def store_image(
    data: bytes,
    name: str,
    *,
    folder: Path,
    now: datetime,
    origin: str | None = None,
    uploaded_by_id: int | None = None,
    alt: str = "",
) -> Media:
    """Return the stored image; one that is here already comes back as it is.

    The content decides what it is, not ``name``. It is written anew without metadata,
    upright, animated if it was. Raises `TooLarge` (20 MB), `TooManyPixels` (50 million)
    or `NotAnImage`, as for SVG.
    """
    _check_length(data)
    encoded = encode(data)
    return _store(
        encoded.data,
        Media(
            name=_shown(name),
            content_type=encoded.content_type,
            width=encoded.width,
            height=encoded.height,
            alt=alt,
            uploaded_by_id=uploaded_by_id,
            created_at=now,
            origin=origin,
        ),
        suffix=encoded.suffix,
        folder=folder,
    )


def store_drawing(
    data: bytes, name: str, *, folder: Path, now: datetime, origin: str | None = None
) -> Media:
    """Return the stored SVG, kept as it is. Raises `NotAnImage` unless it only draws.

    For imports alone: what strangers or authors upload goes through `store_image`.
    """
    _check_length(data)
    try:
        width, height = drawings.check(data)
    except drawings.NotInert as error:
        raise NotAnImage(f"The SVG is not kept: {error}.") from error
    media = Media(
        name=_shown(name),
        content_type=SVG,
        width=width,
        height=height,
        alt="",
        created_at=now,
        origin=origin,
    )
    return _store(data, media, suffix=".svg", folder=folder)


def store_file(
    data: bytes, name: str, *, folder: Path, now: datetime, origin: str | None = None
) -> Media:
    """Return the stored attachment. Raises `UnwantedKind` by the name's ending, or `TooLarge`."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FILE_TYPES:
        raise UnwantedKind(f"Files ending in {suffix or 'nothing'} are not kept.")
    _check_length(data)
    media = Media(
        name=_shown(name),
        content_type=FILE_TYPES[suffix],
        alt="",
        created_at=now,
        origin=origin,
    )
    return _store(data, media, suffix=suffix, folder=folder)


def delete_file(folder: Path, key: str) -> None:
    """Remove a stored file, and its folder when that is empty; done already is done."""
    path = folder / key
    path.unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError:
        # Another name of the same content, or already gone.
        return


def _check_length(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise TooLarge("The file is larger than 20 MB.")


def _store(data: bytes, media: Media, *, suffix: str, folder: Path) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    query = select(Media).where(Media.sha256 == digest, Media.content_type == media.content_type)
    if found := db.session.scalar(query.order_by(Media.id).limit(1)):
        if found.origin and not media.origin:
            # The blog uses it now: it does not go when the demo goes.
            found.origin = None
        if not (folder / found.key).is_file():
            _write(folder / found.key, data)
        return found
    media.sha256, media.size = digest, len(data)
    media.key = f"{digest[:16]}/{_safe_stem(media.name)}{suffix}"
    _write(folder / media.key, data)
    db.session.add(media)
    db.session.flush()
    return media


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # The rename itself is safe only once its folder is on disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _shown(name: str) -> str:
    """Return the last part of a file's name, without control characters, at most 200 long."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:200].strip() or "file"


def _safe_stem(name: str) -> str:
    stem = unicodedata.normalize("NFKD", PurePosixPath(name).stem).encode("ascii", "ignore")
    words = re.sub(r"[^A-Za-z0-9_-]+", "-", stem.decode()).strip("-_").lower()
    return words[:_NAME_LENGTH].strip("-_") or "file"
