"""What publishing remembers: what was let through on purpose, and what there was before."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class ConfirmedSecret(Base):
    """Something that looks like a secret, and that somebody said may stand in the post."""

    __tablename__ = "confirmed_secrets"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    # Of what was found, not of where: moved within the text it is the same.
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    at: Mapped[Timestamp]


class Publication(Base):
    """The last time a post was put before readers, and what they saw until then."""

    __tablename__ = "publications"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[Timestamp]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    # The post's version right after: a later one is a change that an undo must not take away.
    version: Mapped[int] = mapped_column(default=0)
    was_public: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[Timestamp | None]
    updated_at: Mapped[Timestamp | None]
    withdrawn_at: Mapped[Timestamp | None]
    # As in `Draft.fields`.
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    body: Mapped[str] = mapped_column(Text, default="", deferred=True)
