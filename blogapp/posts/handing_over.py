"""Giving somebody's posts to somebody else: byline by byline, at once, and back again.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Post, PostAuthor
from blogapp.posts.review_models import Review, Reviewer

_POSTS = Post.metadata.tables[Post.__tablename__]


class Part(StrEnum):
    """What of somebody's is handed over."""

    DRAFTS = "drafts"
    POSTS = "posts"
    REVIEWS = "reviews"


@dataclass(frozen=True)
class HandOver:
    """What was handed over, by post: enough to give it back.

    ``taken`` are posts where ``to`` stands in the place of ``of``; ``merged`` those that both
    signed, with the place that ``of`` had; ``joined`` those where ``to`` came beside ``of``.
    """

    of: int
    to: int
    taken: list[int] = field(default_factory=list)
    merged: list[tuple[int, int]] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)
    reviews: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many posts and reviews changed hands."""
        return len(self.posts) + len(self.reviews)

    @property
    def posts(self) -> list[int]:
        """The posts whose bylines changed."""
        return [*self.taken, *(post for post, _place in self.merged), *self.joined]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "HandOver":
        merged = [(post, place) for post, place in said["merged"]]
        return cls(**said | {"merged": merged})


def hand_over(
    of: Author, to: Author, *, parts: Collection[Part], replaces: bool = True
) -> HandOver:
    """Let ``to`` sign what ``of`` does, in their place or beside them; return what changed.

    What is in the trash goes along with the drafts.
    """
    done = HandOver(of.id, to.id)
    if Part.DRAFTS in parts or Part.POSTS in parts:
        _sign(done, parts, replaces)
    if Part.REVIEWS in parts:
        done.reviews.extend(_move_reviews(of.id, to.id))
    _raise_versions(done.posts)
    return done


def give_back(done: HandOver) -> int:
    """Undo a hand-over, as far as nobody changed those bylines since; return how many posts."""
    changed = []
    for post in done.taken:
        if _signs(post, done.to) and not _signs(post, done.of):
            _rename(post, done.to, done.of)
            changed.append(post)
    for post, place in done.merged:
        if not _signs(post, done.of):
            _add(post, done.of, place)
            changed.append(post)
    for post in done.joined:
        if _signs(post, done.to) and _signs(post, done.of):
            db.session.execute(delete(PostAuthor).where(_is(post, done.to)))
            changed.append(post)
    for review in done.reviews:
        _move_review(review, done.to, done.of)
    _raise_versions(changed)
    return len(changed)


def count_parts(author: Author) -> dict[Part, int]:
    """Return how much of each there is to hand over."""
    signed = (
        select(func.count())
        .select_from(PostAuthor)
        .join(Post, Post.id == PostAuthor.post_id)
        .where(PostAuthor.author_id == author.id)
    )
    waiting = (
        select(func.count())
        .select_from(Reviewer)
        .join(Review)
        .where(Reviewer.author_id == author.id, Review.closed_at.is_(None))
    )
    return {
        Part.DRAFTS: db.session.scalar(signed.where(_is_draft())) or 0,
        Part.POSTS: db.session.scalar(signed.where(~_is_draft())) or 0,
        Part.REVIEWS: db.session.scalar(waiting) or 0,
    }


def _sign(done: HandOver, parts: Collection[Part], replaces: bool) -> None:
    wanted = []
    if Part.DRAFTS in parts:
        wanted.append(_is_draft())
    if Part.POSTS in parts:
        wanted.append(~_is_draft())
    query = (
        select(PostAuthor.post_id, PostAuthor.position)
        .join(Post, Post.id == PostAuthor.post_id)
        .where(PostAuthor.author_id == done.of, or_(*wanted))
        .order_by(PostAuthor.post_id)
    )
    also = set(
        db.session.scalars(select(PostAuthor.post_id).where(PostAuthor.author_id == done.to))
    )
    for post, place in db.session.execute(query).all():
        if not replaces:
            if post not in also:
                _add(post, done.to, _last(post) + 1)
                done.joined.append(post)
        elif post in also:
            db.session.execute(delete(PostAuthor).where(_is(post, done.of)))
            done.merged.append((post, place))
        else:
            _rename(post, done.of, done.to)
            done.taken.append(post)


def _move_reviews(of: int, to: int) -> list[int]:
    """Let those who wait for one of them wait for the other; return the reviews."""
    query = (
        select(Reviewer.review_id)
        .join(Review, Review.id == Reviewer.review_id)
        .where(Reviewer.author_id == of, Review.closed_at.is_(None))
    )
    asked_too = exists().where(Reviewer.author_id == to, Reviewer.review_id == Review.id)
    moved = db.session.scalars(query.where(~asked_too.correlate(Review))).all()
    for review in moved:
        _move_review(review, of, to)
    return list(moved)


def _move_review(review: int, of: int, to: int) -> None:
    has_to = select(Reviewer.author_id).where(
        Reviewer.review_id == review, Reviewer.author_id == to
    )
    if db.session.scalar(has_to) is None:
        asked = update(Reviewer).where(Reviewer.review_id == review, Reviewer.author_id == of)
        db.session.execute(asked.values(author_id=to).execution_options(synchronize_session=False))


def _is_draft() -> ColumnElement[bool]:
    return or_(Post.published_at.is_(None), Post.deleted_at.is_not(None))


def _is(post: int, author: int) -> ColumnElement[bool]:
    return and_(PostAuthor.post_id == post, PostAuthor.author_id == author)


def _signs(post: int, author: int) -> bool:
    return db.session.scalar(select(PostAuthor.post_id).where(_is(post, author))) is not None


def _last(post: int) -> int:
    found = select(func.max(PostAuthor.position)).where(PostAuthor.post_id == post)
    return db.session.scalar(found) or 0


def _rename(post: int, was: int, now: int) -> None:
    change = update(PostAuthor).where(_is(post, was)).values(author_id=now)
    db.session.execute(change.execution_options(synchronize_session=False))


def _add(post: int, author: int, place: int) -> None:
    if db.session.scalar(select(Post.id).where(Post.id == post)) is not None:
        row = {"post_id": post, "author_id": author, "position": place}
        db.session.execute(insert(PostAuthor).values(**row))


def _raise_versions(posts: Collection[int]) -> None:
    """Let an editor that is open on one of them merge the byline, without a save of it."""
    if posts:
        raised = update(_POSTS).where(_POSTS.c.id.in_(posts))
        db.session.connection().execute(raised.values(version=_POSTS.c.version + 1))
    db.session.expire_all()
