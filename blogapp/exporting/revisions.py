"""Deliberate states of posts: a file for each, never written again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select

from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadExport, BadValue
from blogapp.exporting.file_names import file_name
from blogapp.exporting.files import File, Here
from blogapp.exporting.snapshots import batches, by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.revision_models import Revision

BATCH = 20
SHAPE = Shape(
    table_of(Revision),
    left_out={"id": "a number of this database"},
    references={
        "post_id": "the folder it lies in",
        "author_id": "by",
        "body": "what stands under the front matter",
    },
)
_table = table_of(Revision)


def folder(slug: str, *, is_page: bool) -> str:
    """Return where a post's revisions lie."""
    return f"_revisions/{'pages' if is_page else 'posts'}/{file_name(slug)}/"


def write(here: Here) -> Iterator[File]:
    """Yield a file for each revision, by posts and numbers."""
    posts = table_of(Post)
    ids = (
        select(_table.c.id)
        .join(posts, posts.c.id == _table.c.post_id)
        .order_by(posts.c.is_page, by_bytes(here.connection, posts.c.slug_key), _table.c.number)
    )
    query = select(_table, posts.c.slug, posts.c.is_page).join(
        posts, posts.c.id == _table.c.post_id
    )
    for batch in batches(here.connection, ids, BATCH):
        found = here.connection.execute(query.where(_table.c.id.in_(batch)))
        rows = {row.id: row for row in found}
        for row in (rows[id] for id in batch):
            said = SHAPE.say(row)
            if row.author_id:
                said["by"] = here.people[row.author_id]
            path = f"{folder(row.slug, is_page=row.is_page)}{row.number:04}.md"
            yield File(path, [documents.page(said, row.body)])


def read(tree: Tree, paths: list[str], post_id: int, authors: dict[str, int]) -> int:
    """Take in those of a post's revisions that it lacks; return how many. The caller commits."""
    if not paths:
        return 0
    known = set(db.session.scalars(select(Revision.number).where(Revision.post_id == post_id)))
    made = 0
    for path in paths:
        values = _read(tree, path, authors)
        if values["number"] not in known:
            known.add(values["number"])
            db.session.execute(insert(_table).values(post_id=post_id, **values))
            made += 1
    return made


def _read(tree: Tree, path: str, authors: dict[str, int]) -> dict[str, Any]:
    head, body = tree.page(path)
    try:
        values = SHAPE.read(head)
        values["author_id"] = find_author(head.get("by"), authors)
    except BadValue as error:
        raise BadExport(path, str(error)) from error
    return {**values, "body": body}


def find_author(slug: Any, authors: dict[str, int]) -> int | None:
    """Return an author's id by slug, None for nobody. Raises `BadValue`."""
    if slug is None:
        return None
    found = authors.get(str(slug).casefold())
    if found is None:
        raise BadValue(f"by: {str(slug)[:80]!r} is no author of this export")
    return found
