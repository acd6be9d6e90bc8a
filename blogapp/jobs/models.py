"""What is still to be done."""

from enum import StrEnum

from sqlalchemy import Float, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    TRIED = "tried"
    GIVEN_UP = "given-up"


# Numbers and days are shorter, what opens something is longer.
_LONGEST_SUBJECT = 20


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
    # When that was set: by a clock that went wrong, if it lies ahead.
    asked_at: Mapped[Timestamp | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # How often whoever was at it never came back.
    losses: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str] = mapped_column(Text, default="")
    given_up_at: Mapped[Timestamp | None]
    # The one machine that can do it, by `blogapp.jobs.places`; nothing where any can.
    place: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # While somebody is at it: who, since when, and until when nobody else may be, in seconds of
    # the clock that runners share (see `claiming.SharedClock`).
    taken_by: Mapped[str] = mapped_column(String(80), default="", server_default="")
    taken_at: Mapped[Timestamp | None]
    taken_until: Mapped[float | None] = mapped_column(Float)

    @property
    def state(self) -> JobState:
        """Whether somebody is at it, or it waits: for an attempt, another one, somebody's word."""
        if self.given_up_at:
            return JobState.GIVEN_UP
        if self.taken_by:
            return JobState.RUNNING
        return JobState.TRIED if self.error else JobState.WAITING

    @property
    def subject(self) -> str:
        """What it is about, for people: nothing where the key is a secret, as links' are."""
        return self.key if len(self.key) <= _LONGEST_SUBJECT else ""


class JobCount(Base):
    """How much of a kind was done within an hour, and how many attempts failed."""

    __tablename__ = "job_counts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    hour: Mapped[Timestamp] = mapped_column(primary_key=True)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)


class JobRunner(Base):
    """A process that does jobs, as it last said that it is there."""

    __tablename__ = "job_runners"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    # Whether it serves pages, too.
    is_embedded: Mapped[bool]
    # What it does, where that is not everything.
    kinds: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[Timestamp]
    seen_at: Mapped[Timestamp]
