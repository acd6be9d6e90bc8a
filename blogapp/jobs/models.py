"""What is still to be done."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class JobState(StrEnum):
    WAITING = "waiting"
    TRIED = "tried"
    GIVEN_UP = "given-up"


class Job(Base):
    """One piece of work, written in the transaction that causes it and gone when it is done.

    Two of a kind about the same thing are one.
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_jobs_due_at", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    # What it is about, in the words of its kind: an id, mostly.
    key: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Timestamp]
    # Not before this; moved on before each attempt, so that a killed one is repeated later.
    due_at: Mapped[Timestamp]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    given_up_at: Mapped[Timestamp | None]

    @property
    def state(self) -> JobState:
        """Whether it waits for its first attempt, for another one, or for somebody's word."""
        if self.given_up_at:
            return JobState.GIVEN_UP
        return JobState.TRIED if self.error else JobState.WAITING

    def is_due(self, now: datetime) -> bool:
        return self.given_up_at is None and self.due_at <= now
