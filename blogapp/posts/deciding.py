"""Deciding between two texts where one was expected; whatever is decided, neither is lost.

These functions change objects and never commit: the caller does, once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from blogapp.extensions import db
from blogapp.posts import branching, drafting, journaling
from blogapp.posts.branching import Branch
from blogapp.posts.content import Content
from blogapp.posts.draft_models import Draft, EntryKind
from blogapp.posts.drafting import Burst
from blogapp.posts.journaling import content_in
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.reconciling import Reconciled, reconcile


@dataclass(frozen=True)
class Matter:
    """What is to be decided: a branch, and the draft at ``head`` that it stands against."""

    branch: Branch
    head: int
    theirs: Content
    merged: Reconciled
    # Who changed the draft since the branch grew out of it.
    by: Sequence[str]


@dataclass(frozen=True)
class Decision:
    """What was chosen by who saw the draft at ``head`` and the branch up to its entry ``last``."""

    head: int
    last: int
    choose: Callable[[Reconciled], Content]


def look_at(post: Post, branch: Branch, *, now: datetime) -> Matter:
    """Return what is to be decided about ``branch``, as things stand."""
    draft = drafting.open_draft(post, now=now)
    theirs = content_in(draft)
    merged = reconcile(branch.ancestor, theirs, branch.content)
    since = journaling.entries_since(draft, max(branch.base, 0))
    names = (entry.author.name for entry in since if entry.author)
    return Matter(branch, draft.head, theirs, merged, list(dict.fromkeys(names)))


def decide(
    post: Post, branch: Branch, decision: Decision, *, author_id: int, now: datetime
) -> Branch | None:
    """Bring a decision into the draft, and return what is to be decided next, or None.

    What was typed since into draft or branch is merged as ever. Raises `LookupError` when
    nobody knows any more what was on the screen.
    """
    journaling.take_turn(post.id)
    draft = drafting.open_draft(find_for_writing(post.id) or post, now=now)
    seen = branching.find_until(branch, decision.last)
    theirs = journaling.content_at(draft, decision.head)
    whole = branching.find(branch.id)
    if seen is None or theirs is None or whole is None:
        raise LookupError("What was on the screen is not known any more.")
    if whole.is_settled:
        return None

    chosen = decision.choose(reconcile(seen.ancestor, theirs, seen.content))
    branching.settle_branch(whole, now=now)
    bring = _Bringing(draft, whole, author_id, now)
    return bring.into_draft(theirs, chosen) or bring.into_draft(seen.content, whole.content)


def let_go(branch: Branch, *, now: datetime) -> None:
    """Leave the draft as it is; the branch can be reopened as long as the journal has it."""
    branching.settle_branch(branch, now=now)


@dataclass(frozen=True)
class _Bringing:
    draft: Draft
    branch: Branch
    author_id: int
    now: datetime

    def into_draft(self, ancestor: Content, content: Content) -> Branch | None:
        """Merge what was made of ``ancestor``; where that cannot be, return it as a branch."""
        merged = reconcile(ancestor, content_in(self.draft), content)
        if merged.is_clean:
            journaling.append(
                self.draft,
                merged.content,
                kind=EntryKind.DECIDED,
                author_id=self.author_id,
                now=self.now,
            )
            db.session.flush()
            return None
        burst = Burst(journaling.new_client(), 1, self.draft.head)
        author_id = self.branch.author_id or self.author_id
        return branching.begin(
            self.draft, ancestor, content, burst, author_id=author_id, now=self.now
        )
