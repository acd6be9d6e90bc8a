"""Comments that came along from another blog: kept, shown under their post, hidden and shown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import load_only

from blogapp.extensions import db
from blogapp.posts.comment_models import Comment
from blogapp.posts.models import Post
from blogapp.text.commenting import VERSION, comment_html, web_address
from blogapp.text.name_lists import clean, one_line

DEEPEST = 4  # replies to replies are indented so far
LONGEST = 100_000  # characters of one comment
PINGBACK = "pingback"
_LONGEST_ID, _LONGEST_NAME = 300, 200
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_SHOWN = (Comment.source_id, Comment.parent, Comment.kind, Comment.name, Comment.url, Comment.at)


class Said(Protocol):
    """A comment as a source has it; ``at`` is aware UTC, ``parent`` the id it answers."""

    @property
    def id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def parent(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def kind(self) -> str: ...


@dataclass(frozen=True)
class Kept:
    """What became of a post's comments; ``problems`` say what was lost of them, and why."""

    added: int = 0
    changed: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remark:
    """A comment in its place. Answers follow what they answer, up to `DEEPEST` lists deep."""

    comment: Comment
    depth: int  # from 1
    opens: bool  # a list of answers begins with it
    is_answered: bool  # such a list follows it
    closes: int  # lists of answers that end with it
    answers: Comment | None = None  # what it answers, where its place does not tell

    @property
    def anchor(self) -> str:
        return anchor_of(self.comment)


@dataclass(frozen=True)
class Discussion:
    """What was said under a post, in threads, oldest first; and who mentioned it elsewhere."""

    remarks: Sequence[Remark] = ()
    pingbacks: Sequence[Comment] = ()

    def __bool__(self) -> bool:
        return bool(self.remarks or self.pingbacks)


def keep_comments(post_id: int, said: Iterable[Said]) -> Kept:
    """Bring a stored post's comments up to what a source says of them, in three statements.

    Known ones are told by their ids; what an editor hid stays hidden, and what the source no
    longer has stays here. The caller commits.
    """
    problems: list[str] = []
    wanted = {row["source_id"]: row for row in _rows(post_id, said, problems)}
    query = select(Comment).where(Comment.post_id == post_id)
    stored = {comment.source_id: comment for comment in db.session.scalars(query)}
    new = [row for id, row in wanted.items() if id not in stored]
    changed = [
        {"id": stored[id].id, **row}
        for id, row in wanted.items()
        if id in stored and any(getattr(stored[id], name) != row[name] for name in row)
    ]
    if new:
        db.session.execute(insert(Comment), new)
    if changed:
        db.session.execute(update(Comment), changed)
    return Kept(len(new), len(changed), tuple(problems))


def list_discussion(post_id: int) -> Discussion:
    """Return what readers see under a post, in one statement whatever their number."""
    query = _of(post_id).where(Comment.hidden_at.is_(None))
    return _in_order(db.session.scalars(query.options(load_only(*_SHOWN, Comment.html))).all())


def list_all(post_id: int) -> Discussion:
    """Return everything that came along, hidden or not, for whoever decides on it."""
    return _in_order(db.session.scalars(_of(post_id)).all())


def count_comments(post_id: int) -> int:
    """Return how many came along, hidden or not."""
    query = select(func.count()).select_from(Comment).where(Comment.post_id == post_id)
    return db.session.scalar(query) or 0


def find_comment(post: Post, id: int) -> Comment | None:
    return db.session.scalar(select(Comment).where(Comment.id == id, Comment.post_id == post.id))


def hide(comment: Comment, *, now: datetime) -> None:
    """Take a comment off its page; answers to it stay, and it can be shown again."""
    comment.hidden_at = comment.hidden_at or now


def show(comment: Comment) -> None:
    comment.hidden_at = None


def list_stale() -> Sequence[int]:
    """Return the ids of comments that another version made HTML of."""
    return db.session.scalars(select(Comment.id).where(Comment.renderer_version != VERSION)).all()


def render_anew(id: int) -> None:
    """Make a comment's HTML of what it says. The caller commits."""
    comment = db.session.get_one(Comment, id)
    comment.html = comment_html(comment.body)
    comment.renderer_version = VERSION


def anchor_of(comment: Comment) -> str:
    """Return the id under which its page has it: the one it had, where that is a plain word."""
    if _PLAIN_ID.fullmatch(comment.source_id):
        return f"comment-{comment.source_id}"
    return f"comment-x{sha256(comment.source_id.encode()).hexdigest()[:12]}"


# From a source


def _rows(post_id: int, said: Iterable[Said], problems: list[str]) -> Iterator[dict[str, Any]]:
    for each in said:
        body = clean(each.html)
        if len(body) > LONGEST:
            problems.append(f"comment {each.id}: cut after {LONGEST:,} characters")
            body = body[:LONGEST]
        name = one_line(each.name)
        if len(name) > _LONGEST_NAME:
            problems.append(f"comment {each.id}: the name is cut after {_LONGEST_NAME} characters")
        url = web_address(each.url)
        if each.url.strip() and not url:
            problems.append(f"comment {each.id}: the name links to nothing on the web; left out")
        yield {
            "post_id": post_id,
            "source_id": _short_id(each.id),
            "parent": _short_id(each.parent),
            "kind": PINGBACK if each.kind != "comment" else "comment",
            "name": name[:_LONGEST_NAME],
            "url": url,
            "at": each.at,
            "body": body,
            "html": comment_html(body),
            "renderer_version": VERSION,
        }


def _short_id(id: str) -> str:
    id = clean(id)
    return id if len(id) <= _LONGEST_ID else f"sha256:{sha256(id.encode()).hexdigest()}"


# In order


def _of(post_id: int) -> Select[Comment]:
    return select(Comment).where(Comment.post_id == post_id).order_by(Comment.at, Comment.id)


def _in_order(comments: Sequence[Comment]) -> Discussion:
    said = [comment for comment in comments if comment.kind != PINGBACK]
    pingbacks = [comment for comment in comments if comment.kind == PINGBACK]
    return Discussion(_placed(list(_walk(said))), pingbacks)


def _walk(comments: Sequence[Comment]) -> Iterator[tuple[Comment, int, Comment | None]]:
    """Yield each comment once with its depth, answers after what they answer.

    One whose parent is not here begins a thread, and so does the first of a circle.
    """
    known = {comment.source_id: comment for comment in comments}
    answers: dict[str, list[Comment]] = {}
    for comment in comments:
        answers.setdefault(comment.parent, []).append(comment)
    begins = [comment for comment in comments if comment.parent not in known]
    seen: set[str] = set()
    for first in (*begins, *comments):
        waiting = [(first, 1)]
        while waiting:
            comment, depth = waiting.pop()
            if comment.source_id in seen:
                continue
            seen.add(comment.source_id)
            is_deeper = depth > DEEPEST
            yield comment, min(depth, DEEPEST), known.get(comment.parent) if is_deeper else None
            below = answers.get(comment.source_id, ())
            waiting += [(answer, depth + 1) for answer in reversed(below)]


def _placed(walked: Sequence[tuple[Comment, int, Comment | None]]) -> list[Remark]:
    depths = [depth for _, depth, _ in walked]
    return [
        Remark(
            comment,
            depth,
            opens=depth > before,
            is_answered=after > depth,
            closes=max(0, depth - after),
            answers=answers,
        )
        for (comment, depth, answers), before, after in zip(
            walked, [1, *depths], [*depths[1:], 1], strict=False
        )
    ]
