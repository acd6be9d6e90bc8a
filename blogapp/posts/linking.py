"""What a post may link to while it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, or_, select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Post, PostAuthor, State
from blogapp.posts.rights import may_see_all
from blogapp.posts.visibility import public


@dataclass(frozen=True)
class Target:
    """A post by its title, and the address a link to it holds."""

    title: str
    path: str
    state: State


def suggest_targets(words: str, *, author: Author, now: datetime, limit: int) -> Sequence[Target]:
    """Return posts and pages whose titles hold all of ``words``, those that begin so first.

    Of what readers do not see, only what this author finds under /write.
    """
    query = select(Post).where(Post.deleted_at.is_(None), Post.title != "")
    query = _visible(query, author, now)
    title = func.lower(Post.title)
    for word in words.lower().split():
        query = query.where(title.contains(word, autoescape=True))
    begins = title.startswith(words.lower().strip(), autoescape=True)
    changed = func.coalesce(Post.published_at, Post.saved_at).desc()
    query = query.order_by(case((begins, 0), else_=1), changed, Post.id.desc()).limit(limit)
    return [Target(post.title, post.path, post.state(now)) for post in db.session.scalars(query)]


def _visible(query: Select[Post], author: Author, now: datetime) -> Select[Post]:
    if may_see_all(author):
        return query
    signed = select(PostAuthor.post_id).where(PostAuthor.author_id == author.id)
    return query.where(or_(public(now), Post.id.in_(signed)))
