"""Keeping the search index in step with the posts, in the transaction that changes them."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, Select, column, func, select, table

from blogapp.extensions import Base, db
from blogapp.posts.models import Post
from blogapp.posts.search.documents import VERSION, Document, make_document, read_body
from blogapp.posts.search.engine import engine_of

BATCH = 200
_SEARCH_POSTS = table("search_posts", column("post_id"), column("version"))


def index_post(post: Post) -> None:
    """Take a post into the index as it is now. It must be flushed, its columns derived.

    Drafts are taken in too: who sees what is asked when somebody searches. A static page is
    not, and leaves the index if it was a post.
    """
    engine = engine_of(db.session.connection())
    if post.is_page:
        engine.forget([post.id])
        return
    document = make_document(
        post.id,
        title=post.title,
        summary=post.summary,
        headings=post.headings or (),
        body=read_body(post.html),
    )
    engine.put([document])


def index_stored(post_ids: Sequence[int]) -> None:
    """Take stored posts in anew."""
    connection = db.session.connection()
    engine, documents = engine_of(connection), _documents(connection, post_ids)
    engine.forget({*post_ids} - {document.post_id for document in documents})
    engine.put(documents)


def index_documents(documents: Sequence[Document]) -> None:
    """Take many posts in at once; `make_document` makes them, and may share a `Body`."""
    engine_of(db.session.connection()).put(documents)


def forget(post_ids: Collection[int]) -> None:
    """Take posts out of the index, because they are gone for good."""
    engine_of(db.session.connection()).forget(post_ids)


def rebuild() -> Iterator[int]:
    """Make the whole index anew; yield how many posts each batch took in.

    The caller commits, after each batch so that others may write in between. One that is cut
    short leaves an index that misses posts, which `doctor` says.
    """
    engine_of(db.session.connection()).clear()
    ids = db.session.connection().scalars(_missing()).all()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        index_stored(batch)
        yield len(batch)
    engine_of(db.session.connection()).finish()


def fill(connection: Connection, *, most: int | None = None) -> int:
    """Take in the posts that the index misses, ``most`` of them; return how many they were."""
    engine = engine_of(connection)
    ids = connection.scalars(_missing().limit(most)).all()
    for start in range(0, len(ids), BATCH):
        engine.put(_documents(connection, ids[start : start + BATCH]))
    if ids and not most:
        engine.finish()
    return len(ids)


def count_searchable() -> int:
    """Return how many posts the index should hold: all but static pages."""
    query = select(func.count(Post.id)).where(Post.is_page.is_(False))
    return db.session.scalar(query) or 0


def count_missing() -> int:
    """Return how many posts the index misses, or has as an earlier version made it."""
    return db.session.scalar(select(func.count()).select_from(_missing().subquery())) or 0


def _missing() -> Select[int]:
    posts = Base.metadata.tables[Post.__tablename__]
    indexed = select(_SEARCH_POSTS.c.post_id).where(_SEARCH_POSTS.c.version == VERSION)
    return (
        select(posts.c.id)
        .where(posts.c.is_page.is_(False), posts.c.id.not_in(indexed))
        .order_by(posts.c.id)
    )


def _documents(connection: Connection, post_ids: Sequence[int]) -> list[Document]:
    posts = Base.metadata.tables[Post.__tablename__].c
    query = select(posts.id, posts.title, posts.summary, posts.headings, posts.html).where(
        posts.id.in_(post_ids), posts.is_page.is_(False)
    )
    return [
        make_document(id, title=title, summary=summary, headings=headings, body=read_body(html))
        for id, title, summary, headings, html in connection.execute(query)
    ]
