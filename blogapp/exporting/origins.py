"""Where posts and pictures came from, so that another import from there changes nothing here."""

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadValue
from blogapp.exporting.file_names import file_name, reference
from blogapp.exporting.files import File, Here, Told, settle
from blogapp.exporting.people import ids_by_slug
from blogapp.exporting.redirects import find_post
from blogapp.exporting.revisions import find_author
from blogapp.exporting.snapshots import by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.models import ImportedFile, ImportedMedia, KeptList
from blogapp.importing.reporting import Result
from blogapp.media.models import Media
from blogapp.posts.models import Post
from blogapp.posts.publication_models import ConfirmedSecret

# Under this name a blog remembers what it read back from exports; no export holds that.
READ_BACK = "export"
BATCH = 500
_ID = {"id": "a number of this database"}
FILES = Shape(
    table_of(ImportedFile),
    left_out=_ID,
    references={"post_id": "post"},
)
PICTURES = Shape(
    table_of(ImportedMedia),
    left_out={**_ID, "address_sha256": "made from the address"},
    references={"media_id": "file"},
)
SECRETS = Shape(
    table_of(ConfirmedSecret),
    references={"post_id": "post", "author_id": "by"},
)
LISTS = Shape(
    table_of(KeptList),
    left_out=_ID,
    references={"rows": "a file of its own"},
)
FILES_PATH = "_records/imported-files.jsonl"
PICTURES_PATH = "_records/imported-media.jsonl"
SECRETS_PATH = "_records/confirmed-secrets.jsonl"
LISTS_PATH = "_records/kept-lists.jsonl"
_posts, _media = table_of(Post), table_of(Media)


def write(here: Here) -> Iterator[File]:
    """Yield what is remembered of imports, and the lists of people that they brought."""
    for path, records in (
        (FILES_PATH, _files(here)),
        (PICTURES_PATH, _pictures(here)),
        (SECRETS_PATH, _secrets(here)),
        (LISTS_PATH, _lists(here)),
    ):
        first = next(records, None)
        if first is not None:
            yield File(path, documents.lines(_again(first, records)))
    table = table_of(KeptList)
    order = by_bytes(here.connection, table.c.source), by_bytes(here.connection, table.c.name)
    ids = here.connection.scalars(select(table.c.id).order_by(*order)).all()
    for id in ids:
        row = here.connection.execute(select(table).where(table.c.id == id)).one()
        content = (_header(row.columns) + row.rows).encode()
        yield File(_list_path(row.source, row.name), [content])


