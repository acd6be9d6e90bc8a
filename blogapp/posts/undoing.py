"""Taking back what was done to many posts, as far as nobody changed it since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts import retagging
from blogapp.posts.approving import find_unapproved
from blogapp.posts.changing import (
    VALID_FOR,
    Act,
    columns_of,
    load_batches,
    take_turns,
    to_json,
    write_columns,
)
from blogapp.posts.leaving_out import LeftOut, Reason
from blogapp.posts.models import Domain, Post
from blogapp.posts.rights import may_edit
from blogapp.posts.undo_models import Undo

# So long pages show again what was done last.
OFFERED_FOR = timedelta(minutes=2)
# Of each post, what stood in some columns before and after.
_Kept = Mapping[int, tuple[dict[str, Any], dict[str, Any]]]
_MOMENTS = {"published_at", "withdrawn_at", "deleted_at"}


@dataclass(frozen=True)
class TakenBack:
    """How many posts are as they were before, and which are not."""

    count: int
    title: str
    left_out: LeftOut


def find_undo(id: int, *, author: Author, now: datetime) -> Undo | None:
    """Return what ``author`` did and can still take back, or None."""
    query = (
        select(Undo)
        .where(Undo.id == id, Undo.author_id == author.id, Undo.undone_at.is_(None))
        .where(Undo.at > now - VALID_FOR)
        .options(undefer(Undo.changes))
        .with_for_update()
    )
    return db.session.scalar(query)


def list_offered(*, author: Author, now: datetime) -> Sequence[Undo]:
    """Return what ``author`` did last, a moment ago, and did not take back: one at most."""
    query = (
        select(Undo)
        .where(Undo.author_id == author.id, Undo.at > now - OFFERED_FOR)
        .order_by(Undo.at.desc(), Undo.id.desc())
        .limit(1)
    )
    return [undo for undo in db.session.scalars(query) if undo.undone_at is None]


def take_back(undo: Undo, *, author: Author, now: datetime) -> TakenBack:
    """Put back what stood there before, in every post where nobody changed just that since."""
    take_turns()
    undo.undone_at = now
    left_out = LeftOut()
    if "tags" in undo.changes:
        titles = _untie_tags(undo, author, left_out)
    else:
        titles = _put_back(undo, author, left_out)
    return TakenBack(len(titles), titles[0] if titles else "", left_out)


def _put_back(undo: Undo, author: Author, left_out: LeftOut) -> list[str]:
    kept = {id: (before, after) for id, before, after in undo.changes["columns"]}
    lost = _lost_domains(before for before, _ in kept.values())
    titles = []
    for posts in load_batches([*kept]):
        rows = []
        unapproved = _unapproved(undo, posts, kept)
        for post in posts:
            before, after = kept[post.id]
            current = columns_of(post)
            if not may_edit(author, post):
                left_out.add(Reason.RIGHTS, post.title)
            elif (
                _is_another(post, undo)
                or to_json({name: current[name] for name in after}) != after
                or (before.get("domain_id") in lost)
            ):
                left_out.add(Reason.CHANGED, post.title)
            elif post.id in unapproved:
                left_out.add(Reason.UNAPPROVED, post.title)
            else:
                rows.append({"post": post.id, **current, **_from_json(before)})
                titles.append(post.title)
        write_columns(rows)
    return titles


def _unapproved(undo: Undo, posts: Sequence[Post], kept: _Kept) -> frozenset[int]:
    """Return the posts that would show readers a text that nobody approved.

    What was on its way to them then, in the same domain, and was not saved since, they saw.
    """
    seen: dict[int, int | None] = {}
    unseen: dict[int, int | None] = {}
    for post in posts:
        before = _from_json(kept[post.id][0])
        after = columns_of(post) | before
        if not after["published_at"] or after["withdrawn_at"]:
            continue
        if after["domain_id"] != post.domain_id:
            was_on_its_way = bool(before.get("published_at"))
            (seen if was_on_its_way else unseen)[post.id] = after["domain_id"]
        elif not post.published_at or post.withdrawn_at:
            seen[post.id] = after["domain_id"]
        elif post.deleted_at and not after["deleted_at"] and post.saved_at > post.deleted_at:
            unseen[post.id] = after["domain_id"]
    found = find_unapproved([*unseen], into=unseen)
    return found | find_unapproved([*seen], into=seen, saved_after=undo.at)


def _lost_domains(befores: Any) -> set[int]:
    named = {before.get("domain_id") for before in befores} - {None}
    return named - set(db.session.scalars(select(Domain.id).where(Domain.id.in_(named))))


def _untie_tags(undo: Undo, author: Author, left_out: LeftOut) -> list[str]:
    kept = {int(tag): ids for tag, ids in undo.changes["tags"].items()}
    there = retagging.existing(kept)
    ids = [*dict.fromkeys(id for post_ids in kept.values() for id in post_ids)]
    turn = retagging.take_again if undo.act == Act.TAG else retagging.give_back
    titles: list[str] = []
    for posts in load_batches(ids):
        allowed = _allowed(posts, undo, author, left_out)
        titles += [post.title for post in allowed]
        chosen = {post.id for post in allowed}
        turn({tag: [id for id in kept[tag] if id in chosen] for tag in kept if tag in there})
    retagging.drop_unused(undo.changes.get("made", ()))
    return titles


def _allowed(posts: Sequence[Post], undo: Undo, author: Author, left_out: LeftOut) -> list[Post]:
    allowed = []
    for post in posts:
        if not may_edit(author, post):
            left_out.add(Reason.RIGHTS, post.title)
        elif _is_another(post, undo):
            left_out.add(Reason.CHANGED, post.title)
        else:
            allowed.append(post)
    return allowed


def _is_another(post: Post, undo: Undo) -> bool:
    """Whether the post got its number after another one was deleted (SQLite gives it again)."""
    return post.created_at > undo.at


def _from_json(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if value and name in _MOMENTS else value
        for name, value in values.items()
    }
