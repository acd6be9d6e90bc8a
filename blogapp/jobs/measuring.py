"""How much work there is of each kind, for whoever watches the blog."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from blogapp.extensions import db
from blogapp.jobs.models import Job, JobState


def measure_jobs(now: datetime) -> tuple[Mapping[tuple[str, JobState], int], Mapping[str, float]]:
    """Return how many jobs of each kind are in each state, in one statement.

    And for how many seconds the oldest of each kind has been due that nobody is at.
    """
    state = case(
        (Job.given_up_at.is_not(None), JobState.GIVEN_UP.value),
        (Job.taken_by != "", JobState.RUNNING.value),
        (Job.error != "", JobState.TRIED.value),
        else_=JobState.WAITING.value,
    )
    query = select(Job.kind, state, func.count(), func.min(Job.due_at)).group_by(Job.kind, state)
    numbers: dict[tuple[str, JobState], int] = {}
    late: dict[str, float] = {}
    for kind, said, number, due in db.session.execute(query):
        numbers[kind, JobState(said)] = number
        if said in {JobState.WAITING, JobState.TRIED}:
            seconds = max(timedelta(), now - due).total_seconds()
            late[kind] = max(late.get(kind, 0.0), seconds)
    return numbers, late
