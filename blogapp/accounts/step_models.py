"""What signing in remembers between two requests, and between two days."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author
from blogapp.extensions import Base, Timestamp


class SignInStep(Base):
    """Something that was begun and waits for its other half, for minutes."""

    __tablename__ = "sign_in_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(40))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"))
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[Timestamp] = mapped_column(index=True)

    author: Mapped[Author | None] = relationship(lazy="raise")


class KnownDevice(Base):
    """A browser in which somebody has signed in before: strangers' guesses do not slow it down."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("token_hash", "author_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Several people may share a browser, and so the token.
    token_hash: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp]
