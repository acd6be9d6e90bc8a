"""Whom the directory knows, and which sessions began there."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author, AuthorSession
from blogapp.extensions import Base, Timestamp


class DirectoryPerson(Base):
    """An author who signs in by the directory, and who they are there."""

    __tablename__ = "directory_people"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    author_id: Mapped[int] = mapped_column(
        ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    issuer: Mapped[str] = mapped_column(String(500))
    # OpenID Connect Core 1.0, 2: never given to anybody else, unlike names and addresses.
    subject: Mapped[str] = mapped_column(String(255))
    joined_at: Mapped[Timestamp]
    last_signed_in_at: Mapped[Timestamp]

    author: Mapped[Author] = relationship(lazy="raise")


class DirectorySession(Base):
    """What the directory must say to end a session, and what to ask it by."""

    __tablename__ = "directory_sessions"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("author_sessions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255), index=True)
    # The session's name there; empty where it has none.
    sid: Mapped[str] = mapped_column(String(255), index=True)
    # Both sealed, and empty where there is none: the address at which the session there can be
    # ended, too, and the token to ask by whether the person is still there.
    way_out: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text)

    session: Mapped[AuthorSession] = relationship(lazy="raise")


class SpentLogout(Base):
    """A word of the directory that ended sessions, so that nobody says it again."""

    __tablename__ = "spent_logouts"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[Timestamp]
