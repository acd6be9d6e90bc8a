"""Changing many posts at once, so that it can be taken back.

A batch of posts costs the same number of statements whatever they are, and no more of them are
in memory at a time. These functions change rows past the mapper; the caller commits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, delete, func, not_, or_, select, text, update
from sqlalchemy.orm import load_only, selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts import retagging
from blogapp.posts.approving import find_unapproved
from blogapp.posts.draft_models import Draft
from blogapp.posts.leaving_out import LeftOut, Reason
from blogapp.posts.models import Domain, Post, State, month_of
from blogapp.posts.naming import find_or_make
from blogapp.posts.publishing import plan_emptying
from blogapp.posts.revision_models import Revision, RevisionKind
from blogapp.posts.rights import may_edit, may_publish
from blogapp.posts.undo_models import Undo
from blogapp.posts.visibility import public

MOST = 10_000
BATCH = 200
VALID_FOR = timedelta(days=1)

POSTS = Post.metadata.tables[Post.__tablename__]
# All that an action on many sets, but for tags.
COLUMNS = (
    *("published_at", "published_month", "withdrawn_at", "slug_follows_title"),
    *("deleted_at", "unlisted", "domain_id"),
)
_BLANKS = " \t\n\r\u00a0"


class Act(StrEnum):
    """What is done to posts."""

    PUBLISH = "publish"
    SCHEDULE = "schedule"
    WITHDRAW = "withdraw"
    UNLIST = "unlist"
    LIST = "list"
    TAG = "tag"
    UNTAG = "untag"
    MOVE = "move"
    TRASH = "trash"
    RESTORE = "restore"

    @property
    def publishes(self) -> bool:
        """Whether readers may see something afterwards that they did not see before."""
        return self in (Act.PUBLISH, Act.SCHEDULE)


@dataclass(frozen=True, kw_only=True)
class Order:
    """An act, and what it needs besides posts: a moment, names of tags, the name of a domain."""

    act: Act
    moment: datetime | None = None
    tags: tuple[str, ...] = ()
    domain: str = ""

    @property
    def words(self) -> str:
        """What was asked for besides the act, in one line."""
        if self.moment:
            return self.moment.isoformat()
        return ", ".join(self.tags) or self.domain


def change_posts(
    ids: Iterable[int],
    order: Order,
    *,
    author: Author,
    now: datetime,
    zone: ZoneInfo,
    with_secrets: Iterable[int] = (),
) -> Undo:
    """Do what is ordered with every post of ``ids`` for which ``author`` may, and can.

    Returns the record of it, flushed, by which `undoing.take_back` takes it back. Posts
    ``with_secrets`` are not published. What somebody has typed and not saved stays as it is.
    """
    take_turns()
    wanted = [*dict.fromkeys(ids)][:MOST]
    left_out = LeftOut()
    deciding = _Deciding(order, author, now, zone, frozenset(with_secrets))
    if order.act is Act.MOVE:
        deciding.domain_id = _domain_id(order.domain)
    changes: dict[str, Any]
    if order.act in (Act.TAG, Act.UNTAG):
        changes, titles = _retag(wanted, deciding, left_out)
    else:
        changes, titles = _set_columns(wanted, deciding, left_out)
    db.session.execute(delete(Undo).where(Undo.author_id == author.id, Undo.at < now - VALID_FOR))
    if order.act is Act.TRASH and titles:
        plan_emptying(now)
    undo = Undo(
        author_id=author.id,
        at=now,
        act=order.act,
        count=len(titles),
        title=titles[0][:200] if titles else "",
        words=order.words[:2000],
        left_out=left_out.to_json(),
        changes=changes,
    )
    db.session.add(undo)
    db.session.flush()
    return undo


def not_live(ids: Sequence[int], *, now: datetime) -> list[int]:
    """Return those of ``ids`` that readers do not see."""
    found: list[int] = []
    for start in range(0, len(ids), BATCH):
        batch = Post.id.in_(ids[start : start + BATCH])
        # Without a date, the condition is neither true nor false.
        hidden = or_(Post.published_at.is_(None), not_(public(now)))
        found += db.session.scalars(select(Post.id).where(batch, hidden))
    return found


def take_turns() -> None:
    """Wait until nobody else writes, where the database has one writer at a time."""
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(text("UPDATE posts SET id = id WHERE 0"))


def load_batches(ids: Sequence[int]) -> Iterator[list[Post]]:
    """Yield the posts with their bylines, locked, in the order of ``ids``; then forget them."""
    columns = (
        Post.title,
        Post.slug,
        Post.is_page,
        Post.created_at,
        Post.saved_at,
        *(getattr(Post, name) for name in COLUMNS),
    )
    for start in range(0, len(ids), BATCH):
        query = (
            select(Post)
            .where(Post.id.in_(ids[start : start + BATCH]))
            .options(load_only(*columns), selectinload(Post.bylines))
            .execution_options(populate_existing=True)
            .with_for_update(of=Post)
        )
        found = {post.id: post for post in db.session.scalars(query)}
        yield [found[id] for id in ids[start : start + BATCH] if id in found]
        for post in found.values():
            for byline in post.bylines:
                db.session.expunge(byline)
            db.session.expunge(post)


def write_columns(rows: Sequence[Mapping[str, Any]]) -> None:
    """Set ``COLUMNS`` of posts; each row names its ``post``. Raises every version by one."""
    if not rows:
        return
    values: dict[str, Any] = {name: bindparam(name) for name in COLUMNS}
    values["version"] = POSTS.c.version + 1
    statement = update(POSTS).where(POSTS.c.id == bindparam("post")).values(values)
    db.session.connection().execute(statement, [dict(row) for row in rows])


def columns_of(post: Post) -> dict[str, Any]:
    """Return what ``COLUMNS`` hold."""
    return {name: getattr(post, name) for name in COLUMNS}


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of ``COLUMNS`` with moments spelled out."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


@dataclass
class _Deciding:
    """What has to be known to decide about a post."""

    order: Order
    author: Author
    now: datetime
    zone: ZoneInfo
    with_secrets: frozenset[int]
    domain_id: int | None = None
    empty: frozenset[int] = frozenset()
    unsaved: frozenset[int] = frozenset()
    unapproved: frozenset[int] = frozenset()

    def look_at(self, posts: Sequence[Post]) -> None:
        """Ask for all of ``posts`` at once what each of them will be asked."""
        ids = [post.id for post in posts]
        if self.order.act in _BEFORE_READERS:
            into = dict.fromkeys(ids, self.domain_id) if self.order.act is Act.MOVE else {}
            self.unapproved = find_unapproved(ids, into=into)
        if not self.order.act.publishes:
            return
        none = or_(func.trim(Post.title, _BLANKS) == "", func.trim(Post.body, _BLANKS) == "")
        self.empty = frozenset(db.session.scalars(select(Post.id).where(Post.id.in_(ids), none)))
        pending = select(Draft.post_id).where(Draft.post_id.in_(ids), Draft.is_pending)
        self.unsaved = frozenset(db.session.scalars(pending))

    def decide(self, post: Post) -> dict[str, Any] | Reason:
        """Return what to set, or why nothing is."""
        act, state = self.order.act, post.state(self.now)
        may = may_publish if act in _FOR_PUBLISHERS else may_edit
        if not may(self.author, post):
            return Reason.RIGHTS
        if act is Act.RESTORE:
            return self._bring_back(post)
        if post.deleted_at:
            return Reason.SO_ALREADY if act is Act.TRASH else Reason.TRASHED
        match act:
            case Act.TRASH:
                return {"deleted_at": self.now}
            case Act.PUBLISH | Act.SCHEDULE:
                return self._go_live(post, state)
            case Act.WITHDRAW:
                return self._take_back(post, state)
            case Act.UNLIST | Act.LIST:
                return self._list(post)
        if post.is_page:
            return Reason.PAGE
        moved = act is Act.MOVE and post.domain_id == self.domain_id
        if not moved and _is_on_its_way(post) and post.id in self.unapproved:
            return Reason.UNAPPROVED
        return Reason.SO_ALREADY if moved else {"domain_id": self.domain_id, **_when(post)}

    def _bring_back(self, post: Post) -> dict[str, Any] | Reason:
        if not post.deleted_at:
            return Reason.NOT_TRASHED
        # What readers saw until then, they may see again.
        if _is_on_its_way(post) and post.saved_at > post.deleted_at and post.id in self.unapproved:
            return Reason.UNAPPROVED
        return {"deleted_at": None}

    def _go_live(self, post: Post, state: State) -> dict[str, Any] | Reason:
        if state is State.PUBLISHED:
            is_asked = self.order.act is Act.PUBLISH
            return Reason.SO_ALREADY if is_asked else Reason.LIVE
        if post.id in self.empty:
            return Reason.EMPTY
        if state is State.DRAFT and post.id in self.unsaved:
            return Reason.UNSAVED
        if post.id in self.with_secrets:
            return Reason.SECRETS
        if post.id in self.unapproved:
            return Reason.UNAPPROVED
        moment = self.order.moment or self.now
        # One that was public before keeps its date.
        if not self.order.moment and post.published_at and post.published_at <= self.now:
            moment = post.published_at
        if state is State.SCHEDULED and post.published_at == moment:
            return Reason.SO_ALREADY
        return {
            "withdrawn_at": None,
            "published_at": moment,
            "published_month": month_of(moment, self.zone),
            # From here on readers know the address.
            "slug_follows_title": False,
        }

    def _take_back(self, post: Post, state: State) -> dict[str, Any] | Reason:
        if state is State.PUBLISHED:
            return {"withdrawn_at": self.now, **_where(post)}
        if state is State.SCHEDULED:
            return {"published_at": None, "published_month": None, **_where(post)}
        return Reason.SO_ALREADY

    def _list(self, post: Post) -> dict[str, Any] | Reason:
        unlisted = self.order.act is Act.UNLIST
        if post.is_page:
            return Reason.PAGE
        return Reason.SO_ALREADY if post.unlisted == unlisted else {"unlisted": unlisted}


_MERELY_KEPT = (RevisionKind.SAVED, RevisionKind.SUBMITTED)
# What readers may see afterwards in another place, or at all.
_BEFORE_READERS = {Act.PUBLISH, Act.SCHEDULE, Act.MOVE, Act.RESTORE}
_FOR_PUBLISHERS = {Act.PUBLISH, Act.SCHEDULE, Act.WITHDRAW, Act.UNLIST, Act.LIST}


def _is_on_its_way(post: Post) -> bool:
    """Whether readers see the post, or will, once it is not in the trash."""
    return bool(post.published_at) and not post.withdrawn_at


def _when(post: Post) -> dict[str, Any]:
    """Name the moment at which a post goes to readers, as `_where` names the domain."""
    return {"published_at": post.published_at} if _is_on_its_way(post) else {}


def _where(post: Post) -> dict[str, Any]:
    """Name the domain where it stays as it is, too: what moved since does not come back to it."""
    return {"domain_id": post.domain_id}


def _domain_id(name: str) -> int | None:
    made = find_or_make(Domain, [name])
    db.session.flush()
    return made[0].id if made else None


def _decided(
    ids: Sequence[int], deciding: _Deciding, left_out: LeftOut
) -> Iterator[list[tuple[Post, dict[str, Any]]]]:
    """Yield for each batch the posts that are to be changed, and how."""
    for posts in load_batches(ids):
        deciding.look_at(posts)
        chosen = []
        for post in posts:
            decision = deciding.decide(post)
            if isinstance(decision, Reason):
                left_out.add(decision, post.title)
            else:
                chosen.append((post, decision))
        yield chosen


def _set_columns(
    ids: Sequence[int], deciding: _Deciding, left_out: LeftOut
) -> tuple[dict[str, Any], list[str]]:
    kept: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    titles: list[str] = []
    for chosen in _decided(ids, deciding, left_out):
        rows = []
        for post, after in chosen:
            before = {name: getattr(post, name) for name in after}
            rows.append({"post": post.id, **columns_of(post), **after})
            kept.append((post.id, to_json(before), to_json(after)))
            titles.append(post.title)
        write_columns(rows)
        if deciding.order.act is Act.PUBLISH:
            _note_publication([post.id for post, _ in chosen], deciding)
    return {"columns": kept}, titles


def _note_publication(ids: Sequence[int], deciding: _Deciding) -> None:
    """Let the revision that was merely saved say that it was published."""
    later = Revision.__table__.alias()
    newest = (
        select(func.max(later.c.number))
        .where(later.c.post_id == Revision.post_id)
        .correlate(Revision)
        .scalar_subquery()
    )
    is_newest: ColumnElement[bool] = Revision.number == newest
    db.session.execute(
        update(Revision)
        .where(Revision.post_id.in_(ids), is_newest, Revision.kind.in_(_MERELY_KEPT))
        .values(kind=RevisionKind.PUBLISHED, at=deciding.now, author_id=deciding.author.id)
        .execution_options(synchronize_session=False)
    )


def _retag(
    ids: Sequence[int], deciding: _Deciding, left_out: LeftOut
) -> tuple[dict[str, Any], list[str]]:
    order = deciding.order
    tags = retagging.Tags.named(order.tags, make=order.act is Act.TAG)
    kept: dict[str, list[int]] = {}
    titles: list[str] = []
    for chosen in _decided(ids, deciding, left_out):
        posts = {post.id: post.title for post, _ in chosen}
        change = tags.give if order.act is Act.TAG else tags.take
        touched, full = change(list(posts))
        for tag_id, post_ids in touched.items():
            kept.setdefault(str(tag_id), []).extend(post_ids)
        done = {id for post_ids in touched.values() for id in post_ids}
        for id, title in posts.items():
            if id in done:
                titles.append(title)
            else:
                left_out.add(Reason.FULL if id in full else Reason.SO_ALREADY, title)
    return {"tags": kept, "made": tags.made}, titles
