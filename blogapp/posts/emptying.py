"""Deleting posts for good: by hand out of the trash, and what lay there for thirty days.

These functions change rows; the caller commits, and forgets the files it kept for the posts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.changing import MOST, load_batches, take_turns
from blogapp.posts.leaving_out import LeftOut, Reason
from blogapp.posts.models import Post, Redirect
from blogapp.posts.publishing import KEPT_FOR
from blogapp.posts.rights import may_delete
from blogapp.posts.searching import forget


def delete_posts(ids: Iterable[int], *, author: Author, now: datetime) -> tuple[list[int], LeftOut]:
    """Delete those of the trashed posts that ``author`` may; return their ids, and the others.

    With a post go its revisions, its working copy and its journal; images stay in the library.
    An address that readers knew answers 410 Gone from here on.
    """
    take_turns()
    left_out = LeftOut()
    gone: list[int] = []
    for posts in load_batches([*dict.fromkeys(ids)][:MOST]):
        chosen = []
        for post in posts:
            if not may_delete(author, post):
                left_out.add(Reason.RIGHTS, post.title)
            elif not post.deleted_at:
                left_out.add(Reason.NOT_TRASHED, post.title)
            else:
                chosen.append(post)
        _delete(chosen, now)
        gone += [post.id for post in chosen]
    return gone, left_out


def empty_overdue(*, now: datetime, limit: int = 200) -> list[int]:
    """Delete what lies in the trash for thirty days, at most ``limit`` posts; return their ids."""
    overdue = select(Post.id).where(Post.deleted_at <= now - KEPT_FOR).order_by(Post.id)
    ids = db.session.scalars(overdue.limit(limit)).all()
    if not ids:
        return []
    take_turns()
    gone = []
    for posts in load_batches(ids):
        # Somebody may have taken one out while we waited.
        chosen = [p for p in posts if p.deleted_at and p.deleted_at <= now - KEPT_FOR]
        _delete(chosen, now)
        gone += [post.id for post in chosen]
    return gone


def days_left(post: Post, now: datetime) -> int:
    """Return for how many days a trashed post is still kept; the last one is one."""
    if post.deleted_at is None:
        raise ValueError("the post is not in the trash")
    return max(1, -((now - post.deleted_at - KEPT_FOR) // timedelta(days=1)))


def _delete(posts: Sequence[Post], now: datetime) -> None:
    ids = [post.id for post in posts]
    if not ids:
        return
    known = [post for post in posts if post.published_at and post.published_at <= now]
    _leave_marks(known, now)
    forget(ids)
    db.session.execute(
        delete(Post).where(Post.id.in_(ids)).execution_options(synchronize_session=False)
    )


def _leave_marks(posts: Sequence[Post], now: datetime) -> None:
    """Keep the addresses that readers knew, with nowhere to lead."""
    if not posts:
        return
    db.session.execute(
        update(Redirect)
        .where(Redirect.post_id.in_([post.id for post in posts]))
        .values(post_id=None, target=None)
        .execution_options(synchronize_session=False)
    )
    paths = [post.path.lower() for post in posts]
    db.session.execute(delete(Redirect).where(Redirect.path.in_(paths)))
    rows = [{"path": path, "created_at": now} for path in paths]
    db.session.execute(insert(Redirect), rows)
