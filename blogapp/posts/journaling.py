"""The journal: every burst of typing, written once, so that the text at any time can be had again.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import joinedload, undefer

from blogapp.extensions import db
from blogapp.posts.content import FIELDS, Content
from blogapp.posts.draft_models import Draft, EntryKind, JournalEntry
from blogapp.text.splicing import back, forth, splices

# How long bursts are kept that a deliberate save made part of the post.
KEPT_FOR = timedelta(days=30)

# Takes the lock that writing takes, and changes nothing.
_TAKING_TURNS = {
    "sqlite": "UPDATE drafts SET head = head WHERE :post < 0",
    "postgresql": "SELECT id FROM posts WHERE id = :post FOR UPDATE",
}
_STARTING = {
    "sqlite": "UPDATE drafts SET head = head WHERE :client = ''",
    "postgresql": "SELECT pg_advisory_xact_lock(hashtext(:client))",
}


def take_turn(post_id: int) -> None:
    """Wait until nobody else writes to this post, and keep others out until the caller commits.

    What is read from here on is still so when it is changed: heads follow without a gap.
    """
    db.session.execute(text(_of_this_database(_TAKING_TURNS)), {"post": post_id})


def take_turn_of(client: str) -> None:
    """As `take_turn`, for an editor whose text has no post yet."""
    db.session.execute(text(_of_this_database(_STARTING)), {"client": client})


def find_draft(post_id: int) -> Draft | None:
    """Return the working copy of a post with its text, read anew, or None."""
    query = (
        select(Draft)
        .where(Draft.post_id == post_id)
        .options(undefer(Draft.body), undefer(Draft.base_body))
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def content_in(draft: Draft) -> Content:
    """Return what was typed last."""
    return Content(draft.fields, draft.body)


def base_of(draft: Draft) -> Content:
    """Return what the post said when it and the draft last were one."""
    return Content(draft.base_fields, draft.base_body)


def new_client() -> str:
    """Return a name for what writes to the journal by itself: a form, a button, a merge."""
    return f"form-{uuid4()}"[:40]


def append(
    draft: Draft,
    content: Content,
    *,
    kind: EntryKind,
    author_id: int | None,
    now: datetime,
    base: int | None = None,
    client: str = "",
    sequence: int = 1,
) -> JournalEntry | None:
    """Make ``content`` what the draft says, by one more entry; None where it says so already."""
    before = content_in(draft)
    changes = changes_between(before, content)
    if not changes:
        return None
    entry = JournalEntry(
        post_id=draft.post_id,
        head=draft.head + 1,
        base=draft.head if base is None else base,
        kind=kind,
        client=client or new_client(),
        sequence=sequence,
        author_id=author_id,
        at=now,
        changes=changes,
    )
    db.session.add(entry)
    draft.head += 1
    draft.fields, draft.body = dict(content.fields), content.body
    draft.is_pending = content != base_of(draft)
    draft.changed_at, draft.changed_by_id = now, author_id
    return entry


def content_at(draft: Draft, head: int) -> Content | None:
    """Return what the draft said at ``head``; None where nobody can know any more."""
    if not 0 <= head <= draft.head:
        return None
    entries = entries_since(draft, head)
    if len(entries) != draft.head - head:
        return None
    content = content_in(draft)
    for entry in reversed(entries):
        content = before(content, entry.changes)
    return content


def entries_since(draft: Draft, head: int, until: int | None = None) -> Sequence[JournalEntry]:
    """Return the entries above ``head`` (up to ``until``) in their order, with their authors."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.post_id == draft.post_id, JournalEntry.head > head)
        .order_by(JournalEntry.head)
        .options(undefer(JournalEntry.changes), joinedload(JournalEntry.author))
    )
    if until is not None:
        query = query.where(JournalEntry.head <= until)
    return db.session.scalars(query).all()


def find_entry(client: str, sequence: int) -> JournalEntry | None:
    """Return what an open editor sent as its ``sequence``-th, or None."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.client == client, JournalEntry.sequence == sequence)
        .options(joinedload(JournalEntry.author))
    )
    return db.session.scalar(query)


def last_sequence(post_id: int, client: str) -> int:
    """Return how far an open editor has got with a post; 0 if nothing of it is here."""
    query = select(func.max(JournalEntry.sequence)).where(
        JournalEntry.post_id == post_id, JournalEntry.client == client
    )
    return db.session.scalar(query) or 0


def find_post_of(client: str) -> int | None:
    """Return the id of the post that an open editor writes to, or None."""
    query = select(JournalEntry.post_id).where(JournalEntry.client == client)
    return db.session.scalar(query.limit(1))


def changes_between(old: Content, new: Content) -> dict[str, Any]:
    """Return what makes ``new`` of ``old``, as the journal keeps it; nothing where they are one."""
    changes: dict[str, Any] = {}
    if body := splices(old.body, new.body):
        changes["body"] = [list(splice) for splice in body]
    if fields := {n: [old[n], new[n]] for n in FIELDS if old[n] != new[n]}:
        changes["fields"] = fields
    return changes


def after(content: Content, changes: dict[str, Any]) -> Content:
    """Return ``content`` with ``changes`` made."""
    fields = {name: put for name, (_, put) in changes.get("fields", {}).items()}
    return content.changed(fields, forth(content.body, changes.get("body", ())))


def before(content: Content, changes: dict[str, Any]) -> Content:
    """Return ``content`` with ``changes`` taken back."""
    fields = {name: stood for name, (stood, _) in changes.get("fields", {}).items()}
    return content.changed(fields, back(content.body, changes.get("body", ())))


def prune(draft: Draft, *, now: datetime) -> None:
    """Let go of old entries that a deliberate save made part of the post.

    What is above the last deliberate save is kept for ever; so are branches that nobody
    has decided about.
    """
    long_ago = now - KEPT_FOR
    is_saved = (JournalEntry.head <= draft.saved_head) | (JournalEntry.kind == EntryKind.LATE)
    is_decided = JournalEntry.settled_at < long_ago
    db.session.execute(
        delete(JournalEntry).where(
            JournalEntry.post_id == draft.post_id,
            JournalEntry.at < long_ago,
            or_(is_saved, is_decided),
        )
    )


def _of_this_database(statements: dict[str, str]) -> str:
    return statements[db.session.get_bind().dialect.name]
