"""Addresses that worked once, and where they lead; how often somebody came is not of them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadValue
from blogapp.exporting.file_names import reference
from blogapp.exporting.files import File, Here, Told, settle
from blogapp.exporting.snapshots import by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.posts.models import Post, Redirect

PATH = "_records/redirects.jsonl"
SHAPE = Shape(
    table_of(Redirect),
    left_out={"id": "a number of this database"},
    references={"post_id": "post"},
)
BATCH = 500
_table = table_of(Redirect)


def write(here: Here) -> Iterator[File]:
    """Yield the file of all old addresses."""
    if here.connection.scalar(select(_table.c.id).limit(1)) is not None:
        yield File(PATH, documents.lines(_records(here)))


def _records(here: Here) -> Iterator[dict[str, object]]:
    posts = table_of(Post)
    query = (
        select(_table, posts.c.slug, posts.c.is_page)
        .outerjoin(posts, posts.c.id == _table.c.post_id)
        .order_by(by_bytes(here.connection, _table.c.path))
    )
    for row in here.connection.execute(query).yield_per(BATCH):
        said = SHAPE.say(row)
        if row.post_id:
            said["post"] = reference(row.slug, is_page=row.is_page)
        yield said


def read(tree: Tree, *, keep: bool) -> Iterator[Told]:
    """Take in the addresses that lead nowhere yet; commits where they are kept."""
    leads = {record.said.get("path"): record.said.get("target") for record in tree.records(PATH)}
    for record in tree.records(PATH):
        try:
            values = SHAPE.read(record.said)
            post_id = find_post(record.said.get("post"))
            _check(values["path"], leads)
            _check_target(values)
        except BadValue as error:
            yield Told(f"{PATH}:{record.number}", Result.FAILED, str(error))
            continue
        what = f"{PATH}: {values['path']}"
        found = db.session.scalar(select(Redirect).where(Redirect.path == values["path"]))
        if found is None:
            db.session.add(Redirect(post_id=post_id, **values))
            yield Told(what, Result.MADE)
        elif found.post_id == post_id and found.target == values["target"]:
            yield Told(what, Result.UNCHANGED)
        else:
            yield Told(what, Result.KEPT, "leads somewhere else here, and goes on doing so")
        if record.number % BATCH == 0:
            settle(keep=keep)
    settle(keep=keep)


def find_post(said: object) -> int | None:
    """Return the id of the post that a file names, None for none. Raises `BadValue`."""
    if said is None:
        return None
    kind, _, slug = str(said).partition("/")
    known = select(Post.id).where(
        Post.slug_key == slug.casefold(), Post.is_page.is_(kind == "pages")
    )
    found = db.session.scalar(known)
    # A post that could not be taken in was told of.
    if found is None and kind not in {"posts", "pages"}:
        raise BadValue(f"post: {str(said)[:80]!r} is no post of this export")
    return found


def _check(path: str, leads: dict[object, object]) -> None:
    if not path.startswith("/") or path.startswith("//"):
        raise BadValue(f"path: {path[:80]!r} does not begin with one slash")
    seen, step = {path}, leads.get(path)
    while leads.get(step):
        if step in seen:
            raise BadValue(f"target: {path[:80]} leads back to itself")
        seen.add(str(step))
        step = leads[step]
    if step == path:
        raise BadValue(f"target: {path[:80]} leads back to itself")


def _check_target(values: dict[str, Any]) -> None:
    target = values["target"]
    is_own = not target or (target.startswith("/") and not target.startswith("//"))
    is_far = bool(target) and values["leads_out"] and target.startswith("https://")
    if not (is_own or is_far):
        raise BadValue(f"target: {target[:80]!r} is no path of this blog")
