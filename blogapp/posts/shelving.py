"""All posts, as their authors find them: by state, by what sorts them, by words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import selectinload

from blogapp.extensions import db
from blogapp.posts.awaiting import in_review, last_state, waiting
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Post, PostAuthor, post_tags
from blogapp.posts.wording import among, holding

PAGE_SIZE = 25


class Group(StrEnum):
    """Posts that stand together in the list: those of a state, and two kinds of public ones."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CHANGED = "changed"  # readers see an earlier text than the author
    REVIEW = "review"  # somebody is asked to look at it
    UNLISTED = "unlisted"
    WITHDRAWN = "withdrawn"
    TRASHED = "trashed"


class Sort(StrEnum):
    """What stands first: what was changed last, changed longest ago, published last, or A."""

    CHANGED = "changed"
    OLDEST = "oldest"
    PUBLISHED = "published"
    TITLE = "title"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which posts are meant; what is None chooses nothing, and an id of 0 names nothing.

    Without a group, all but the trashed ones. Every one of ``words`` has to be found.
    """

    group: Group | None = None
    tag_id: int | None = None
    domain_id: int | None = None
    author_id: int | None = None
    words: str = ""
    pages: bool = False
    # A query for ids: no others are meant.
    among: Select[Any] | None = None


@dataclass(frozen=True)
class Row:
    """A post in a list: as it was typed last, whether or not that is saved."""

    post: Post
    title: str
    changed_at: datetime
    is_changed: bool  # the working copy says something else than the post
    review: str = ""  # a `ReviewState`, while it waits or was sent back


@dataclass(frozen=True)
class Shelf:
    """One page of posts; ``total`` counts all that match."""

    rows: Sequence[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


# Small, and looked through without a look at the texts: see `undo_models`.
_PENDING = select(Draft.post_id, Draft.changed_at).where(Draft.is_pending).subquery("pending")
# When it was typed in last, saved or not; queries have to be `joined` for it.
CHANGED_AT: ColumnElement[datetime] = case(
    (_PENDING.c.changed_at > Post.saved_at, _PENDING.c.changed_at), else_=Post.saved_at
)


def list_posts(
    choice: Choice, *, now: datetime, sort: Sort = Sort.CHANGED, page: int = 1
) -> tuple[Shelf, Mapping[Group | None, int]]:
    """Return a page of the chosen posts, and how many there would be in each group.

    None stands for all that are not trashed. The number of statements is the same for any
    number of posts.
    """
    said = _says(choice)
    counts = _count(choice, said, now)
    query = (
        _with_changes()
        .where(in_group(choice.group, now), _sorted_so(choice), said)
        .order_by(*_order(sort, choice.group))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Shelf(rows_of(query), counts[choice.group], page), counts


def find_ids(choice: Choice, *, now: datetime, limit: int) -> Sequence[int]:
    """Return the ids of the chosen posts, at most ``limit``, what was changed last first."""
    query = (
        joined(select(Post.id))
        .where(in_group(choice.group, now), _sorted_so(choice), _says(choice))
        .order_by(*_order(Sort.CHANGED, choice.group))
        .limit(limit)
    )
    return db.session.scalars(query).all()


def list_unfinished(*, now: datetime, author_id: int | None, limit: int) -> Sequence[Row]:
    """Return what somebody writes on: drafts, and live posts with changes, latest first."""
    drafted = in_group(Group.DRAFT, now)
    pending = and_(Post.deleted_at.is_(None), _PENDING.c.post_id.is_not(None))
    query = (
        _with_changes()
        .where(or_(drafted, pending), signed_by(author_id), Post.is_page.is_(False))
        .order_by(*_order(Sort.CHANGED, None))
        .limit(limit)
    )
    return rows_of(query)


def list_group(
    group: Group,
    *,
    now: datetime,
    author_id: int | None,
    limit: int,
    until: datetime | None = None,
) -> Sequence[Row]:
    """Return posts of a group: scheduled ones next first, others published last first.

    ``until`` leaves out what goes live later.
    """
    query = _with_changes().where(
        in_group(group, now), signed_by(author_id), Post.is_page.is_(False)
    )
    if until:
        query = query.where(Post.published_at <= until)
    next_first = (Post.published_at, Post.id)
    last_first = (Post.published_at.desc(), Post.id.desc())
    query = query.order_by(*(next_first if group is Group.SCHEDULED else last_first))
    return rows_of(query.limit(limit))


def list_reworked(*, now: datetime, author_id: int | None, limit: int) -> Sequence[Row]:
    """Return what readers knew before it was changed last, latest first."""
    query = (
        _with_changes()
        .where(
            Post.deleted_at.is_(None),
            Post.published_at <= now,
            Post.published_at < CHANGED_AT,
            # Whatever came in by an import was saved, once.
            Post.created_at < CHANGED_AT,
            signed_by(author_id),
            Post.is_page.is_(False),
        )
        .order_by(*_order(Sort.CHANGED, None))
        .limit(limit)
    )
    return rows_of(query)


def rows_of(query: Select[Any]) -> Sequence[Row]:
    """Return what ``query`` selects (see `_with_changes`) as rows; at most five statements."""
    found = db.session.execute(query).all()
    loading = selectinload(Post.authors), selectinload(Post.bylines)
    chosen = select(Post).where(Post.id.in_([row.id for row in found])).options(*loading)
    posts = {post.id: post for post in db.session.scalars(chosen)} if found else {}
    typed = _typed_titles([id for id, _, pending, _ in found if pending])
    return [
        Row(posts[id], typed.get(id, posts[id].title), changed_at, bool(pending), waiting(review))
        for id, changed_at, pending, review in found
        if id in posts
    ]


def signed_by(author_id: int | None) -> ColumnElement[bool]:
    """Return the condition that an author signs the post; None: whoever does."""
    return true() if author_id is None else Post.bylines.any(PostAuthor.author_id == author_id)


def in_group(group: Group | None, now: datetime) -> ColumnElement[bool]:
    """The condition that `Post.state` decides for one post, and two more."""
    kept = and_(Post.deleted_at.is_(None), Post.withdrawn_at.is_(None))
    match group:
        case None:
            return Post.deleted_at.is_(None)
        case Group.TRASHED:
            return Post.deleted_at.is_not(None)
        case Group.WITHDRAWN:
            return and_(Post.deleted_at.is_(None), Post.withdrawn_at.is_not(None))
        case Group.DRAFT:
            return and_(kept, Post.published_at.is_(None))
        case Group.SCHEDULED:
            return and_(kept, Post.published_at > now)
        case Group.PUBLISHED:
            return and_(kept, Post.published_at <= now)
        case Group.UNLISTED:
            return and_(kept, Post.unlisted, Post.published_at.is_not(None))
        case Group.REVIEW:
            return and_(Post.deleted_at.is_(None), in_review())
        case Group.CHANGED:
            return and_(
                kept, Post.published_at.is_not(None), Post.id.in_(select(_PENDING.c.post_id))
            )


def joined(query: Select[Any]) -> Select[Any]:
    """Return a query on posts in which `CHANGED_AT` can be asked for."""
    return query.outerjoin(_PENDING, _PENDING.c.post_id == Post.id)


def _with_changes() -> Select[Any]:
    """The ids first: what decides about a post stands in an index, without its text."""
    return joined(select(Post.id, CHANGED_AT, _PENDING.c.post_id, last_state()))


def _typed_titles(post_ids: Sequence[int]) -> dict[int, str]:
    if not post_ids:
        return {}
    query = select(Draft.post_id, Draft.fields).where(Draft.post_id.in_(post_ids))
    typed = {id: fields.get("title") for id, fields in db.session.execute(query)}
    return {id: title for id, title in typed.items() if title is not None}


def _count(choice: Choice, said: ColumnElement[bool], now: datetime) -> Mapping[Group | None, int]:
    groups: list[Group | None] = [None, *Group]
    sums = [func.sum(case((in_group(group, now), 1), else_=0)) for group in groups]
    query = select(*sums).select_from(Post).where(_sorted_so(choice), said)
    return dict(zip(groups, (count or 0 for count in db.session.execute(query).one()), strict=True))


def _sorted_so(choice: Choice) -> ColumnElement[bool]:
    conditions = [Post.is_page == choice.pages, signed_by(choice.author_id)]
    if choice.domain_id is not None:
        conditions.append(Post.domain_id == choice.domain_id)
    if choice.among is not None:
        conditions.append(Post.id.in_(choice.among))
    if choice.tag_id is not None:
        tagged = select(post_tags.c.post_id).where(post_tags.c.tag_id == choice.tag_id)
        conditions.append(Post.id.in_(tagged))
    return and_(*conditions)


def _says(choice: Choice) -> ColumnElement[bool]:
    if not choice.words:
        return true()
    return among(holding(choice.words, pages=choice.pages)) if choice.words.strip() else false()


def _order(sort: Sort, group: Group | None) -> Sequence[Any]:
    if sort is Sort.TITLE:
        return func.lower(Post.title), Post.id
    if sort is Sort.PUBLISHED:
        return Post.published_at.is_(None), Post.published_at.desc(), Post.id.desc()
    if sort is Sort.OLDEST:
        return CHANGED_AT.asc(), Post.id.asc()
    # What was put into the trash last is looked for there first.
    if group is Group.TRASHED:
        return Post.deleted_at.desc(), Post.id.desc()
    return CHANGED_AT.desc(), Post.id.desc()
