import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from blogapp.extensions import db
from blogapp.jobs import claiming, working
from blogapp.jobs.models import Job, JobCount, JobRunner, JobState
from blogapp.jobs.queueing import count_by_state, enqueue
from blogapp.jobs.working import Lane, Runner

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG = 30


@pytest.fixture
def work(app):
    """Start a runner with these handlers, a lane for each: ``work(pictures=…)``; it is stopped."""
    begun = []

    def start(**handlers):
        lanes = [Lane(frozenset({kind})) for kind in handlers]
        runner = Runner(handlers, lanes, within=app.app_context, clock=lambda: NOON)
        thread = threading.Thread(target=runner.run)
        thread.start()
        begun.append((runner, thread))
        return runner

    yield start
    for runner, thread in begun:
        runner.stop(0)
        thread.join(LONG)


def ask(kind, *keys):
    for key in keys:
        enqueue(kind, key, now=NOON)
    db.session.commit()


class Hanging:
    """A handler that waits until it is let go, and says when somebody is in it."""

    def __init__(self):
        self.entered, self.free = threading.Event(), threading.Event()

    def __call__(self, key):
        self.entered.set()
        assert self.free.wait(LONG)


def jobs():
    db.session.rollback()
    return db.session.scalars(db.select(Job).order_by(Job.id)).all()


def test_a_server_that_hangs_holds_up_no_picture(work):
    mail, made, done = Hanging(), [], threading.Event()

    def make(key):
        made.append(key)
        if len(made) == 3:
            done.set()

    ask("mail", "1", "2")
    ask("picture", "a", "b", "c")
    work(mail=mail, picture=make)

    assert done.wait(LONG)
    assert mail.entered.is_set()
    assert made == ["a", "b", "c"]
    mail.free.set()


def test_who_ends_leaves_what_is_not_done_to_others_as_if_nobody_had_begun(app, work):
    hanging = Hanging()
    ask("mail", "1")
    runner = work(mail=hanging)
    assert hanging.entered.wait(LONG)
    assert count_by_state()[JobState.RUNNING] == 1

    assert not runner.stop(grace=0)

    [job] = jobs()
    assert (job.state, job.attempts, job.due_at) == (JobState.WAITING, 0, NOON)
    assert db.session.scalars(db.select(JobRunner)).all() == []
    # What the one before does after that counts for nothing.
    hanging.free.set()
    done = threading.Event()
    work(mail=lambda key: done.set())
    assert done.wait(LONG)


def test_who_ends_lets_what_is_under_way_end(work):
    hanging = Hanging()
    ask("mail", "1", "2")
    runner = work(mail=hanging)
    assert hanging.entered.wait(LONG)

    threading.Timer(0.05, hanging.free.set).start()

    assert runner.stop(grace=LONG)
    assert [job.key for job in jobs()] == ["2"]
    [count] = db.session.scalars(db.select(JobCount)).all()
    assert (count.kind, count.done, count.failed) == ("mail", 1, 0)


def test_a_database_that_is_away_for_a_while_stops_nobody(work, monkeypatch):
    look, failures = working.look, []

    def fail_twice(*args, **kwargs):
        if len(failures) < 2:
            failures.append(True)
            raise OperationalError("look", {}, OSError("the server is restarted"))
        return look(*args, **kwargs)

    monkeypatch.setattr(working, "look", fail_twice)
    monkeypatch.setattr(working, "_LONGEST_TROUBLE", 0.01)
    done = threading.Event()
    ask("mail", "1")

    work(mail=lambda key: done.set())

    assert done.wait(LONG)
    assert len(failures) == 2


def test_a_lease_is_kept_while_somebody_is_at_it_and_ends_when_nobody_says_so(work, monkeypatch):
    monkeypatch.setattr(claiming, "LEASE", 0.2)
    slow, seen = Hanging(), []
    ask("mail", "1")
    runner = work(mail=slow)
    assert slow.entered.wait(LONG)
    until = jobs()[0].taken_until

    other = work(mail=seen.append)
    while jobs()[0].taken_until == until:
        other.hurry.set()
    assert seen == []

    # Killed: it says nothing any more.
    monkeypatch.setattr(runner, "_renew", lambda: None)
    while not seen:
        other.hurry.set()
    slow.free.set()
    assert seen == ["1"]


