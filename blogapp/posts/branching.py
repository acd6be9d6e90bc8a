"""What was typed and could not be merged: kept beside the draft until somebody decides.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload, undefer

from blogapp.extensions import db
from blogapp.posts.content import Content
from blogapp.posts.draft_models import Draft, EntryKind, JournalEntry
from blogapp.posts.journaling import after, changes_between
from blogapp.posts.models import Post

if TYPE_CHECKING:
    from blogapp.posts.drafting import Burst


@dataclass(frozen=True)
class Branch:
    """A text beside the draft: what it grew out of, and what it says now.

    ``last`` is the id of its newest entry; nobody's (``by`` is empty) came past the editor.
    """

    id: int
    post_id: int
    author_id: int | None
    by: str
    at: datetime
    base: int
    client: str
    ancestor: Content
    content: Content
    last: int
    is_settled: bool


@dataclass(frozen=True)
class OpenBranch:
    """A line of a list: a text that waits to be decided about."""

    id: int
    post_id: int
    title: str
    by: str
    at: datetime


def begin(
    draft: Draft,
    ancestor: Content,
    content: Content,
    burst: "Burst",
    *,
    author_id: int | None,
    now: datetime,
) -> Branch:
    """Keep ``content``, which grew out of ``ancestor``, beside the draft."""
    entry = _entry(draft.post_id, burst, author_id, now)
    entry.changes = changes_between(ancestor, content) | {
        "ancestor": {"fields": dict(ancestor.fields), "body": ancestor.body}
    }
    db.session.add(entry)
    db.session.flush()
    entry.branch_id = entry.id
    db.session.flush()
    return _get(entry.id)


def go_on(
    branch: Branch, content: Content, burst: "Burst", *, author_id: int | None, now: datetime
) -> Branch:
    """Keep what was typed on in a branch."""
    changes = changes_between(branch.content, content)
    if changes:
        entry = _entry(branch.post_id, burst, author_id, now)
        entry.changes, entry.branch_id = changes, branch.id
        db.session.add(entry)
        db.session.flush()
    return _get(branch.id)


def find(id: int) -> Branch | None:
    """Return the branch with all that was typed in it, or None."""
    return _assembled(_entries(id))


def find_until(branch: Branch, last: int) -> Branch | None:
    """Return ``branch`` as it was when ``last`` was its newest entry, or None."""
    return _assembled([entry for entry in _entries(branch.id) if entry.id <= last])


def find_open(post_id: int, client: str) -> Branch | None:
    """Return the branch that an open editor writes to, or None."""
    query = _first(post_id, client).where(JournalEntry.settled_at.is_(None))
    id = db.session.scalar(query)
    return find(id) if id else None


def find_decided(post_id: int, client: str, base: int) -> Content | None:
    """Return what an open editor's branch said when it was decided about, or None."""
    query = _first(post_id, client).where(
        JournalEntry.settled_at.is_not(None), JournalEntry.base == base
    )
    id = db.session.scalar(query)
    branch = find(id) if id else None
    return branch.content if branch else None


def settle_branch(branch: Branch, *, now: datetime) -> None:
    """Note that somebody decided about the branch as it stands."""
    db.session.execute(
        update(JournalEntry).where(JournalEntry.branch_id == branch.id).values(settled_at=now)
    )


def reopen_branch(branch: Branch) -> None:
    """Take back that somebody decided about the branch."""
    db.session.execute(
        update(JournalEntry).where(JournalEntry.branch_id == branch.id).values(settled_at=None)
    )


def list_open_branches(
    *, author_id: int | None = None, post_id: int | None = None, limit: int = 20
) -> Sequence[OpenBranch]:
    """Return what waits to be decided, oldest first: an author's, or of a post, in one statement.

    What came past the editor is nobody's: it is listed with its post alone.
    """
    query = (
        select(JournalEntry)
        .join(Post, Post.id == JournalEntry.post_id)
        .where(
            JournalEntry.kind == EntryKind.BRANCH,
            JournalEntry.settled_at.is_(None),
            JournalEntry.branch_id == JournalEntry.id,
        )
        .order_by(JournalEntry.at, JournalEntry.id)
        .limit(limit)
        .options(
            joinedload(JournalEntry.author),
            joinedload(JournalEntry.post).load_only(Post.title),
        )
    )
    if author_id is not None:
        query = query.where(JournalEntry.author_id == author_id, Post.deleted_at.is_(None))
    if post_id is not None:
        query = query.where(JournalEntry.post_id == post_id)
    return [
        OpenBranch(each.id, each.post_id, each.post.title, _name(each), each.at)
        for each in db.session.scalars(query)
    ]


def _get(id: int) -> Branch:
    branch = find(id)
    assert branch is not None
    return branch


def _entries(id: int) -> Sequence[JournalEntry]:
    query = (
        select(JournalEntry)
        .where(JournalEntry.branch_id == id)
        .order_by(JournalEntry.id)
        .options(undefer(JournalEntry.changes), joinedload(JournalEntry.author))
    )
    return db.session.scalars(query).all()


def _assembled(entries: Sequence[JournalEntry]) -> Branch | None:
    if not entries:
        return None
    first, last = entries[0], entries[-1]
    kept = first.changes["ancestor"]
    ancestor = content = Content(kept["fields"], kept["body"])
    for entry in entries:
        content = after(content, entry.changes)
    return Branch(
        id=first.id,
        post_id=first.post_id,
        author_id=first.author_id,
        by=_name(first),
        at=last.at,
        base=first.base,
        client=first.client,
        ancestor=ancestor,
        content=content,
        last=last.id,
        is_settled=first.settled_at is not None,
    )


def _first(post_id: int, client: str) -> Select[int]:
    return (
        select(JournalEntry.id)
        .where(
            JournalEntry.post_id == post_id,
            JournalEntry.client == client,
            JournalEntry.branch_id == JournalEntry.id,
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )


def _entry(post_id: int, burst: "Burst", author_id: int | None, now: datetime) -> JournalEntry:
    return JournalEntry(
        post_id=post_id,
        base=burst.base,
        kind=EntryKind.BRANCH,
        client=burst.client,
        sequence=burst.sequence,
        author_id=author_id,
        at=now,
    )


def _name(entry: JournalEntry) -> str:
    return entry.author.name if entry.author else ""
