"""What browsers refused to load or run on pages of this blog."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class PolicyReport(Base):
    """One kind of thing that was refused on one page, and how often; nothing of who read it."""

    __tablename__ = "policy_reports"
    __table_args__ = (UniqueConstraint("directive", "blocked", "page"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # A directive of the policy (CSP level 3), as in ``img-src``.
    directive: Mapped[str] = mapped_column(String(40))
    # An origin, or a word: ``inline``, ``eval``, ``data``, ``self``.
    blocked: Mapped[str] = mapped_column(String(255))
    # A path of the blog without its query.
    page: Mapped[str] = mapped_column(String(500))
    hits: Mapped[int]
    first_at: Mapped[Timestamp]
    last_at: Mapped[Timestamp]
