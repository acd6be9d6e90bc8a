"""What authors have typed and not put before readers: the text, and the one it grew out of."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select

from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadExport, BadValue
from blogapp.exporting.file_names import file_name
from blogapp.exporting.files import File, Here
from blogapp.exporting.revisions import find_author
from blogapp.exporting.snapshots import batches, by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Post

SHAPE = Shape(
    table_of(Draft),
    left_out={
        "head": "counts entries of the journal",
        "saved_head": "counts entries of the journal",
        "is_pending": "only those that are have a file",
    },
    references={
        "post_id": "the file's name",
        "body": "what stands under the front matter",
        "base_body": "what stands in the file of the base",
        "base_fields": "fields, in the file of the base",
        "changed_by_id": "by",
    },
)
BATCH = 20
_table = table_of(Draft)


def path_of(slug: str, *, is_page: bool) -> str:
    """Return where a post's working copy lies."""
    return f"_working/{'pages' if is_page else 'posts'}/{file_name(slug)}.md"


def base_of(path: str) -> str:
    """Return where the text lies that a working copy grew out of."""
    return path.replace("_working/", "_working/base/", 1)


def write(here: Here) -> Iterator[File]:
    """Yield two files for each post with words that it does not say."""
    posts = table_of(Post)
    ids = (
        select(_table.c.post_id)
        .join(posts, posts.c.id == _table.c.post_id)
        .where(_table.c.is_pending)
        .order_by(posts.c.is_page, by_bytes(here.connection, posts.c.slug_key))
    )
    query = select(_table, posts.c.slug, posts.c.is_page).join(
        posts, posts.c.id == _table.c.post_id
    )
    for batch in batches(here.connection, ids, BATCH):
        found = here.connection.execute(query.where(_table.c.post_id.in_(batch)))
        rows = {row.post_id: row for row in found}
        for row in (rows[id] for id in batch):
            said = SHAPE.say(row)
            if row.changed_by_id:
                said["by"] = here.people[row.changed_by_id]
            path = path_of(row.slug, is_page=row.is_page)
            yield File(path, [documents.page(said, row.body)])
            base = documents.page({"fields": row.base_fields}, row.base_body)
            yield File(base_of(path), [base])


def read(tree: Tree, path: str, post_id: int, authors: dict[str, int]) -> int:
    """Take in the working copy of a post that has none; return how many. The caller commits."""
    if not tree.holds(path):
        return 0
    if db.session.scalar(select(Draft.post_id).where(Draft.post_id == post_id)):
        return 0
    head, body = tree.page(path)
    base, base_body = tree.page(base_of(path))
    try:
        values: dict[str, Any] = SHAPE.read(head)
        values["base_fields"] = SHAPE.read({**head, "fields": base.get("fields")})["fields"]
        values["changed_by_id"] = find_author(head.get("by"), authors)
    except BadValue as error:
        raise BadExport(path, str(error)) from error
    values |= {"body": body, "base_body": base_body, "is_pending": True}
    db.session.execute(insert(_table).values(post_id=post_id, head=0, saved_head=0, **values))
    return 1
