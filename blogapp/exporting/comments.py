"""What readers of another blog said under posts: a file for each post that has any."""

from collections.abc import Iterator
from itertools import groupby
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
from blogapp.posts.comment_models import Comment
from blogapp.posts.commenting import PINGBACK
from blogapp.posts.models import Post
from blogapp.text.commenting import VERSION, comment_html, web_address

SHAPE = Shape(
    table_of(Comment),
    left_out={
        "id": "a number of this database",
        "html": "made anew of the text",
        "renderer_version": "made anew of the text",
    },
    references={"post_id": "the file it stands in"},
)
BATCH = 50
_table = table_of(Comment)


def path_of(slug: str, *, is_page: bool) -> str:
    """Return where a post's comments lie."""
    return f"_comments/{'pages' if is_page else 'posts'}/{file_name(slug)}.jsonl"


def write(here: Here) -> Iterator[File]:
    """Yield a file for each post with comments; they stand in it as under their post."""
    posts = table_of(Post)
    some = select(_table.c.post_id).where(_table.c.post_id == posts.c.id)
    order = by_bytes(here.connection, posts.c.slug_key)
    ids = select(posts.c.id).where(some.exists()).order_by(posts.c.is_page, order)
    for batch in batches(here.connection, ids, BATCH):
        place = {id: number for number, id in enumerate(batch)}
        query = (
            select(_table, posts.c.slug, posts.c.is_page)
            .join(posts, posts.c.id == _table.c.post_id)
            .where(_table.c.post_id.in_(batch))
        )
        rows = sorted(
            here.connection.execute(query), key=lambda row: (place[row.post_id], row.at, row.id)
        )
        for (slug, is_page), group in groupby(rows, key=lambda row: (row.slug, row.is_page)):
            yield File(path_of(slug, is_page=is_page), documents.lines(map(SHAPE.say, group)))


def read(tree: Tree, path: str, post_id: int) -> int:
    """Take in those comments that the post lacks; return how many. The caller commits."""
    if not tree.holds(path):
        return 0
    known = set(db.session.scalars(select(Comment.source_id).where(Comment.post_id == post_id)))
    made = 0
    for values in _checked(tree, path):
        if values["source_id"] not in known:
            known.add(values["source_id"])
            made_of = {"html": comment_html(values["body"]), "renderer_version": VERSION}
            db.session.execute(insert(_table).values(post_id=post_id, **values, **made_of))
            made += 1
    return made


def _checked(tree: Tree, path: str) -> list[dict[str, Any]]:
    found = []
    for record in tree.records(path):
        try:
            values = SHAPE.read(record.said)
            if values["kind"] not in ("comment", PINGBACK):
                raise BadValue(f"kind: {values['kind']!r} is neither comment nor {PINGBACK}")
            if values["url"] and not web_address(values["url"]):
                raise BadValue(f"url: {values['url'][:80]!r} is no address on the web")
            found.append(values)
        except BadValue as error:
            raise BadExport(path, str(error), record.number) from error
    return found
