from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from blogapp.extensions import db
from blogapp.jobs.claiming import JITTER, PAUSES, look
from blogapp.jobs.models import Job, JobState
from blogapp.jobs.queueing import enqueue, find_jobs, withdraw
from blogapp.jobs.running import Hopeless, run_due_jobs

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def done(app):
    """What was done, in order."""
    return []


@pytest.fixture
def run(done):
    """Do what is due at a moment, by a kind of work that notes what it was told."""

    def run_at(moment=NOON, **handlers):
        return run_due_jobs({"note": done.append} | handlers, moment)

    return run_at


def ask(key, *, kind="note", due=NOON):
    enqueue(kind, key, now=NOON, due=due)
    db.session.commit()


def end_leases():
    """Let so much time pass that nobody is at anything any more who does not say so."""
    db.session.execute(db.update(Job).values(taken_until=0))
    db.session.commit()


def waiting():
    return [job.key for job in db.session.scalars(db.select(Job).order_by(Job.id))]


def test_work_is_done_once_in_the_order_in_which_it_is_due(run, done):
    ask("second", due=NOON - timedelta(minutes=1))
    ask("first", due=NOON - timedelta(minutes=2))
    ask("later", due=NOON + timedelta(seconds=1))
    ask("second")  # due now, and once

    run()
    run()

    assert done == ["first", "second"]
    assert waiting() == ["later"]
    assert look(["note"]).due == NOON + timedelta(seconds=1)


def test_work_that_was_asked_for_in_vain_is_not_done(run, done):
    enqueue("note", "never committed", now=NOON)
    db.session.rollback()
    ask("taken back")
    withdraw("note", "taken back")
    db.session.commit()

    run()

    assert done == []


def test_what_fails_is_tried_again_after_longer_and_longer_pauses_and_then_waits(run, done):
    moment, tried = NOON, []

    def fail(key):
        tried.append(moment)
        raise OSError("the disk is full")

    ask("a", kind="fail")
    for pause in PAUSES:
        run(moment, fail=fail)
        run(moment + pause - timedelta(seconds=1), fail=fail)
        moment += pause * (1 + JITTER)
    run(moment, fail=fail)
    run(moment + timedelta(days=30), fail=fail)

    assert [b - a for a, b in pairwise(tried)] == [pause * (1 + JITTER) for pause in PAUSES]
    job = find_jobs("fail", ["a"])["a"]
    assert (job.state, job.error) == (JobState.GIVEN_UP, "the disk is full")
    ask("a", kind="fail")
    assert find_jobs("fail", ["a"])["a"].state is JobState.WAITING


def test_what_is_hopeless_is_tried_once(run):
    def fail(key):
        raise Hopeless("no picture")

    ask("a", kind="fail")
    run(fail=fail)

    assert find_jobs("fail", ["a"])["a"].state is JobState.GIVEN_UP
    assert look(["fail"]).due is None


def test_work_that_changed_the_database_and_failed_left_nothing(run):
    def fail(key):
        db.session.add(Job(kind="left", key="behind", created_at=NOON, due_at=NOON))
        db.session.flush()
        raise ValueError

    ask("a", kind="fail")
    run(fail=fail)

    assert waiting() == ["a"]


def test_a_process_that_is_killed_at_work_leaves_it_to_the_next(run, done):
    class Killed(BaseException):
        pass

    def die(key):
        raise Killed

    ask("a")
    with pytest.raises(Killed):
        run(note=die)
    db.session.rollback()
    run(NOON + timedelta(minutes=1))
    assert done == []

    end_leases()
    run()

    assert done == ["a"]
    assert waiting() == []


def test_work_that_is_asked_for_again_while_it_is_done_is_done_again(run, done):
    def ask_again(key):
        done.append(key)
        if len(done) == 1:
            ask(key)

    ask("a")
    run(note=ask_again)
    run(NOON + timedelta(hours=1), note=ask_again)

    assert done == ["a", "a"]
    assert waiting() == []


def test_kinds_that_nobody_knows_wait_for_a_version_that_does(run):
    ask("a", kind="of tomorrow")

    assert run() == 0
    assert waiting() == ["a"]
