"""A post's deliberate states: what it said when somebody saved, published or restored it."""

from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author
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


class RevisionKind(StrEnum):
    """What somebody did when the revision was kept."""

    ORIGINAL = "original"  # found there before it was first edited
    OUTSIDE = "outside"  # found there, changed past the editor
    SAVED = "saved"
    SUBMITTED = "submitted"  # for review
    PUBLISHED = "published"
    UPDATED = "updated"
    MERGED = "merged"
    KEPT = "kept"  # gave way to what was restored, or was discarded
    RESTORED = "restored"


class Revision(Base):
    """The whole of a post at one moment, kept on purpose."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    # 1, 2, 3 … within its post.
    number: Mapped[int]
    # A `RevisionKind`.
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[Timestamp]
    # When the first of the saves was made that are this one.
    begun_at: Mapped[Timestamp]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200), default="")
    # A `ChangeType` where it changed a live post; else empty.
    change_type: Mapped[str] = mapped_column(String(20), default="")
    # What readers are told of the change, or authors of the revision.
    note: Mapped[str] = mapped_column(Text, default="")
    # The number of the revision that was restored by this one.
    restored_number: Mapped[int | None]
    # As in `Draft.fields`.
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    body: Mapped[str] = mapped_column(Text, default="", deferred=True)
    # SHA-256 of fields and body: whether a text is kept already is asked without reading any.
    digest: Mapped[str] = mapped_column(String(64))
    # Against the revision before it.
    words_added: Mapped[int] = mapped_column(default=0)
    words_removed: Mapped[int] = mapped_column(default=0)

    author: Mapped[Author | None] = relationship(lazy="raise")

    @property
    def is_told(self) -> bool:
        """Whether it stands in the post's public change log."""
        return self.change_type in {ChangeType.CORRECTION, ChangeType.UPDATE}
