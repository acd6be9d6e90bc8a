"""Pictures and other files, each once, and what is said of them."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from blogapp.exporting import documents, people
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadExport, BadValue, within
from blogapp.exporting.files import File, Here, Told, settle
from blogapp.exporting.snapshots import by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.jobs.queueing import enqueue
from blogapp.media import attachments, drawings
from blogapp.media.errors import BadAttachment
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.storing import MOST_BYTES, PURGE, SVG, plan_work
from blogapp.posts.media_keeping import DELETED_FOR, REPLACED_FOR
from blogapp.text.file_types import FILE_TYPES

FOLDER = "media"
PATH = "_records/media.jsonl"
SHAPE = Shape(
    table_of(Media),
    left_out={"id": "a number of this database", "variants": "made anew of the file"},
    references={"uploaded_by_id": "uploaded_by", "replaced_by_id": "replaced_by"},
)
BATCH = 200
_CHUNK = 1 << 20
_KEY = re.compile(r"[0-9a-f]{16}/[A-Za-z0-9][A-Za-z0-9_-]{0,120}(\.[a-z0-9]{1,5})")
_MARKS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "image/avif": (),
}
_ENDINGS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": SVG,
}


def write(here: Here) -> Iterator[File]:
    """Yield what is known of all files, then each file that is there."""
    media = table_of(Media)
    if here.connection.scalar(select(media.c.id).limit(1)) is None:
        return
    yield File(PATH, documents.lines(_records(here)))
    query = select(media.c.key).order_by(by_bytes(here.connection, media.c.key))
    for [key] in here.connection.execute(query).yield_per(BATCH):
        # Of what was replaced long ago only the address is left.
        with suppress(FileNotFoundError), here.store.open(key) as file:
            yield File(f"{FOLDER}/{key}", iter(partial(file.read, _CHUNK), b""))


def _records(here: Here) -> Iterator[dict[str, Any]]:
    media, other = table_of(Media), table_of(Media).alias()
    at = media.c.created_at
    query = (
        select(
            media,
            other.c.key.label("by"),
            func.row_number().over(partition_by=at, order_by=media.c.id).label("rank"),
            func.count().over(partition_by=at).label("at_once"),
        )
        .outerjoin_from(media, other, other.c.id == media.c.replaced_by_id)
        .order_by(by_bytes(here.connection, media.c.key))
    )
    for row in here.connection.execute(query).yield_per(BATCH):
        said = SHAPE.say(row)
        if row.uploaded_by_id:
            said["uploaded_by"] = here.people[row.uploaded_by_id]
        if row.by:
            said["replaced_by"] = row.by
        # Files that came at the same moment stand in lists in the order in which they came.
        if row.at_once > 1:
            said["rank"] = row.rank
        yield said


def read(tree: Tree, store: Store, *, now: datetime, keep: bool) -> Iterator[Told]:
    """Take in the files and what is said of them; commits batches where they are kept.

    A file that is here already keeps what is said of it here.
    """
    # In lists, files of one moment stand in the order in which they came.
    order = sorted(
        (str(record.said.get("created_at", "")), _rank(record.said), record.number, record.start)
        for record in tree.records(PATH)
    )
    authors = people.ids_by_slug()
    replaced: dict[str, str] = {}
    for count, (_at, _position, number, start) in enumerate(order, start=1):
        said = tree.record(PATH, number, start)
        with within(PATH, number):
            values = _checked(SHAPE.read(said))
            values["uploaded_by_id"] = _author(said, authors)
            if said.get("replaced_by"):
                replaced[values["key"]] = str(said["replaced_by"])
            told = _take(tree, store, values, keep=keep)
        yield told
        if count % BATCH == 0:
            settle(keep=keep)
    _lead_on(replaced, now=now)
    settle(keep=keep)


def _rank(said: dict[str, Any]) -> int:
    return rank if isinstance(rank := said.get("rank"), int) else 0


def _author(said: dict[str, Any], authors: dict[str, int]) -> int | None:
    if not said.get("uploaded_by"):
        return None
    found = authors.get(str(said["uploaded_by"]).casefold())
    if found is None:
        raise BadValue(f"uploaded_by: {said['uploaded_by']!r} is no author of this export")
    return found


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    key, kind = values["key"], values["content_type"]
    found = _KEY.fullmatch(key)
    if not found or not key.startswith(values["sha256"][:16]):
        raise BadValue(f"key: {key!r} is no place of a file with this content")
    if kind not in {_ENDINGS.get(found[1]), FILE_TYPES.get(found[1])}:
        raise BadValue(f"content_type: {kind!r} is not what files ending in {found[1]} are")
    return values


def _take(tree: Tree, store: Store, values: dict[str, Any], *, keep: bool) -> Told:
    key, path = values["key"], f"{FOLDER}/{values['key']}"
    has_file, is_here = tree.holds(path), store.size(key) is not None
    if has_file and not is_here:
        data = (tree.folder / path).read_bytes()
        _check_content(data, values, path)
        if keep:
            store.write(key, data)
            is_here = True
    note = "" if has_file or is_here else "its file is not in the export"
    found = db.session.scalar(select(Media).where(Media.key == key))
    if found is None:
        row = Media(variants={}, **values)
        db.session.add(row)
        db.session.flush()
        _plan(row, has_file=has_file)
        return Told(path, Result.MADE, note)
    changed = [name for name in values if getattr(found, name) != values[name]]
    if changed:
        return Told(path, Result.KEPT, f"stays as it is here: {', '.join(changed)}")
    return Told(path, Result.UNCHANGED, note)


def _plan(row: Media, *, has_file: bool) -> None:
    if row.deleted_at:
        enqueue(PURGE, str(row.id), now=row.deleted_at, due=row.deleted_at + DELETED_FOR)
    elif has_file:
        plan_work(row, now=row.created_at)


def _check_content(data: bytes, values: dict[str, Any], path: str) -> None:
    """Refuse a file that is not what the export says, or that browsers might run."""
    kind = values["content_type"]
    if hashlib.sha256(data).hexdigest() != values["sha256"] or len(data) != values["size"]:
        raise BadExport(path, "is damaged: its content is not what the export says")
    if len(data) > MOST_BYTES:
        raise BadExport(path, "is larger than 20 MB")
    try:
        if kind == SVG:
            drawings.check(data)
        elif kind not in _MARKS:
            attachments.check(data, Path(path).suffix)
        elif not (data.startswith(_MARKS[kind]) or (kind == "image/avif" and _is_avif(data))):
            raise BadExport(path, f"is no {kind}")
    except (drawings.NotInert, BadAttachment) as error:
        raise BadExport(path, str(error)) from error


def _is_avif(data: bytes) -> bool:
    return data[4:12] in {b"ftypavif", b"ftypavis"}


def _lead_on(replaced: dict[str, str], *, now: datetime) -> None:
    """Let replaced files lead to those that stand for them; nothing may lead to itself."""
    for key in replaced:
        seen, step = {key}, replaced[key]
        while step in replaced:
            if step in seen:
                raise BadExport(PATH, f"replaced_by: {key} is replaced in a circle")
            seen.add(step)
            step = replaced[step]
    for key, by in replaced.items():
        rows = select(Media).where(Media.key.in_((key, by)))
        found = {row.key: row for row in db.session.scalars(rows)}
        if by not in found:
            raise BadExport(PATH, f"replaced_by: {by!r} is no file of this export")
        if found[key].replaced_by_id is None:
            row = found[key]
            row.replaced_by_id = found[by].id
            enqueue(PURGE, str(row.id), now=now, due=now + REPLACED_FOR)
