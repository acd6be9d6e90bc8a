"""Deliberate states of a post: kept, found again, told to readers.

These functions change objects; the caller decides when to commit.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer

from blogapp.extensions import db
from blogapp.posts.content import Content, content_of
from blogapp.posts.models import Post
from blogapp.posts.revision_models import ChangeType, Revision, RevisionKind
from blogapp.text.differences import count_words
from blogapp.text.name_lists import split_names

PAGE_SIZE = 25
# Saves that follow each other are one revision for so long, while hardly a word is taken out.
FOLDED_FOR = timedelta(minutes=10)
FOLDED_WORDS = 5
# What readers saw happen.
_EVENTS = {RevisionKind.PUBLISHED, RevisionKind.UPDATED}


@dataclass(frozen=True)
class History:
    """One page of a post's revisions, newest first; ``total`` counts all."""

    revisions: Sequence[Revision]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class ToldChange:
    """A change that readers are told of."""

    at: datetime
    type: ChangeType
    note: str


def keep_revision(
    post: Post,
    content: Content,
    *,
    kind: str,
    author_id: int | None,
    now: datetime,
    change_type: str = "",
    note: str = "",
    name: str = "",
    restored_number: int | None = None,
) -> Revision:
    """Return the revision of ``post`` that holds ``content``, flushed.

    What the newest one holds already makes no other: publishing or updating what was merely
    saved turns that revision into what happened. Plain saves of one author within `FOLDED_FOR`
    are one revision, unless it has a name, or more than `FOLDED_WORDS` words are taken out of it.
    """
    kind, newest = RevisionKind(kind), _newest(post)
    may_fold = kind is RevisionKind.SAVED and not name
    if newest and newest.digest == _digest(content):
        revision = _again(
            post, newest, content, kind, author_id, is_change=bool(change_type), now=now
        )
    elif newest and may_fold and _folds(newest, content, author_id, now):
        revision = newest
        _fill(revision, content, before=_before(newest), now=now)
    else:
        revision = _append(post, newest, content, kind, author_id, now=now)
    revision.change_type = change_type or revision.change_type
    revision.note, revision.name = note or revision.note, name or revision.name
    revision.restored_number = restored_number or revision.restored_number
    db.session.flush()
    return revision


def keep_standing(post: Post, *, now: datetime) -> None:
    """Keep what ``post`` says, unless a revision of it says just that.

    For whoever is about to overwrite it: so the text that was there before the first edit, or
    that came past the editor, is never lost. The post must be as `find_for_writing` loads it.
    """
    standing = content_of(post)
    known = select(Revision.id).where(
        Revision.post_id == post.id, Revision.digest == _digest(standing)
    )
    if not post.id or db.session.scalar(known.limit(1)):
        return
    newest = _newest(post)
    kind = RevisionKind.OUTSIDE if newest else RevisionKind.ORIGINAL
    _append(post, newest, standing, kind, None, now=now if newest else post.saved_at)
    db.session.flush()


def list_revisions(post: Post, *, page: int = 1) -> History:
    """Return a page of the post's revisions, newest first, with authors and without bodies."""
    mine = Revision.post_id == post.id
    total = db.session.scalar(select(func.count(Revision.id)).where(mine)) or 0
    query = (
        select(Revision)
        .where(mine)
        .options(joinedload(Revision.author))
        .order_by(Revision.number.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return History(db.session.scalars(query).all(), total, page)


def find_revision(post: Post, number: int) -> Revision | None:
    """Return a revision of ``post`` with its body and its author, or None."""
    query = (
        select(Revision)
        .where(Revision.post_id == post.id, Revision.number == number)
        .options(undefer(Revision.body), joinedload(Revision.author))
    )
    return db.session.scalar(query)


def content_in(revision: Revision) -> Content:
    """Return what the post said in ``revision``."""
    return Content(fields=dict(revision.fields), body=revision.body)


def change_log(post: Post) -> Sequence[ToldChange]:
    """Return what readers are told of the post's changes, newest first, in one statement."""
    told = [kind for kind in ChangeType if kind.is_told]
    query = (
        select(Revision.at, Revision.change_type, Revision.note)
        .where(Revision.post_id == post.id, Revision.change_type.in_(told))
        .order_by(Revision.number.desc())
    )
    return [ToldChange(at, ChangeType(kind), note) for at, kind, note in db.session.execute(query)]


def _digest(content: Content) -> str:
    told = {
        name: sorted(split_names(value)) if name == "tags" else value
        for name, value in content.fields.items()
    }
    return hashlib.sha256(json.dumps([told, content.body], sort_keys=True).encode()).hexdigest()


def _newest(post: Post) -> Revision | None:
    if not post.id:
        return None
    query = (
        select(Revision)
        .where(Revision.post_id == post.id)
        .order_by(Revision.number.desc())
        .limit(1)
        .options(undefer(Revision.body))
    )
    return db.session.scalar(query)


def _before(revision: Revision) -> Revision | None:
    query = (
        select(Revision)
        .where(Revision.post_id == revision.post_id, Revision.number == revision.number - 1)
        .options(undefer(Revision.body))
    )
    return db.session.scalar(query)


def _again(
    post: Post,
    newest: Revision,
    content: Content,
    kind: RevisionKind,
    author_id: int | None,
    *,
    is_change: bool,
    now: datetime,
) -> Revision:
    """Return the revision for what happened with the text that ``newest`` holds."""
    if kind is RevisionKind.SUBMITTED and newest.kind == RevisionKind.SAVED:
        # What others are asked about is not written over by the next save.
        newest.kind = kind
    if kind not in _EVENTS:
        return newest
    if newest.kind in _EVENTS:
        return _append(post, newest, content, kind, author_id, now=now) if is_change else newest
    newest.kind, newest.author_id, newest.at = kind, author_id, now
    return newest


def _folds(newest: Revision, content: Content, author_id: int | None, now: datetime) -> bool:
    if newest.kind != RevisionKind.SAVED or newest.name or newest.note:
        return False
    if newest.author_id != author_id or newest.begun_at <= now - FOLDED_FOR:
        return False
    return count_words(_text(content_in(newest)), _text(content))[1] <= FOLDED_WORDS


def _append(
    post: Post,
    newest: Revision | None,
    content: Content,
    kind: RevisionKind,
    author_id: int | None,
    *,
    now: datetime,
) -> Revision:
    revision = Revision(
        post_id=post.id,
        number=newest.number + 1 if newest else 1,
        kind=kind,
        begun_at=now,
        author_id=author_id,
        name="",
        change_type="",
        note="",
    )
    _fill(revision, content, before=newest, now=now)
    db.session.add(revision)
    return revision


def _fill(revision: Revision, content: Content, *, before: Revision | None, now: datetime) -> None:
    earlier = _text(content_in(before)) if before else ""
    revision.at, revision.digest = now, _digest(content)
    revision.fields, revision.body = dict(content.fields), content.body
    revision.words_added, revision.words_removed = count_words(earlier, _text(content))


def _text(content: Content) -> str:
    """All that readers read in it."""
    return "\n".join([content["title"], content["summary"], content.body])
