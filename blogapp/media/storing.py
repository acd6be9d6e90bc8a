"""Keeping files: images written anew, drawings that only draw, harmless attachments.

The file is in its store before its row is committed, so no row ever lacks its file. These
functions change objects; the caller decides when to commit.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue, withdraw
from blogapp.media import attachments, confining, drawings
from blogapp.media.encoding import Encoded
from blogapp.media.errors import NotAnImage, TooLarge, UnwantedKind
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.variants import missing_variants
from blogapp.text.file_types import FILE_TYPES

MOST_BYTES = 20_000_000
SVG = "image/svg+xml"
# The kinds of work that a stored file causes; they are told its id.
VARIANTS = "variants"
PURGE = "purge"
_NAME_LENGTH = 80
_IMAGE_ENDINGS = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".avif", ".svg"}


def store_image(
    data: bytes,
    name: str,
    *,
    store: Store,
    now: datetime,
    origin: str | None = None,
    uploaded_by_id: int | None = None,
    alt: str = "",
) -> Media:
    """Return the stored image; one that is here already comes back as it is.

    The content decides what it is, not ``name``. It is written anew without metadata,
    upright, animated if it was, in a process that can be stopped; its variants are made
    later. Raises `TooLarge` (20 MB), `TooManyPixels` (50 million), `TooCostly` or
    `NotAnImage`, as for SVG.
    """
    _check_length(data)
    said: dict[str, Any] = {"origin": origin, "uploaded_by_id": uploaded_by_id, "alt": alt}
    return store_encoded(confining.encode(data), name, store=store, now=now, **said)


def store_encoded(
    encoded: Encoded,
    name: str,
    *,
    store: Store,
    now: datetime,
    origin: str | None = None,
    uploaded_by_id: int | None = None,
    alt: str = "",
) -> Media:
    """Return the stored image of what is written anew already."""
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
            frames=encoded.frames,
            metadata_found=[*encoded.metadata_found],
        ),
        suffix=encoded.suffix,
        store=store,
    )


def store_drawing(
    data: bytes,
    name: str,
    *,
    store: Store,
    now: datetime,
    origin: str | None = None,
    uploaded_by_id: int | None = None,
    alt: str = "",
) -> Media:
    """Return the stored SVG, kept as it is. Raises `NotAnImage` unless it only draws."""
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
        alt=alt,
        uploaded_by_id=uploaded_by_id,
        created_at=now,
        origin=origin,
    )
    return _store(data, media, suffix=".svg", store=store)


def store_file(
    data: bytes,
    name: str,
    *,
    store: Store,
    now: datetime,
    origin: str | None = None,
    uploaded_by_id: int | None = None,
) -> Media:
    """Return the stored attachment.

    Raises `UnwantedKind` by the name's ending, `BadAttachment` by the content, or `TooLarge`.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FILE_TYPES:
        raise UnwantedKind(f"Files ending in {suffix or 'nothing'} are not kept.")
    _check_length(data)
    attachments.check(data, suffix)
    media = Media(
        name=_shown(name),
        content_type=FILE_TYPES[suffix],
        alt="",
        uploaded_by_id=uploaded_by_id,
        created_at=now,
        origin=origin,
    )
    return _store(data, media, suffix=suffix, store=store)


def store_upload(
    data: bytes, name: str, *, store: Store, now: datetime, uploaded_by_id: int, alt: str = ""
) -> Media:
    """Return what an author uploaded as an image, a drawing or an attachment.

    The content decides; what looks like no image is one by its name's ending, or else a
    file to be saved. Raises any `MediaError`.
    """
    said: dict[str, Any] = {"store": store, "now": now, "uploaded_by_id": uploaded_by_id}
    if is_drawing(data):
        return store_drawing(data, name, alt=alt, **said)
    suffix = PurePosixPath(name).suffix.lower()
    # What has no ending was pasted.
    if _looks_like_an_image(data) or suffix in _IMAGE_ENDINGS or not suffix:
        return store_image(data, name, alt=alt, **said)
    return store_file(data, name, **said)


def is_drawing(data: bytes) -> bool:
    """Whether the content begins as SVG files do."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg"))


def delete_file(store: Store, key: str) -> None:
    """Remove a stored file with its variants; done already is done."""
    shelf, _, name = key.partition("/")
    made = re.compile(rf"{shelf}/w\d+/{re.escape(PurePosixPath(name).stem)}\.[a-z]+")
    # Looked for rather than known: what was being made when it went is there too.
    for entry in [entry for entry in store.list(shelf) if made.fullmatch(entry.key)]:
        store.delete(entry.key)
    store.delete(key)


def _check_length(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise TooLarge("The file is larger than 20 MB.")


def _store(data: bytes, media: Media, *, suffix: str, store: Store) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    query = select(Media).where(Media.sha256 == digest, Media.content_type == media.content_type)
    stored = db.session.scalars(query.order_by(Media.id)).all()
    if found := next((each for each in stored if _is_for(each, media)), None):
        if store.size(found.key) is None:
            store.write(found.key, data)
        _take_up(found, media)
        return found
    media.sha256, media.size = digest, len(data)
    media.key = _free_key(f"{digest[:16]}/{_safe_stem(media.name)}", suffix, stored)
    store.write(media.key, data)
    db.session.add(media)
    db.session.flush()
    plan_work(media, now=media.created_at)
    return media


def plan_work(media: Media, *, now: datetime) -> None:
    """Have the variants made that a file lacks."""
    if missing_variants(media):
        enqueue(VARIANTS, str(media.id), now=now)


def _is_for(found: Media, media: Media) -> bool:
    """Whether a file that is here already may stand for what came just now.

    Whoever uploads one decides about it, so another person's stays another file.
    """
    ours = (None, found.uploaded_by_id)
    return found.uploaded_by_id is None or media.uploaded_by_id in ours


def _free_key(begin: str, suffix: str, stored: Sequence[Media]) -> str:
    taken = {each.key for each in stored}
    key, number = f"{begin}{suffix}", 2
    while key in taken:
        key, number = f"{begin}-{number}{suffix}", number + 1
    return key


def _take_up(found: Media, media: Media) -> None:
    """Use a file that is here already for what was uploaded just now."""
    found.uploaded_by_id = found.uploaded_by_id or media.uploaded_by_id
    if found.origin and not media.origin:
        # The blog uses it now: it does not go when the demo goes.
        found.origin = None
    if found.deleted_at or found.replaced_by_id:
        withdraw(PURGE, str(found.id))
        found.deleted_at = found.replaced_by_id = None
    if found.frames is None and media.frames:
        found.frames = media.frames
        plan_work(found, now=media.created_at)
    found.alt = found.alt or media.alt


def _looks_like_an_image(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or (
        data[8:12] == b"WEBP" or data[4:12] in {b"ftypavif", b"ftypavis"}
    )


def _shown(name: str) -> str:
    """Return the last part of a file's name, without control characters, at most 200 long."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:200].strip() or "file"


def _safe_stem(name: str) -> str:
    stem = unicodedata.normalize("NFKD", PurePosixPath(name).stem).encode("ascii", "ignore")
    words = re.sub(r"[^A-Za-z0-9_-]+", "-", stem.decode()).strip("-_").lower()
    return words[:_NAME_LENGTH].strip("-_") or "file"
