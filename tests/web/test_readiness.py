import errno
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from blogapp.extensions import db
from blogapp.migrations import note_serving
from blogapp.web import readiness
from blogapp.web.readiness import Finding, Readiness, State


@pytest.fixture
def ready(app):
    return app.extensions["readiness"]


def lines(answer):
    return answer.text.splitlines()


def test_what_is_there_is_told_in_lines_and_in_json(browser):
    answer = browser.get("/readyz")
    told = browser.get("/readyz", headers={"Accept": "application/json"})

    assert (answer.status_code, lines(answer)[:2]) == (200, ["ok", "database: ok"])
    assert told.json["state"] == "ok"
    assert {"database", "disk"} <= told.json["parts"].keys()
    assert answer.headers["Cache-Control"] == told.headers["Cache-Control"] == "no-store"


def test_a_database_of_a_newer_version_is_served_and_of_an_older_one_not(app, browser):
    def at(revision):
        with app.app_context():
            db.session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
            note_serving(db.session.connection())
            db.session.commit()
        return browser.get("/readyz")

    newer, older = at("9999"), at("0001")

    assert newer.status_code == 200
    assert (older.status_code, older.headers["Retry-After"]) == (503, "5")
    assert "database: broken, needs migrating" in lines(older)


def test_what_is_worse_decides(browser, ready):
    ready.add("redis", lambda: Finding(State.DEGRADED, "does not answer"))
    degraded = browser.get("/readyz")
    ready.add("rocket", lambda: Finding(State.BROKEN, "fell over"))
    broken = browser.get("/readyz")

    assert (degraded.status_code, lines(degraded)[0]) == (200, "degraded")
    assert "redis: degraded, does not answer" in lines(degraded)
    assert (broken.status_code, lines(broken)[0]) == (503, "broken")


def test_a_check_that_hangs_or_fails_takes_nobody_along(browser, ready):
    held, begun = threading.Event(), []

    def hang():
        begun.append(1)
        held.wait(30)
        return Finding(State.OK)

    ready.add("slow", hang, patience=0.01, when_late=State.DEGRADED)
    ready.add("odd", lambda: 1 / 0)
    answers = [browser.get("/readyz") for _ in range(3)]
    held.set()

    assert {answer.status_code for answer in answers} == {503}
    assert "slow: degraded, did not answer within 0.01 s" in lines(answers[-1])
    assert "odd: broken, could not be looked at (ZeroDivisionError)" in lines(answers[-1])
    assert begun == [1]  # one waits, however many ask


def test_however_many_probe_engines_are_asked_once_a_second(app):
    asked = []
    ready = Readiness(app, fresh=3600)
    ready.add("engine", lambda: asked.append(1) or Finding(State.OK))

    for _ in range(100):
        ready.ask()

    assert asked == [1]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk: degraded, is full: pages are shown, nothing can be written"),
        (errno.EROFS, "disk: degraded, cannot be written to: pages are shown, "
         "nothing can be changed"),
    ],
)  # fmt: skip
def test_a_disk_that_takes_nothing_is_told_and_pages_are_served_on(
    browser, monkeypatch, queries, number, words
):
    def refuse(self, data):
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    alive = browser.get("/healthz")
    asked = list(queries)
    ready = browser.get("/readyz")

    assert (alive.status_code, lines(alive)) == (200, ["degraded", words])
    assert not asked
    assert (ready.status_code, lines(ready)[0]) == (200, "degraded")
    assert words in lines(ready)


def test_a_disk_that_is_nearly_full_is_told(browser, monkeypatch):
    monkeypatch.setattr(readiness, "NEARLY_FULL", 1 << 62)

    answer = browser.get("/healthz")

    assert lines(answer)[0] == "degraded"
    assert lines(answer)[1].endswith("GB free")
