"""What authors have typed and not yet put before readers, and every burst of typing."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author
from blogapp.extensions import Base, Timestamp
from blogapp.posts.models import Post

# Entries of branches that nobody has decided about.
OPEN = "kind = 'branch' AND settled_at IS NULL"


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
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"))

    post: Mapped[Post] = relationship(lazy="raise")


class EntryKind(StrEnum):
    """How a journal entry came about."""

    TYPED = "typed"
    MERGED = "merged"  # typed upon an older text, and merged with what came since
    SAVED = "saved"  # what a deliberate save made of the text: names spelled as they are known
    OUTSIDE = "outside"  # a change of the post that came past the editor
    RESTORED = "restored"
    DISCARDED = "discarded"
    DECIDED = "decided"  # a branch that somebody brought in
    BRANCH = "branch"  # could not be merged, and waits to be decided
    LATE = "late"  # arrived after what its author typed later


class JournalEntry(Base):
    """A burst of typing, written once and never changed.

    Those with a ``head`` follow each other without a gap and can be walked back from the
    draft; those without stand beside them.
    """

    __tablename__ = "journal_entries"
    __table_args__ = (
        UniqueConstraint("post_id", "head"),
        # A client that got no answer sends the same entry again.
        UniqueConstraint("client", "sequence"),
        Index("ix_journal_entries_at", "at"),
        Index(
            "ix_journal_entries_open",
            *("author_id", "post_id"),
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    head: Mapped[int | None]
    # The head that was on the author's screen; -1 where nobody knows.
    base: Mapped[int]
    # An `EntryKind`.
    kind: Mapped[str] = mapped_column(String(20))
    # Which open editor sent it, and as its how manieth.
    client: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"))
    at: Mapped[Timestamp]
    # {"body": [[start, removed, inserted], …], "fields": {name: [before, after], …}} against the
    # entry before it; the first of a branch has besides what it grew out of, as "ancestor".
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    # The id of the branch's first entry.
    branch_id: Mapped[int | None] = mapped_column(index=True)
    # When a branch was decided about.
    settled_at: Mapped[Timestamp | None]

    author: Mapped[Author | None] = relationship(lazy="raise")
    post: Mapped[Post] = relationship(lazy="raise")
