"""The working copy of a post: typed into, merged, settled, discarded; readers see none of it.

These functions change objects and never commit: the caller does, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from uuid import uuid4

from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts import branching, journaling
from blogapp.posts.branching import Branch
from blogapp.posts.content import Content, content_of
from blogapp.posts.draft_models import Draft, EntryKind, JournalEntry
from blogapp.posts.errors import BodyTooLong, OutOfStep
from blogapp.posts.journaling import base_of, content_in
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.reconciling import reconcile
from blogapp.posts.writing import MOST_BYTES, Manuscript, new_post, save
from blogapp.text.merging import common
from blogapp.text.outlining import sections_changed
from blogapp.text.splicing import OutOfPlace, type_into

# The base of a text of which nobody knows what it grew out of.
UNKNOWN = -1


@dataclass(frozen=True)
class Typing:
    """A place in the text, counted in UTF-16 units, and what was put there for what it held."""

    start: int
    removed: int
    inserted: str


@dataclass(frozen=True)
class Burst:
    """What an open editor sends: what it changed of the draft at ``base``.

    ``fields`` holds those that changed, ``body`` the whole text, a place in it, or nothing.
    """

    client: str
    sequence: int
    base: int
    fields: Mapping[str, str] = field(default_factory=dict)
    body: str | Typing | None = None
    # The version of the post that the editor was opened with, where it says so.
    version: str = ""


@dataclass(frozen=True)
class Written:
    """What became of a burst.

    ``content`` is the draft at ``head``; ``is_merged`` says that the sender's screen shows
    something else, ``by`` and ``where`` who changed what in between. With a ``branch`` it
    could not be merged and stands there.
    """

    head: int
    at: datetime
    content: Content
    is_pending: bool = False
    is_merged: bool = False
    by: Sequence[str] = ()
    where: Sequence[str] = ()
    branch: Branch | None = None


@dataclass(frozen=True)
class DraftState:
    """How far a working copy has got, without its text."""

    head: int
    is_pending: bool
    changed_at: datetime


def working_copy(post: Post) -> Content:
    """Return what the editor shows: the draft, else the post."""
    draft = journaling.find_draft(post.id) if post.id else None
    return content_in(draft) if draft else content_of(post)


def head_of(post: Post) -> int:
    """Return the number of the last journal entry; 0 where there is none."""
    state = find_state(post.id)
    return state.head if state else 0


def find_state(post_id: int) -> DraftState | None:
    """Return how far a post's working copy has got, or None where there is none."""
    query = select(Draft.head, Draft.is_pending, Draft.changed_at).where(Draft.post_id == post_id)
    row = db.session.execute(query).one_or_none()
    return DraftState(*row) if row else None


def open_draft(post: Post, *, now: datetime) -> Draft:
    """Return the working copy of ``post``, made where there is none.

    What changed the post past the editor (an import, a renamed tag, an image added from a
    list) is merged into it; where that cannot be, the draft stays and a branch holds the rest.
    """
    draft = journaling.find_draft(post.id)
    if draft is None:
        standing = content_of(post)
        draft = Draft(
            post_id=post.id,
            head=0,
            saved_head=0,
            fields=dict(standing.fields),
            body=standing.body,
            is_pending=False,
            changed_at=post.saved_at,
        )
        _base_on(draft, post, standing)
        db.session.add(draft)
    elif draft.base_version != post.version or _is_called_otherwise(draft, post):
        _take_in(draft, post, now=now)
    db.session.flush()
    return draft


def is_known(client: str) -> bool:
    """Whether anything that an open editor sent is in the journal."""
    return journaling.find_post_of(client) is not None


def write(post: Post, burst: Burst, *, author_id: int | None, now: datetime) -> Written:
    """Keep a burst of typing, once however often it arrives.

    Raises `BodyTooLong`, and `OutOfStep` for a burst that says no whole text and grew out of
    one that nobody knows.
    """
    journaling.take_turn(post.id)
    if known := journaling.find_entry(burst.client, burst.sequence):
        if known.post_id != post.id:
            raise OutOfStep("That editor wrote to another post.")
        return _answer_again(known)
    is_first = journaling.find_draft(post.id) is None
    post = _read_anew(post)
    draft = open_draft(post, now=now)
    if is_first and burst.version and burst.version != str(post.version):
        burst = replace(burst, base=UNKNOWN)

    written = _Writing(draft, burst, author_id, now).done()
    db.session.flush()
    return written


def start(
    client: str, *, author: Author, language: str, is_page: bool = False, now: datetime
) -> Post:
    """Return the draft post that an open editor writes to, made at its first burst.

    Its address is made up until it is saved on purpose, and then follows the title.
    """
    journaling.take_turn_of(client)
    if (known := journaling.find_post_of(client)) and (post := find_for_writing(known)):
        return post
    post = new_post(now=now, is_page=is_page)
    slug = f"draft-{uuid4().hex[:16]}"
    nothing = Manuscript(title="", body="", slug=slug, language=language, authors=(author,))
    save(post, nothing, now=now)
    post.slug_follows_title = True
    db.session.flush()
    return _read_anew(post)


