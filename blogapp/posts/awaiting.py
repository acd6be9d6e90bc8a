"""Reviews as people find them: what waits for them, what came back, what is on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.approving import Rules, find_rules
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Post, PostAuthor
from blogapp.posts.review_models import Review, ReviewState, ReviewStep, StepKind
from blogapp.posts.rights import may_review

MOST = 200


@dataclass(frozen=True)
class Request:
    """A request for review, as a list shows it."""

    review: Review
    title: str
    needed: int
    approved: int
    waits: bool  # for the one who looks at the list

    @property
    def is_approved(self) -> bool:
        """Whether enough people approved the text as it is."""
        return self.approved >= self.needed and (self.needed > 0 or self.approved > 0)


@dataclass(frozen=True)
class Requests:
    """What one person has to do with."""

    waiting: Sequence[Request]
    sent_back: Sequence[Request]
    others: Sequence[Request]  # open, and waiting for somebody else

    def __bool__(self) -> bool:
        return bool(self.waiting or self.sent_back or self.others)


def list_requests(author: Author) -> Requests:
    """Return the open requests that ``author`` may see, and what was sent back to them.

    What was asked for last stands first. Seven statements, whatever there is.
    """
    reviews = _find_reviews(author)
    ids = [review.post_id for review in reviews]
    typed = _typed(ids)
    steps = _approvals([review.id for review in reviews])
    rules = find_rules()
    mine, sent_back, others = [], [], []
    for review in reviews:
        changed_at, title = typed.get(review.post_id, (None, ""))
        given = [s for s in steps if s.review_id == review.id and not _is_stale(s, changed_at)]
        request = _request(review, title or review.post.title, given, rules, author)
        if review.state == ReviewState.SENT_BACK:
            if _is_own(review, author):
                sent_back.append(request)
        elif request.waits:
            mine.append(request)
        elif may_review(author, review.post, asked=_asked(review, rules)):
            others.append(request)
    return Requests(mine, sent_back, others)


def last_state() -> ScalarSelect[str | None]:
    """Return what a query on posts selects for the state of each one's last review."""
    query = select(Review.state).where(Review.post_id == Post.id)
    return query.order_by(Review.id.desc()).limit(1).correlate(Post).scalar_subquery()


def waiting(state: str | None) -> str:
    """Return the state of a review that waits or was sent back; of any other, nothing."""
    return state if state in (ReviewState.OPEN, ReviewState.SENT_BACK) else ""


def in_review() -> ColumnElement[bool]:
    """Return the condition that somebody is asked to look at a post."""
    return Post.id.in_(select(Review.post_id).where(Review.state == ReviewState.OPEN))


def _find_reviews(author: Author) -> Sequence[Review]:
    later = Review.__table__.alias()
    is_last = (
        ~select(later.c.id)
        .where(later.c.post_id == Review.post_id, later.c.id > Review.id)
        .exists()
    )
    signed = Post.bylines.any(PostAuthor.author_id == author.id)
    came_back = Review.state == ReviewState.SENT_BACK
    query = (
        select(Review)
        .join(Post, Post.id == Review.post_id)
        .where(
            Post.deleted_at.is_(None),
            or_(
                Review.state == ReviewState.OPEN,
                came_back & is_last & or_(signed, Review.asked_by_id == author.id),
            ),
        )
        .options(
            contains_eager(Review.post).load_only(
                Post.title, Post.is_page, Post.published_at, Post.withdrawn_at
            ),
            contains_eager(Review.post).selectinload(Post.bylines),
            joinedload(Review.asked_by),
            joinedload(Review.domain),
            selectinload(Review.reviewers),
        )
        .order_by(Review.asked_at.desc(), Review.id.desc())
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def _typed(post_ids: Sequence[int]) -> dict[int, tuple[datetime | None, str]]:
    query = select(Draft.post_id, Draft.changed_at, Draft.fields).where(Draft.post_id.in_(post_ids))
    return {id: (at, fields.get("title", "")) for id, at, fields in db.session.execute(query)}


def _approvals(review_ids: Sequence[int]) -> Sequence[ReviewStep]:
    query = (
        select(ReviewStep)
        .where(ReviewStep.review_id.in_(review_ids), ReviewStep.kind == StepKind.APPROVED)
        .options(
            load_only(ReviewStep.review_id, ReviewStep.author_id, ReviewStep.at),
            joinedload(ReviewStep.author),
        )
    )
    return db.session.scalars(query).all()


def _is_stale(step: ReviewStep, changed_at: datetime | None) -> bool:
    return changed_at is not None and changed_at > step.at


def _request(
    review: Review, title: str, given: Sequence[ReviewStep], rules: Rules, author: Author
) -> Request:
    rule = rules.of(review.domain_id)
    counted = {
        step.author_id
        for step in given
        if step.author and rule.counts(step.author) and not _is_own(review, step.author)
    }
    is_named = any(each.author_id == author.id for each in review.reviewers)
    is_left = len(counted) < rule.needed or (not rule.needed and not review.reviewers)
    may = is_named or (rule.counts(author) and is_left)
    has_said = any(step.author_id == author.id for step in given)
    waits = may and not has_said and not _is_own(review, author)
    return Request(review, title, rule.needed, len(counted), waits)


def _asked(review: Review, rules: Rules) -> set[int]:
    return {each.author_id for each in review.reviewers} | rules.of(review.domain_id).named


def _is_own(review: Review, author: Author) -> bool:
    signs = any(byline.author_id == author.id for byline in review.post.bylines)
    return signs or review.asked_by_id == author.id
