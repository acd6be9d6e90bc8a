"""What old addresses are asked for, and which ones nobody knows."""

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class RedirectHits(Base):
    """How often an old address was asked for. Beside it, so that counting changes no page."""

    __tablename__ = "redirect_hits"

    redirect_id: Mapped[int] = mapped_column(
        ForeignKey("redirects.id", ondelete="CASCADE"), primary_key=True
    )
    hits: Mapped[int]
    last_at: Mapped[Timestamp]


class MissingPath(Base):
    """An address that readers asked for in vain; nothing of who they were.

    ``is_probe`` are those that only a search for holes asks for. One that was dismissed stays
    known, so that it is not asked about again.
    """

    __tablename__ = "missing_paths"
    __table_args__ = (Index("ix_missing_paths_kept", "is_probe", "dismissed_at", "hits"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(1000), unique=True)
    hits: Mapped[int]
    first_at: Mapped[Timestamp]
    last_at: Mapped[Timestamp]
    # A site that links there, if one of its readers came along: its host alone.
    referrer: Mapped[str] = mapped_column(String(255), default="")
    is_probe: Mapped[bool] = mapped_column(default=False, server_default=false())
    dismissed_at: Mapped[Timestamp | None]
