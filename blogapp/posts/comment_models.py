"""What readers of another blog said under a post, brought along with it."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.extensions import Base, Timestamp
from blogapp.posts.models import NOT_FORMATTED, Post


class Comment(Base):
    """A comment that was approved where it was written. Nobody writes new ones here.

    It holds no e-mail address and no network address of who wrote it.
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("post_id", "source_id"),
        Index("ix_comments_post_id_at", "post_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    # What its source called it.
    source_id: Mapped[str] = mapped_column(String(300))
    # The ``source_id`` of the comment it answers, of the same post; empty for none.
    parent: Mapped[str] = mapped_column(String(300), default="")
    # "comment", or "pingback": another site's mention of the post.
    kind: Mapped[str] = mapped_column(String(20), default="comment")
    name: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[Timestamp]
    body: Mapped[str] = mapped_column(Text, default="")
    # Somebody here took it off the page; it is kept.
    hidden_at: Mapped[Timestamp | None]

    # Derived from the body.
    html: Mapped[str] = mapped_column(Text, default="")
    renderer_version: Mapped[int] = mapped_column(default=NOT_FORMATTED)

    post: Mapped[Post] = relationship(lazy="raise")
