"""What was done, by whom: rows that the blog adds and never changes."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class ActorKind(StrEnum):
    """Who acts here."""

    PERSON = "person"
    OPERATOR = "operator"
    # Nobody who is signed in: somebody at the door.
    VISITOR = "visitor"
    # The blog itself, at the time that was set.
    BLOG = "blog"


class AuditEvent(Base):
    """One act. The database refuses to change it; it goes when its time is over.

    It names rows without referring to them: what it says outlives them.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_at", "at", "id"),
        Index("ix_audit_events_actor_id", "actor_id", "at"),
        Index("ix_audit_events_act", "act", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Timestamp]
    actor_kind: Mapped[ActorKind] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(300), default="")
    network: Mapped[str] = mapped_column(String(64), default="")
    # What was done to what, in the past: "post.published".
    act: Mapped[str] = mapped_column(String(60))
    about_type: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[str] = mapped_column(String(40), default="")
    about_label: Mapped[str] = mapped_column(String(300), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
