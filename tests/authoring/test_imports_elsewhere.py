"""An export that comes to one machine, and is taken in by another one that shares a bucket."""

import dataclasses

import pytest

from blogapp import create_app
from blogapp.extensions import db
from blogapp.importing import running
from blogapp.importing.run_models import ImportRun, RunState
from blogapp.jobs.models import Job
from blogapp.jobs.running import run_due_jobs
from blogapp.media.stores import StoreAway
from blogapp.posts.models import Post
from blogapp.web.clock import now
from blogapp.web.jobs import handlers
from tests.authoring.test_imports import InThisProcess, only_run, report_of, upload

pytestmark = pytest.mark.usefixtures("in_bucket")


@pytest.fixture
def machine(app, config, clock, monkeypatch, tmp_path):
    """Return another machine with an instance folder of its own, which does what is due for it."""
    # Imports put their temporary files into folders of their own, and end with their process.
    monkeypatch.setattr("tempfile.tempdir", None)

    def machine(name):
        folder = tmp_path / name
        folder.mkdir()
        there = create_app(
            dataclasses.replace(config, INSTANCE=folder, MEDIA_FOLDER=folder / "media")
        )

        def work():
            monkeypatch.setattr(
                running, "_spawn", lambda run_id, _env: InThisProcess(there, run_id)
            )
            for _ in range(4):
                run_due_jobs(handlers(there), now())
                clock.moment += running.SOON * 2
            return [path for path in (folder / "imports").rglob("*") if path.is_file()]

        return work

    return machine


def test_any_machine_looks_it_through_takes_it_in_and_shows_the_report(app, owner, machine):
    sent = upload(owner)
    here = app.config["IMPORTS_FOLDER"]
    assert [path for path in here.rglob("*") if path.is_file()] == []
    # Of no machine: whichever comes first.
    assert db.session.scalar(db.select(Job.place).where(Job.kind == "import")) == ""

    left = machine("first")()
    assert only_run().state == RunState.PREVIEWED
    assert len(report_of(owner, sent.location)) == 2
    owner.post(f"{sent.location}/beginning")
    left += machine("second")()

    assert only_run().state == RunState.DONE
    assert sorted(db.session.scalars(db.select(Post.title))) == ["First", "Second"]
    assert owner.page(sent.location).select_one(f'a[href="{sent.location}/report.jsonl"]')
    assert {line["result"] for line in report_of(owner, sent.location)} >= {"made"}
    assert left == []


def test_what_is_taken_in_or_off_the_list_is_nowhere(app, owner, machine, bucket):
    sent = upload(owner)
    token = only_run().token
    store = app.extensions["media"]
    assert store.size(f"imports/{token}/upload")

    owner.post(f"{sent.location}/cancellation")
    machine("first")()
    assert store.size(f"imports/{token}/upload") is None

    owner.post(f"{sent.location}/removal")
    assert store.size(f"imports/{token}/report.jsonl") is None


def test_an_upload_that_the_bucket_does_not_take_is_no_import(app, owner, monkeypatch):
    def be_away(*_any, **_more):
        raise StoreAway("it is away")

    monkeypatch.setattr(app.extensions["media"], "take", be_away)

    answer = upload(owner)

    assert answer.status_code == 503
    assert db.session.scalars(db.select(ImportRun)).all() == []
    assert db.session.scalars(db.select(Job).where(Job.kind == "import")).all() == []
    assert [path for path in app.config["IMPORTS_FOLDER"].rglob("*") if path.is_file()] == []


def test_a_bucket_that_is_away_is_asked_again(app, owner, machine, monkeypatch):
    upload(owner)
    work = machine("first")
    real = running.Depot.fetch

    def be_away(_depot, _place):
        raise StoreAway("it is away")

    monkeypatch.setattr(running.Depot, "fetch", be_away)
    work()
    assert only_run().state == RunState.WAITING

    monkeypatch.setattr(running.Depot, "fetch", real)
    for _ in range(8):
        work()

    assert only_run().state == RunState.PREVIEWED
