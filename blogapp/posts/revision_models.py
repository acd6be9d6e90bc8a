"""A post's deliberate states: what it said when somebody saved, published or restored it."""

from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class ChangeType(StrEnum):
    """What a change of a live post means to its readers."""

    TYPO = "typo"
    CLARIFICATION = "clarification"
    CORRECTION = "correction"
    UPDATE = "update"

    @property
    def is_told(self) -> bool:
        """Whether readers are told: in the post's change log, and by its `updated_at`."""
        return self in (ChangeType.CORRECTION, ChangeType.UPDATE)


class Revision(Base):
    """The whole of a post at one moment, kept on purpose."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    # 1, 2, 3 … within its post.
    number: Mapped[int]
    # saved, published, updated, merged, restored, imported.
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[Timestamp]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    name: Mapped[str] = mapped_column(String(200), default="")
    # A `ChangeType` where it changed a live post; else empty.
    change_type: Mapped[str] = mapped_column(String(20), default="")
    # What readers are told of the change, or authors of the revision.
    note: Mapped[str] = mapped_column(Text, default="")
    # As in `Draft.fields`.
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    body: Mapped[str] = mapped_column(Text, default="", deferred=True)
    # Against the revision before it.
    words_added: Mapped[int] = mapped_column(default=0)
    words_removed: Mapped[int] = mapped_column(default=0)
