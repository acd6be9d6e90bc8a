"""What waits for somebody's hand: conflicts, changes nobody sees, drafts that were left alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import load_only

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.jobs.queueing import count_given_up
from blogapp.posts.draft_models import Draft, EntryKind, JournalEntry
from blogapp.posts.media_library import Show, count_media
from blogapp.posts.models import NOT_FORMATTED, Post
from blogapp.posts.shelving import CHANGED_AT, Group, in_group, joined, signed_by

STALE_AFTER = timedelta(days=30)
SOON = timedelta(days=7)
SHOWN = 3


@dataclass(frozen=True)
class Named:
    """A post by its name, as it was typed last."""

    id: int
    title: str


@dataclass(frozen=True)
class Heap:
    """Posts that need the same; the first few of them by name."""

    count: int
    posts: Sequence[Named]


@dataclass(frozen=True)
class Attention:
    """What needs attention, each with how many there are. Nothing here is estimated."""

    conflicts: Heap
    changed: Heap
    unformatted: Heap
    stale: Heap
    scheduled: int
    images_without_words: int
    failed_jobs: int

    def __bool__(self) -> bool:
        heaps = self.conflicts, self.changed, self.unformatted, self.stale
        return any(heap.count for heap in heaps) or bool(
            self.images_without_words or self.failed_jobs
        )


def look_after(author: Author, *, only_own: bool, sees_jobs: bool, now: datetime) -> Attention:
    """Return what waits for this author; ``only_own`` leaves out what others sign.

    Conflicts are always the author's own. Nine statements, whatever there is.
    """
    signer = author.id if only_own else None
    conditions = {
        "changed": in_group(Group.CHANGED, now),
        "unformatted": and_(Post.deleted_at.is_(None), Post.renderer_version == NOT_FORMATTED),
        "stale": and_(in_group(Group.DRAFT, now), now - STALE_AFTER > CHANGED_AT),
        "scheduled": in_group(Group.SCHEDULED, now),
    }
    counts = _count(conditions, signer)
    heaps = {
        name: Heap(counts[name], _first(conditions[name], signer) if counts[name] else ())
        for name in ("changed", "unformatted", "stale")
    }
    return Attention(
        conflicts=_conflicts(author.id),
        **heaps,
        scheduled=counts["scheduled"],
        images_without_words=count_media(author)[Show.NO_ALT],
        failed_jobs=count_given_up() if sees_jobs else 0,
    )


def _count(conditions: dict[str, ColumnElement[bool]], signer: int | None) -> dict[str, int]:
    sums = [func.sum(case((condition, 1), else_=0)) for condition in conditions.values()]
    query = joined(select(*sums).select_from(Post)).where(
        signed_by(signer), Post.is_page.is_(False)
    )
    found = db.session.execute(query).one()
    return {name: count or 0 for name, count in zip(conditions, found, strict=True)}


def _first(condition: ColumnElement[bool], signer: int | None) -> Sequence[Named]:
    query = (
        joined(select(Post).options(load_only(Post.title)))
        .where(condition, signed_by(signer), Post.is_page.is_(False))
        .order_by(CHANGED_AT, Post.id)
        .limit(SHOWN)
    )
    return _named(query)


def _named(query: Select[Post]) -> Sequence[Named]:
    posts = db.session.scalars(query).all()
    pending = select(Draft.post_id, Draft.fields).where(
        Draft.post_id.in_([post.id for post in posts]), Draft.is_pending
    )
    typed = {id: fields.get("title", "") for id, fields in db.session.execute(pending)}
    return [Named(post.id, typed.get(post.id, post.title)) for post in posts]


def _conflicts(author_id: int) -> Heap:
    open_branches = select(JournalEntry.post_id).where(
        JournalEntry.author_id == author_id,
        JournalEntry.kind == EntryKind.BRANCH,
        JournalEntry.settled_at.is_(None),
    )
    query = select(Post).options(load_only(Post.title)).where(Post.id.in_(open_branches))
    posts = _named(query.order_by(Post.id))
    return Heap(len(posts), posts[:SHOWN])