def test_a_runner_that_kills_itself_on_a_job_does_so_ever_less_often_and_at_last_not_any_more(app):
    ask("mail", "1")
    moments = []
    while due := claiming.look(["mail"]).due:
        claiming.claim(["mail"], by="killed", now=due)
        moments.append(due)
        db.session.execute(db.update(Job).values(taken_until=0))
        db.session.commit()
        claiming.take_back_lost(due)

    assert len(moments) == claiming.MOST_LOSSES
    assert moments[-1] - moments[0] >= timedelta(hours=1)
    [job] = jobs()
    assert job.state is JobState.GIVEN_UP
    assert job.error == "whoever was at it was killed, 20 times"


def test_a_lease_of_another_clock_is_none(app):
    ask("mail", "1")
    claiming.claim(["mail"], by="before the machine was started anew", now=NOON)
    db.session.execute(db.update(Job).values(taken_until=Job.taken_until + 1_000_000))
    db.session.commit()

    assert claiming.take_back_lost(NOON) == 1


def test_what_a_wrong_clock_asked_for_does_not_wait_for_that_time_to_come(app):
    tomorrow = NOON + timedelta(days=1)
    enqueue("soon", now=tomorrow, due=tomorrow + timedelta(minutes=1))
    enqueue("in a month", now=tomorrow, due=tomorrow + timedelta(days=30))
    enqueue("later", now=NOON, due=NOON + timedelta(hours=1))
    db.session.commit()

    assert claiming.mend_times(NOON) == 1

    due = {job.kind: job.due_at for job in jobs()}
    assert due["soon"] == NOON
    assert due["later"] == NOON + timedelta(hours=1)
    assert due["in a month"] == tomorrow + timedelta(days=30)


def test_what_lies_on_another_machine_is_left_to_that_for_a_day(app):
    enqueue("import", "1", now=NOON, place="there")
    db.session.commit()

    assert claiming.look(["import"], place="here").due is None
    assert claiming.claim(["import"], by="a", place="here", now=NOON) is None
    enqueue("import", "1", now=NOON)  # asked for anew, it is still there
    db.session.commit()
    assert claiming.claim(["import"], by="b", place="here", now=NOON + timedelta(hours=1)) is None

    late = NOON + timedelta(days=1, seconds=1)
    assert claiming.claim(["import"], by="c", place="here", now=late).key == "1"


def test_of_many_who_ask_at_once_each_gets_another_one(app):
    ask("mail", *map(str, range(40)))
    taken, lock, start = [], threading.Lock(), threading.Barrier(4)

    def take(name):
        with app.app_context():
            start.wait(LONG)
            for number in range(40):
                found = claiming.claim(["mail"], by=f"{name}/{number}", now=NOON)
                if found is None:
                    # On PostgreSQL another may hold the last ones just now.
                    return
                with lock:
                    taken.append(found.key)

    threads = [threading.Thread(target=take, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)

    assert sorted(taken) == sorted(map(str, range(40)))


def test_what_an_attempt_did_after_it_lost_the_job_is_not_kept(app):
    from blogapp.jobs.running import attempt

    ask("mail", "1")
    first = claiming.claim(["mail"], by="first", now=NOON)

    def do(key):
        db.session.execute(db.update(Job).values(taken_until=0))
        db.session.commit()
        claiming.take_back_lost(NOON)
        claiming.claim(["mail"], by="second", now=NOON)
        db.session.add(Job(kind="effect", created_at=NOON, due_at=NOON))

    assert attempt(first, do, lambda: NOON) is None

    assert [(job.kind, job.taken_by) for job in jobs()] == [("mail", "second")]
