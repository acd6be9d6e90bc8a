"""What an author did to posts from the list, kept so that it can be taken back."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Post


class Undo(Base):
    """One action on one post or many, with what stood there before.

    It is the author's own; somebody else's is not found.
    """

    __tablename__ = "undos"
    __table_args__ = (Index("ix_undos_author_id_at", "author_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"))
    at: Mapped[Timestamp]
    # An `Act` of `posts.changing`.
    act: Mapped[str] = mapped_column(String(20))
    # How many posts it changed, and the title of the first.
    count: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    # What it put there: names of tags, the name of a domain, a moment.
    words: Mapped[str] = mapped_column(String(2000), default="")
    # Posts it left out, by reason: {"rights": [2, ["A title", "Another"]]}
    left_out: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # {"columns": [[post, {column: before}, {column: after}], …]}
    # or {"tags": {tag: [post, …]}, "made": [tag, …]}
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    undone_at: Mapped[Timestamp | None]


# The working copies that say something else than their posts, found without reading the texts.
Index(
    "ix_drafts_pending",
    Draft.changed_at,
    Draft.post_id,
    sqlite_where=Draft.is_pending,
    postgresql_where=Draft.is_pending,
)

# All that lists of posts decide by: in a row of the table it stands behind the text.
Index(
    "ix_posts_shelf",
    # Not "is_page" first: that would draw readers' queries here, which ask for it, too.
    *(Post.saved_at, Post.is_page, Post.deleted_at, Post.withdrawn_at, Post.published_at),
    *(Post.unlisted, Post.domain_id, Post.created_at, Post.renderer_version),
)
