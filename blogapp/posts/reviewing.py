"""Asking others to look at a text before readers do, and what they say of it.

These functions change objects and never commit: the caller does, once. Whatever decides takes
its turn at the post first, so that nobody decides about a text that is being changed.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts import drafting, journaling
from blogapp.posts.approving import (
    Clearance,
    authors_of,
    clearance,
    digest_of,
)
from blogapp.posts.content import Content
from blogapp.posts.draft_models import EntryKind, JournalEntry
from blogapp.posts.errors import AnotherText, NothingToPublish, NotInReview, OwnText
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Domain, Post
from blogapp.posts.rendering import render_body
from blogapp.posts.review_models import Review, Reviewer, ReviewState, ReviewStep, StepKind
from blogapp.posts.revising import find_revision, keep_revision
from blogapp.posts.revision_models import RevisionKind
from blogapp.text import code_blocks
from blogapp.text.commenting import comment_html
from blogapp.text.folding import caseless
from blogapp.text.name_lists import clean

LONGEST = 10_000  # characters of a remark
LONGEST_QUOTE = 1_000
MOST_REVIEWERS = 20
SHOWN_STEPS = 200
# What Markdown puts around words.
_MARKS = str.maketrans("", "", "*_`~")
# What somebody wrote into a text, or put there.
_TYPED = (
    EntryKind.TYPED,
    EntryKind.MERGED,
    EntryKind.RESTORED,
    EntryKind.DISCARDED,
    EntryKind.DECIDED,
)


@dataclass(frozen=True)
class Reviewed:
    """A post as its reviewers see it: what they are asked about, and what stands in the way.

    Without a review nobody was asked yet.
    """

    post: Post
    content: Content
    clearance: Clearance
    review: Review | None

    @property
    def is_open(self) -> bool:
        return self.review is not None and self.review.state == ReviewState.OPEN

    @property
    def is_changed(self) -> bool:
        """Whether the text is another than the one that was asked about."""
        return self.review is not None and self.review.digest != self.clearance.digest

    @property
    def asked(self) -> Collection[int]:
        """Who may read the text because they are asked to, as long as they are."""
        if self.review is None or not self.is_open:
            return ()
        return {each.author_id for each in self.review.reviewers} | self.clearance.rule.named


def look_at(post: Post) -> Reviewed:
    """Return where the review of a post stands.

    The post must be loaded as `managing.find_for_writing` loads it.
    """
    content = drafting.working_copy(post)
    return Reviewed(post, content, clearance(post, content), find_review(post.id))


def find_review(post_id: int) -> Review | None:
    """Return the last review of a post with those who asked and were asked, read anew, or None."""
    query = (
        select(Review)
        .where(Review.post_id == post_id)
        .options(
            joinedload(Review.asked_by),
            joinedload(Review.domain),
            selectinload(Review.reviewers).joinedload(Reviewer.author),
        )
        .order_by(Review.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def list_steps(post_id: int) -> Sequence[ReviewStep]:
    """Return what was done and said in all reviews of a post, oldest first; the last 200."""
    query = (
        select(ReviewStep)
        .join(Review, Review.id == ReviewStep.review_id)
        .where(Review.post_id == post_id)
        .options(joinedload(ReviewStep.author), joinedload(ReviewStep.resolved_by))
        .order_by(ReviewStep.id.desc())
        .limit(SHOWN_STEPS)
    )
    return db.session.scalars(query).all()[::-1]


def steps_of(review: Review) -> Sequence[ReviewStep]:
    """Return what was done and said in one review."""
    return db.session.scalars(select(ReviewStep).where(ReviewStep.review_id == review.id)).all()


def ask(
    post: Post,
    *,
    author: Author,
    note: str = "",
    reviewers: Iterable[Author] = (),
    now: datetime,
) -> Review:
    """Ask for review of what the working copy says, which is kept as a revision.

    Asked again while it is open, the request is about the text as it is now. Raises
    `NothingToPublish` where there is no title or no text.
    """
    post, content = _take_turn(post)
    if not content["title"].strip() or not content.body.strip():
        raise NothingToPublish("A post needs a title and a text before it can be reviewed.")
    kind, who = RevisionKind.SUBMITTED, author.id
    revision = keep_revision(post, content, kind=kind, author_id=who, now=now)
    # Asked anew in a domain without a rule, a text goes on being held to the one it is under.
    rule = clearance(post, content).rule
    domain_id = rule.domain_id if rule.needed else _domain_id(content)
    review = find_review(post.id)
    if review is None or review.state != ReviewState.OPEN:
        review = Review(post_id=post.id)
        review.reviewers = []
    review.state, review.closed_at = ReviewState.OPEN, None
    review.asked_by_id, review.asked_at = author.id, now
    review.domain_id = domain_id
    review.revision_number, review.digest = revision.number, digest_of(content)
    db.session.add(review)
    known = {each.author_id for each in review.reviewers}
    for each in [*reviewers][:MOST_REVIEWERS]:
        if each.id not in known and each.id != author.id:
            review.reviewers.append(Reviewer(author_id=each.id))
    db.session.flush()
    _add_step(review, StepKind.ASKED, author, body=note, digest=review.digest, now=now)
    return review


def comment(post: Post, *, author: Author, body: str, quote: str = "", now: datetime) -> ReviewStep:
    """Say something about a post in its last review; raises `NotInReview` without one."""
    review = find_review(post.id)
    if review is None:
        raise NotInReview
    step = _add_step(review, StepKind.COMMENTED, author, body=body, now=now)
    step.quote = clean(quote).strip()[:LONGEST_QUOTE]
    return step


def approve(post: Post, *, author: Author, digest: str, body: str = "", now: datetime) -> Reviewed:
    """Approve the text of ``digest``, and return where the review stands then.

    Raises `NotInReview`, `AnotherText` for one that the post does not hold any more, and
    `OwnText`. Approving the same text twice changes nothing.
    """
    post, content = _take_turn(post)
    review = _open_review(post)
    if digest_of(content) != digest:
        raise AnotherText
    if not may_decide(Reviewed(post, content, clearance(post, content), review), author):
        raise OwnText
    done = {
        (step.kind, step.digest, step.author_id)
        for step in steps_of(review)
        if step.kind == StepKind.APPROVED
    }
    if (StepKind.APPROVED, digest, author.id) not in done:
        _add_step(review, StepKind.APPROVED, author, body=body, digest=digest, now=now)
    return Reviewed(post, content, clearance(post, content), review)


def send_back(post: Post, *, author: Author, body: str, now: datetime) -> Review:
    """End a review with what is to be changed; approvals of it count no more.

    Raises `NotInReview` and `OwnText`.
    """
    post, content = _take_turn(post)
    review = _open_review(post)
    if is_own(Reviewed(post, content, clearance(post, content), review), author):
        raise OwnText
    digest = digest_of(content)
    _add_step(review, StepKind.SENT_BACK, author, body=body, digest=digest, now=now)
    return _close(review, ReviewState.SENT_BACK, now)


def withdraw(post: Post, *, author: Author, now: datetime) -> Review:
    """Take a request back; raises `NotInReview` where somebody else has ended it."""
    post, _content = _take_turn(post)
    review = _open_review(post)
    _add_step(review, StepKind.WITHDRAWN, author, now=now)
    return _close(review, ReviewState.WITHDRAWN, now)


def override(
    post: Post, content: Content, *, author: Author, reason: str, now: datetime
) -> Clearance:
    """Let ``content`` out without approvals, for a reason that is kept."""
    review = find_review(post.id)
    if review is None or review.state not in (ReviewState.OPEN, ReviewState.DONE):
        digest = digest_of(content)
        kept = keep_revision(post, content, kind=RevisionKind.SAVED, author_id=author.id, now=now)
        domain_id = _domain_id(content)
        review = Review(post_id=post.id, asked_by_id=author.id, asked_at=now)
        review.state, review.closed_at = ReviewState.DONE, now
        review.domain_id = domain_id
        review.revision_number, review.digest = kept.number, digest
        db.session.add(review)
        db.session.flush()
    digest = digest_of(content)
    _add_step(review, StepKind.OVERRIDDEN, author, body=reason, digest=digest, now=now)
    return clearance(post, content)


def note_publication(post_ids: Sequence[int], *, author: Author, now: datetime) -> list[Review]:
    """End the reviews of posts that went to readers, and return those that were open."""
    query = select(Review).where(
        Review.post_id.in_(post_ids),
        Review.state.in_((ReviewState.OPEN, ReviewState.SENT_BACK)),
    )
    ended = []
    for review in db.session.scalars(query).all():
        if review.state == ReviewState.OPEN:
            ended.append(review)
            _add_step(review, StepKind.PUBLISHED, author, now=now)
            _close(review, ReviewState.DONE, now)
        else:
            # Nobody waits for it any more, and what was approved before counts as little as ever.
            _close(review, ReviewState.WITHDRAWN, now)
    return ended


def settle(step: ReviewStep, *, author: Author, is_resolved: bool, now: datetime) -> None:
    """Say that a remark is done with, or that it is not."""
    step.resolved_at = now if is_resolved else None
    step.resolved_by_id = author.id if is_resolved else None


def find_step(post: Post, id: int) -> ReviewStep | None:
    """Return a remark in a review of ``post``, or None."""
    query = select(ReviewStep).join(Review, Review.id == ReviewStep.review_id)
    return db.session.scalar(query.where(ReviewStep.id == id, Review.post_id == post.id))


def may_decide(reviewed: Reviewed, author: Author) -> bool:
    """Whether ``author`` may approve the text as it is now, or send it back."""
    if is_own(reviewed, author):
        return False
    return not (reviewed.is_changed and _typed_since(reviewed, author))


def is_own(reviewed: Reviewed, author: Author) -> bool:
    """Whether ``author`` signs the text, or asked others to look at it."""
    review = reviewed.review
    is_asker = review is not None and review.asked_by_id == author.id
    return is_asker or author.id in authors_of(reviewed.post, reviewed.content)


def content_asked(reviewed: Reviewed) -> Content | None:
    """Return the text that was asked about; None where its revision is gone."""
    if reviewed.review is None:
        return None
    revision = find_revision(reviewed.post, reviewed.review.revision_number)
    return Content(revision.fields, revision.body) if revision else None


def line_of(quote: str, body: str) -> int | None:
    """Return the line of ``body`` in which ``quote`` begins, from 1; None where it is gone.

    How the words are broken into lines says nothing, nor what makes them bold, code or slanted.

    >>> line_of("two three", "one\\n\\n**two**\\nthree."), line_of("four", "one")
    (3, None)
    """
    words = quote.translate(_MARKS).split()
    if not words:
        return None
    source = body.translate(_MARKS)
    found = re.search(r"\s+".join(map(re.escape, words)), source)
    return source.count("\n", 0, found.start()) + 1 if found else None


def _take_turn(post: Post) -> tuple[Post, Content]:
    """Return the post and its working copy as they stay until the caller commits."""
    journaling.take_turn(post.id)
    found = find_for_writing(post.id)
    assert found is not None
    return found, drafting.working_copy(found)


def _open_review(post: Post) -> Review:
    review = find_review(post.id)
    if review is None or review.state != ReviewState.OPEN:
        raise NotInReview
    return review


def _close(review: Review, state: ReviewState, now: datetime) -> Review:
    review.state, review.closed_at = state, now
    db.session.flush()
    return review


def _add_step(
    review: Review,
    kind: StepKind,
    author: Author,
    *,
    body: str = "",
    digest: str = "",
    now: datetime,
) -> ReviewStep:
    body = clean(body).strip()[:LONGEST]
    step = ReviewStep(review_id=review.id, kind=kind, author_id=author.id, at=now, digest=digest)
    step.body, step.html, step.quote = body, _html(body), ""
    db.session.add(step)
    db.session.flush()
    return step


def _html(body: str) -> str:
    """Return what a remark shows, restricted as what strangers write is."""
    if not body:
        return ""
    rendered = render_body(body, media={})
    return comment_html(code_blocks.plain(rendered.html) if rendered.formatted else escape(body))


def _domain_id(content: Content) -> int | None:
    key = caseless(" ".join(content["domain"].split())[:200].strip())
    return db.session.scalar(select(Domain.id).where(Domain.name_key == key)) if key else None


def _typed_since(reviewed: Reviewed, author: Author) -> bool:
    review = reviewed.review
    assert review is not None
    query = select(JournalEntry.id).where(
        JournalEntry.post_id == reviewed.post.id,
        JournalEntry.author_id == author.id,
        JournalEntry.at > review.asked_at,
        JournalEntry.kind.in_(_TYPED),
    )
    return db.session.scalar(query.limit(1)) is not None
