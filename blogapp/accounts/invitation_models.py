"""Invitations that nobody has taken up yet."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author, Role
from blogapp.extensions import Base, Timestamp


class Invitation(Base):
    """A link by which somebody becomes one who writes here. Taken up or revoked, it is gone."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the token in the link: a stolen database lets nobody in.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # Empty where only a link was asked for: whoever takes it up says theirs.
    email: Mapped[str] = mapped_column(String(320), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[Role] = mapped_column(String(20))
    # Whose posts are here already, brought by an import.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"))
    # Goes with whoever invited: nobody may give what they no longer have.
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"))
    created_at: Mapped[Timestamp]
    # When a message with the link was last sent; None where the link was handed over.
    sent_at: Mapped[Timestamp | None]
    expires_at: Mapped[Timestamp]

    author: Mapped[Author | None] = relationship(lazy="raise", foreign_keys=[author_id])
    invited_by: Mapped[Author | None] = relationship(lazy="raise", foreign_keys=[invited_by_id])