def _again(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _files(here: Here) -> Iterator[dict[str, Any]]:
    table = table_of(ImportedFile)
    query = (
        select(table, _posts.c.slug, _posts.c.is_page)
        .outerjoin(_posts, _posts.c.id == table.c.post_id)
        .where(table.c.source != READ_BACK)
        .order_by(*(by_bytes(here.connection, each) for each in (table.c.source, table.c.path)))
    )
    for row in here.connection.execute(query).yield_per(BATCH):
        post = {"post": reference(row.slug, is_page=row.is_page)} if row.post_id else {}
        yield {**FILES.say(row), **post}


def _pictures(here: Here) -> Iterator[dict[str, Any]]:
    table = table_of(ImportedMedia)
    query = (
        select(table, _media.c.key)
        .join(_media, _media.c.id == table.c.media_id)
        .order_by(by_bytes(here.connection, table.c.address_sha256))
    )
    for row in here.connection.execute(query).yield_per(BATCH):
        yield {**PICTURES.say(row), "file": row.key}


def _secrets(here: Here) -> Iterator[dict[str, Any]]:
    table = table_of(ConfirmedSecret)
    query = (
        select(table, _posts.c.slug, _posts.c.is_page)
        .join(_posts, _posts.c.id == table.c.post_id)
        .order_by(
            _posts.c.is_page,
            by_bytes(here.connection, _posts.c.slug_key),
            by_bytes(here.connection, table.c.digest),
        )
    )
    for row in here.connection.execute(query).yield_per(BATCH):
        by = {"by": here.people[row.author_id]} if row.author_id else {}
        yield {**SECRETS.say(row), "post": reference(row.slug, is_page=row.is_page), **by}


def _lists(here: Here) -> Iterator[dict[str, Any]]:
    table = table_of(KeptList)
    columns = [column for column in table.columns if column.name != "rows"]
    order = by_bytes(here.connection, table.c.source), by_bytes(here.connection, table.c.name)
    for row in here.connection.execute(select(*columns).order_by(*order)):
        yield {**LISTS.say(row), "file": _list_path(row.source, row.name)}


def _list_path(source: str, name: str) -> str:
    digest = hashlib.sha256(f"{source}\n{name}".encode()).hexdigest()[:10]
    words = "-".join("".join(c if c.isalnum() else " " for c in name).split())
    return f"_records/kept-lists/{file_name(words or 'list')}-{digest}.csv"


def _header(columns: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(columns)
    return text.getvalue()


def read(tree: Tree, *, keep: bool) -> Iterator[Told]:
    """Take in what is not remembered yet; commits where it is kept."""
    authors = ids_by_slug()
    for path, take in (
        (FILES_PATH, _take_file),
        (PICTURES_PATH, _take_picture),
        (SECRETS_PATH, _take_secret),
        (LISTS_PATH, _take_list),
    ):
        made = 0
        for record in tree.records(path):
            try:
                row = take(tree, record.said, authors)
            except BadValue as error:
                yield Told(f"{path}:{record.number}", Result.FAILED, str(error))
                continue
            if row is not None:
                made += 1
                db.session.add(row)
            if record.number % BATCH == 0:
                settle(keep=keep)
        settle(keep=keep)
        if tree.holds(path):
            yield Told(path, Result.MADE if made else Result.UNCHANGED)


def _take_file(_tree: Tree, said: dict[str, Any], _authors: dict[str, int]) -> Any:
    values = FILES.read(said)
    known = select(ImportedFile.id).where(
        ImportedFile.source == values["source"], ImportedFile.path == values["path"]
    )
    post_id = find_post(said.get("post"))
    if values["source"] == READ_BACK or db.session.scalar(known):
        return None
    return ImportedFile(post_id=post_id, **values)


def _take_picture(_tree: Tree, said: dict[str, Any], _authors: dict[str, int]) -> Any:
    values = PICTURES.read(said)
    digest = hashlib.sha256(values["address"].encode()).hexdigest()
    media_id = db.session.scalar(select(Media.id).where(Media.key == str(said.get("file"))))
    known = select(ImportedMedia.id).where(ImportedMedia.address_sha256 == digest)
    if media_id is None or db.session.scalar(known):
        return None
    return ImportedMedia(address_sha256=digest, media_id=media_id, **values)


def _take_secret(_tree: Tree, said: dict[str, Any], authors: dict[str, int]) -> Any:
    values, post_id = SECRETS.read(said), find_post(said.get("post"))
    known = select(ConfirmedSecret.post_id).where(
        ConfirmedSecret.post_id == post_id, ConfirmedSecret.digest == values["digest"]
    )
    if post_id is None or db.session.scalar(known) is not None:
        return None
    by = find_author(said.get("by"), authors)
    return ConfirmedSecret(post_id=post_id, author_id=by, **values)


def _take_list(tree: Tree, said: dict[str, Any], _authors: dict[str, int]) -> Any:
    values = LISTS.read(said)
    known = select(KeptList.id).where(
        KeptList.source == values["source"], KeptList.name == values["name"]
    )
    if not all(isinstance(name, str) for name in values["columns"]):
        raise BadValue("columns: are not all texts")
    text = tree.text(_list_path(values["source"], values["name"]))
    header = _header(values["columns"])
    if not text.startswith(header):
        raise BadValue("columns: are others than in the list's file")
    if db.session.scalar(known):
        return None
    return KeptList(rows=text.removeprefix(header), **values)
