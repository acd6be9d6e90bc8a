"""Imports that were begun in the authoring area: what arrived, how far it is, what came of it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class RunState(StrEnum):
    WAITING = "waiting"  # for its turn
    RUNNING = "running"
    PREVIEWED = "previewed"  # waits for somebody's word
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody said a word


# While it is in one of these, something is going on.
UNDER_WAY = {RunState.WAITING, RunState.RUNNING}
# In these its upload is still here.
UPLOADED = UNDER_WAY | {RunState.PREVIEWED, RunState.FAILED}


class ImportRun(Base):
    """One upload, looked through first and then taken in."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Names its folder; nothing of an uploaded name does.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("authors.id", ondelete="SET NULL"), index=True
    )
    # Which reader reads it, and which one was asked for: "" where nobody said.
    kind: Mapped[str] = mapped_column(String(20))
    asked_kind: Mapped[str] = mapped_column(String(20), default="")
    # As it was uploaded, to be shown.
    file_name: Mapped[str] = mapped_column(String(300))
    size: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    state: Mapped[str] = mapped_column(String(20), default=RunState.WAITING)
    is_preview: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Timestamp]
    # Of the stage it is in; a repeated attempt begins no new one.
    started_at: Mapped[Timestamp | None]
    ended_at: Mapped[Timestamp | None]
    attempts: Mapped[int] = mapped_column(default=0)
    is_stopping: Mapped[bool] = mapped_column(default=False)

    # How many items there are, 0 while nobody knows; how many are through; by outcome.
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    # What a page shows of the report: see `following.Summary`.
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    # Why it failed, in the words of who said so.
    error: Mapped[str] = mapped_column(Text, default="")