def write_content(
    post: Post,
    content: Content,
    *,
    kind: EntryKind = EntryKind.RESTORED,
    author_id: int | None,
    now: datetime,
) -> int:
    """Make ``content`` the working copy, and return the head; `bring_back` undoes it."""
    journaling.take_turn(post.id)
    draft = open_draft(_read_anew(post), now=now)
    journaling.append(draft, content, kind=kind, author_id=author_id, now=now)
    db.session.flush()
    return draft.head


def discard(post: Post, *, author_id: int | None, now: datetime) -> int:
    """Make the working copy what the post says, and return the head that it had before."""
    journaling.take_turn(post.id)
    draft = open_draft(_read_anew(post), now=now)
    head = draft.head
    journaling.append(draft, base_of(draft), kind=EntryKind.DISCARDED, author_id=author_id, now=now)
    db.session.flush()
    return head


def bring_back(post: Post, head: int, *, author_id: int | None, now: datetime) -> bool:
    """Make the working copy what it was at ``head``; False where nobody knows that any more."""
    journaling.take_turn(post.id)
    draft = open_draft(_read_anew(post), now=now)
    content = journaling.content_at(draft, head)
    if content is None:
        return False
    journaling.append(draft, content, kind=EntryKind.RESTORED, author_id=author_id, now=now)
    db.session.flush()
    return True


def mark_saved(post: Post, *, now: datetime) -> None:
    """Note that all that was typed so far was saved on purpose, if not put before readers."""
    draft = open_draft(post, now=now)
    draft.saved_head = draft.head
    journaling.prune(draft, now=now)


def settle(post: Post, *, author_id: int | None, now: datetime) -> Content:
    """Note that ``post`` says what the working copy says; to be called after it was written.

    Returns what both say now.
    """
    db.session.flush()
    post = _read_anew(post)
    draft = journaling.find_draft(post.id) or open_draft(post, now=now)
    standing = content_of(post)
    _base_on(draft, post, standing)
    journaling.append(draft, standing, kind=EntryKind.SAVED, author_id=author_id, now=now)
    draft.is_pending = False
    draft.saved_head = draft.head
    journaling.prune(draft, now=now)
    db.session.flush()
    return standing


class _Writing:
    """One burst on its way into a draft."""

    def __init__(self, draft: Draft, burst: Burst, author_id: int | None, now: datetime) -> None:
        self.draft, self.burst = draft, burst
        self.author_id, self.now = author_id, now

    def done(self) -> Written:
        draft, burst = self.draft, self.burst
        if burst.sequence < journaling.last_sequence(draft.post_id, burst.client):
            return self._keep_late()
        if branch := branching.find_open(draft.post_id, burst.client):
            return self._continue(branch)
        ancestor = journaling.content_at(draft, burst.base)
        if ancestor is None:
            return self._merge_unknown()
        yours = _typed_upon(ancestor, burst)
        since = journaling.entries_since(draft, burst.base)
        if all(entry.client == burst.client for entry in since):
            body = None if burst.body is None else yours.body
            return self._append(content_in(draft).changed(burst.fields, body), EntryKind.TYPED)
        # What was decided about a branch is part of the draft: it must not be decided twice.
        decided = branching.find_decided(draft.post_id, burst.client, burst.base)
        return self._merge(decided or ancestor, yours, since)

    def _merge_unknown(self) -> Written:
        """Take what both texts say for what they grew out of: nothing of either is left out."""
        burst, stands = self.burst, content_in(self.draft)
        if isinstance(burst.body, Typing):
            raise OutOfStep("Nobody knows the text this was typed into.")
        yours = _typed_upon(stands, burst)
        shared = {name: "" if name in burst.fields else stands[name] for name in stands.fields}
        self.burst = replace(burst, base=UNKNOWN)
        return self._merge(Content(shared, common(stands.body, yours.body)), yours, ())

    def _merge(self, ancestor: Content, yours: Content, since: Sequence[JournalEntry]) -> Written:
        theirs = self._without_own(since)
        merged = reconcile(ancestor, theirs, yours)
        if not merged.is_clean:
            branch = branching.begin(
                self.draft, ancestor, yours, self.burst, author_id=self.author_id, now=self.now
            )
            return self._in(branch)
        written = self._append(merged.content, EntryKind.MERGED)
        return replace(
            written,
            is_merged=merged.content != yours,
            by=_names(since),
            where=sections_changed(ancestor.body, theirs.body),
        )

    def _without_own(self, since: Sequence[JournalEntry]) -> Content:
        """Return the draft without what this editor wrote last, which its text says anew."""
        own = takewhile(lambda entry: entry.client == self.burst.client, reversed(since))
        head = self.draft.head - sum(1 for _ in own)
        return journaling.content_at(self.draft, head) or content_in(self.draft)

    def _append(self, content: Content, kind: EntryKind) -> Written:
        journaling.append(
            self.draft,
            content,
            kind=kind,
            author_id=self.author_id,
            now=self.now,
            base=self.burst.base,
            client=self.burst.client,
            sequence=self.burst.sequence,
        )
        return _written(self.draft, self.now)

    def _continue(self, branch: Branch) -> Written:
        """Go on in a branch: what is typed there counts from what the branch grew out of."""
        known = journaling.content_at(self.draft, self.burst.base)
        yours = _typed_upon(known or branch.ancestor, self.burst)
        branch = branching.go_on(branch, yours, self.burst, author_id=self.author_id, now=self.now)
        return self._in(branch)

    def _in(self, branch: Branch) -> Written:
        since = journaling.entries_since(self.draft, max(branch.base, 0))
        return replace(_written(self.draft, self.now, branch=branch), by=_names(since))

    def _keep_late(self) -> Written:
        """Keep what its author has typed over already, beside the rest."""
        draft, burst = self.draft, self.burst
        ancestor = journaling.content_at(draft, burst.base) or Content({}, "")
        entry = JournalEntry(
            post_id=draft.post_id,
            base=burst.base,
            kind=EntryKind.LATE,
            client=burst.client,
            sequence=burst.sequence,
            author_id=self.author_id,
            at=self.now,
            changes=journaling.changes_between(ancestor, _typed_upon(ancestor, burst)),
        )
        db.session.add(entry)
        return _written(draft, self.now, is_merged=True)


