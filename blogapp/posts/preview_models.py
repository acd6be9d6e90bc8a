"""Links by which people without an account see what is not published."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author
from blogapp.extensions import Base, Timestamp


class PreviewLink(Base):
    """An address that shows a post to whoever holds it, until it ends. Only its hash is here."""

    __tablename__ = "preview_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The revision it shows; None for the text as it is when the link is opened.
    revision: Mapped[int | None]
    created_at: Mapped[Timestamp]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    expires_at: Mapped[Timestamp]
    revoked_at: Mapped[Timestamp | None]

    created_by: Mapped[Author | None] = relationship(lazy="raise")

    def is_open(self, now: datetime) -> bool:
        """Whether the link still shows something."""
        return self.revoked_at is None and self.expires_at > now
