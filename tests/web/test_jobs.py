import fcntl
import threading
from pathlib import Path

import pytest

from blogapp.jobs.queueing import enqueue
from blogapp.web import working
from blogapp.web.clock import now
from blogapp.web.jobs import handlers, lanes


def test_a_test_runs_no_thread_and_each_kind_of_work_is_in_one_lane(app, browser):
    browser.get("/healthz")

    assert app.extensions["jobs"].process == 0
    kinds = [kind for lane in lanes() for kind in lane.kinds]
    assert len(kinds) == len(set(kinds))
    assert handlers(app).keys() <= set(kinds)


def test_one_process_of_a_machine_has_the_turn_and_the_next_one_takes_it_at_once(tmp_path):
    has_turn = threading.Event()

    def wait_for_it():
        with working._turn(tmp_path):
            has_turn.set()

    with working._turn(tmp_path):
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        with (tmp_path / "jobs.lock").open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert not has_turn.is_set()

    assert has_turn.wait(20)
    thread.join()


class TestApart:
    @pytest.fixture
    def settings(self):
        return {"JOBS": "apart"}

    def test_a_process_that_serves_pages_leaves_jobs_alone(self, app):
        app.extensions["jobs"].start()

        assert app.extensions["jobs"].process == 0


def test_what_is_committed_wakes_and_what_is_taken_back_does_not(app, monkeypatch):
    from blogapp.extensions import db

    woken = []
    monkeypatch.setattr(app.extensions["jobs"], "wake", lambda: woken.append(True))

    enqueue("note", "never", now=now())
    db.session.rollback()
    with db.session.begin_nested():
        enqueue("note", "not yet", now=now())
    assert woken == []
    db.session.commit()

    assert woken == [True]
    db.session.commit()
    assert woken == [True]


def test_the_place_keeps_its_name_and_a_machine_that_takes_none_has_none(app, monkeypatch):
    name = working.place(app)

    working.place_of.cache_clear()
    assert working.place(app) == name == Path(app.instance_path, "place").read_text()
    monkeypatch.setattr(app, "instance_path", "/nowhere")
    assert working.place(app) == ""
