"""The log of posts that changed: written by triggers, read by the index of posts."""

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base


class NotedPost(Base):
    """A post whose change gave a row of `ContentVersion` this token; the last thousand.

    Without a post it is a change that may concern any, like another name for a tag.
    """

    __tablename__ = "noted_posts"
    __table_args__ = (Index("ix_noted_posts_version", "version_id", "number"),)

    # Whoever changes a version's row holds it: its numbers are in the order of commits.
    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    version_id: Mapped[int]
    token: Mapped[int] = mapped_column(BigInteger)
    post_id: Mapped[int | None]