def _typed_upon(content: Content, burst: Burst) -> Content:
    body = burst.body
    if isinstance(body, Typing):
        try:
            body = type_into(content.body, body.start, body.removed, body.inserted)
        except OutOfPlace as error:
            raise OutOfStep("The text ends before that place.") from error
    if body is not None and len(body.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BodyTooLong("A post holds at most one megabyte of text.")
    return content.changed(burst.fields, body)


def _answer_again(entry: JournalEntry) -> Written:
    """Return what was answered when this entry came the first time."""
    draft = journaling.find_draft(entry.post_id)
    assert draft is not None
    if entry.kind == EntryKind.BRANCH:
        branch = branching.find(entry.branch_id or entry.id)
        if branch and not branch.is_settled:
            since = journaling.entries_since(draft, max(branch.base, 0))
            return replace(_written(draft, entry.at, branch=branch), by=_names(since))
    if entry.head is None:
        return _written(draft, entry.at, is_merged=True)
    content = journaling.content_at(draft, entry.head) or content_in(draft)
    if entry.kind != EntryKind.MERGED:
        return Written(entry.head, entry.at, content, draft.is_pending)
    ancestor = journaling.content_at(draft, entry.base)
    theirs = journaling.content_at(draft, entry.head - 1)
    where = sections_changed(ancestor.body, theirs.body) if ancestor and theirs else ()
    since = journaling.entries_since(draft, entry.base, until=entry.head - 1)
    return Written(
        entry.head,
        entry.at,
        content,
        draft.is_pending,
        is_merged=True,
        by=_names(since),
        where=where,
    )


def _written(
    draft: Draft, at: datetime, *, is_merged: bool = False, branch: Branch | None = None
) -> Written:
    return Written(
        draft.head,
        at,
        content_in(draft),
        draft.is_pending,
        is_merged=is_merged,
        branch=branch,
    )


def _names(entries: Sequence[JournalEntry]) -> list[str]:
    """Return who wrote them, each once; nobody stands for a change past the editor."""
    return list(dict.fromkeys(entry.author.name if entry.author else "" for entry in entries))


def _take_in(draft: Draft, post: Post, *, now: datetime) -> None:
    base, standing, typed = base_of(draft), content_of(post), content_in(draft)
    _base_on(draft, post, standing)
    if standing == base:
        return
    merged = reconcile(base, standing, typed)
    journaling.append(
        draft, merged.content_for_yours, kind=EntryKind.OUTSIDE, author_id=None, now=now
    )
    draft.is_pending = content_in(draft) != standing
    if not merged.is_clean:
        outside = Burst(journaling.new_client(), 1, draft.head)
        branching.begin(draft, base, standing, outside, author_id=None, now=now)


def _is_called_otherwise(draft: Draft, post: Post) -> bool:
    """Whether who signs the post goes by another name now, without a change of the post."""
    return draft.base_fields["authors"] != content_of(post)["authors"]


def _base_on(draft: Draft, post: Post, standing: Content) -> None:
    draft.base_version = post.version
    draft.base_fields, draft.base_body = dict(standing.fields), standing.body


def _read_anew(post: Post) -> Post:
    """Return the post as it is now, with all that its content is read from."""
    found = find_for_writing(post.id)
    assert found is not None
    return found
