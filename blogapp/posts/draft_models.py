"""What authors have typed and not yet put before readers, and every burst of typing."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.extensions import Base, Timestamp
from blogapp.posts.models import Post


class Draft(Base):
    """The working copy of a post, as its authors typed it; whether it is valid shows at saving.

    A live post has one while somebody edits it, and readers see nothing of it.
    """

    __tablename__ = "drafts"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    # The number of the last journal entry; an editor that was opened on a lower one merges.
    head: Mapped[int] = mapped_column(default=0)
    # The head at the last deliberate save: what is above it was typed and not saved.
    saved_head: Mapped[int] = mapped_column(default=0)
    # By the names of the editor's fields, spelled as they were typed.
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    body: Mapped[str] = mapped_column(Text, default="", deferred=True)
    # The post as it was when the two last were one: the common ancestor of a merge.
    base_version: Mapped[int] = mapped_column(default=0)
    base_fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    base_body: Mapped[str] = mapped_column(Text, default="", deferred=True)
    # Whether it says anything else than the post does.
    is_pending: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_at: Mapped[Timestamp]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))

    post: Mapped[Post] = relationship(lazy="raise")


class JournalEntry(Base):
    """A burst of typing, written once and never changed.

    Those with a ``head`` follow each other without a gap and can be walked back from the
    draft; one without stands beside them: it could not be merged, and waits to be decided.
    """

    __tablename__ = "journal_entries"
    __table_args__ = (
        UniqueConstraint("post_id", "head"),
        # A client that got no answer sends the same entry again.
        UniqueConstraint("client", "sequence"),
        Index("ix_journal_entries_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    head: Mapped[int | None]
    # The head that was on the author's screen.
    base: Mapped[int]
    # typed, saved, merged, outside (a change that came past the editor), branch.
    kind: Mapped[str] = mapped_column(String(20))
    # Which open editor sent it, and as its how manieth.
    client: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    at: Mapped[Timestamp]
    # {"body": [[start, removed, inserted], …], "fields": {name: [before, after], …}}
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    # When a branch was decided about.
    settled_at: Mapped[Timestamp | None]
