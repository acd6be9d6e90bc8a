"""Looking at a text before readers do: who must, who was asked, what was said and decided."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author
from blogapp.extensions import Base, Timestamp
from blogapp.posts.models import Domain, Post


class ReviewState(StrEnum):
    """Where a request for review stands."""

    OPEN = "open"
    SENT_BACK = "sent-back"
    WITHDRAWN = "withdrawn"
    DONE = "done"  # the text went to readers


class StepKind(StrEnum):
    """What somebody did in a review."""

    ASKED = "asked"
    COMMENTED = "commented"
    APPROVED = "approved"
    SENT_BACK = "sent-back"
    WITHDRAWN = "withdrawn"
    OVERRIDDEN = "overridden"  # an owner let it out without the approvals it needs
    PUBLISHED = "published"


class ReviewRule(Base):
    """How many must approve what is published in a domain.

    Without a domain it is the rule for posts without one, and for domains without a rule.
    """

    __tablename__ = "review_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    domain_id: Mapped[int | None] = mapped_column(
        ForeignKey("domains.id", ondelete="CASCADE"), unique=True
    )
    needed: Mapped[int] = mapped_column(default=0)

    domain: Mapped[Domain | None] = relationship(lazy="raise")
    named: Mapped[list["ReviewApprover"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class ReviewApprover(Base):
    """One of those whose approvals count under a rule; a rule that names nobody means editors."""

    __tablename__ = "review_approvers"

    rule_id: Mapped[int] = mapped_column(
        ForeignKey("review_rules.id", ondelete="CASCADE"), primary_key=True
    )
    author_id: Mapped[int] = mapped_column(
        ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    author: Mapped[Author] = relationship(lazy="raise")


class Review(Base):
    """One request to look at a post, and what came of it."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "ix_reviews_waiting",
            "state",
            "post_id",
            sqlite_where=text("state IN ('open', 'sent-back')"),
            postgresql_where=text("state IN ('open', 'sent-back')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    # A `ReviewState`.
    state: Mapped[str] = mapped_column(String(20), default=ReviewState.OPEN)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"))
    asked_at: Mapped[Timestamp]
    # Which domain the text named when it was asked for.
    domain_id: Mapped[int | None] = mapped_column(ForeignKey("domains.id", ondelete="SET NULL"))
    # The revision that was asked about, and what `reviewing.digest_of` makes of it.
    revision_number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[Timestamp | None]

    post: Mapped[Post] = relationship(lazy="raise")
    asked_by: Mapped[Author | None] = relationship(lazy="raise")
    domain: Mapped[Domain | None] = relationship(lazy="raise")
    reviewers: Mapped[list["Reviewer"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class Reviewer(Base):
    """Somebody who was asked by name."""

    __tablename__ = "reviewers"

    review_id: Mapped[int] = mapped_column(
        ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True
    )
    author_id: Mapped[int] = mapped_column(
        ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    author: Mapped[Author] = relationship(lazy="raise")


class ReviewStep(Base):
    """What somebody did or said in a review. Steps are added, never taken away."""

    __tablename__ = "review_steps"
    __table_args__ = (Index("ix_review_steps_review_id_id", "review_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    # A `StepKind`.
    kind: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"))
    at: Mapped[Timestamp]
    # Markdown, as it was typed, and the HTML made of it.
    body: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    # A passage of the text that it is about, spelled as in its source.
    quote: Mapped[str] = mapped_column(Text, default="")
    # Of the text that was decided about.
    digest: Mapped[str] = mapped_column(String(64), default="")
    resolved_at: Mapped[Timestamp | None]
    resolved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("authors.id", ondelete="SET NULL")
    )

    review: Mapped[Review] = relationship(lazy="raise")
    author: Mapped[Author | None] = relationship(lazy="raise", foreign_keys=author_id)
    resolved_by: Mapped[Author | None] = relationship(lazy="raise", foreign_keys=resolved_by_id)
