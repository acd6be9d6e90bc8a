"""Moving in and out: an upload, a look at what would happen, the import, and what is downloaded."""

import csv
import json
import os
import threading
import time
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest

from blogapp.authoring import downloads, imports
from blogapp.cli import import_running
from blogapp.extensions import db
from blogapp.importing import running
from blogapp.importing.arriving import place_of
from blogapp.importing.handing_on import Depot
from blogapp.importing.models import KeptList
from blogapp.importing.run_models import ImportRun, RunState
from blogapp.jobs.models import Job
from blogapp.jobs.running import run_due_jobs
from blogapp.posts.models import Post
from blogapp.web.clock import now
from blogapp.web.jobs import handlers, surroundings
from tests.conftest import JANUARY

JSON = {"Accept": "application/json"}
SITE = {
    "_config.yml": "title: Old",
    "_posts/2020-01-02-first.md": "---\ntitle: First\ntags: [SQLite]\n---\nSee ![](gone.png)",
    "_posts/2020-01-03-second.md": "---\ntitle: Second\n---\nText",
    "_posts/2020-01-04-notes.txt": "no post",
}


class InThisProcess:
    """Stands in for the process of an import: it is done, or dies, when it is looked at first."""

    deaths = 0

    def __init__(self, app, run_id):
        self.app, self.run_id = app, run_id
        self.stopped = threading.Event()
        self.stdin = None
        self.status = None

    def poll(self):
        if self.status is None and type(self).deaths:
            type(self).deaths -= 1
            self.status = -9
        elif self.status is None:
            run = db.session.get(ImportRun, self.run_id)
            place = place_of(self.app.config["IMPORTS_FOLDER"], run.token)
            import_running.follow(run, place, self.app.config, self.stopped)
            self.status = 0
        return self.status

    def terminate(self):
        self.stopped.set()

    def kill(self):
        pass

    def wait(self):
        return self.status


@pytest.fixture
def processes(app, monkeypatch):
    """Imports run in this process, which a test can let die: `processes.deaths = 1`."""
    monkeypatch.setattr(running, "_spawn", lambda run_id, _env: InThisProcess(app, run_id))
    monkeypatch.setattr(InThisProcess, "deaths", 0)
    monkeypatch.setattr("tempfile.tempdir", None)
    return InThisProcess


@pytest.fixture
def work(app, clock, processes):
    """Let what waits be done, as long as something is due within the hour."""

    def go_on():
        for _ in range(20):
            run_due_jobs(handlers(app), now())
            soon = db.session.scalar(
                db.select(Job.id).where(Job.due_at < now() + timedelta(hours=1))
            )
            if not soon:
                break
            clock.moment += timedelta(seconds=2)

    return go_on


def zipped(files=SITE):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def upload(browser, data=None, name="site.zip", *, headers=None, **fields):
    data = zipped() if data is None else data
    form = {**fields, "file": (BytesIO(data), name)}
    return browser.post("/write/imports", data=form, headers=headers)


def only_run():
    db.session.rollback()
    return db.session.scalars(db.select(ImportRun)).one()


def tallies(page):
    return {each.dt.text: int(each.dd.text) for each in page.select(".import-run__tallies > div")}


def report_of(browser, address):
    return [json.loads(line) for line in browser.get(f"{address}/report.jsonl").text.splitlines()]


def titles():
    db.session.rollback()
    return sorted(db.session.scalars(db.select(Post.title)))


def files_of(app):
    folder = app.config["IMPORTS_FOLDER"]
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_an_upload_is_looked_through_then_taken_in_then_reported(app, owner, work):
    sent = upload(owner)
    waiting = owner.page(sent.location)
    assert waiting.select_one("#import-progress")["hx-get"] == f"{sent.location}?fragment=progress"
    # A server that is away for a moment does not end the asking.
    assert waiting.select_one("#import-progress")["hx-status:5xx"] == "swap:none"
    [file] = app.config["IMPORTS_FOLDER"].rglob("upload")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "site" not in str(file.relative_to(app.instance_path))

    work()
    preview = owner.page(sent.location)
    assert titles() == []
    assert "hx-get" not in preview.select_one("#import-progress").attrs
    assert tallies(preview) == {"New": 2}
    assert [row.td.text for row in preview.select("tbody tr")] == ["First", "Second"]
    assert "the picture … is not there" in preview.select_one(".import-run__losses").text
    assert "gone.png" in preview.select_one(".import-run__losses").text

    owner.post(f"{sent.location}/beginning")
    work()
    done = owner.page(sent.location)
    assert titles() == ["First", "Second"]
    assert tallies(done)["New"] == 2
    assert files_of(app) == ["report.jsonl"]
    shelf = owner.page(done.select_one(".import-run__body .button--primary")["href"])
    assert shelf.select_one(".shelf__status").text.startswith("2 posts from the import")
    lines = [
        json.loads(line)
        for line in owner.get(f"{sent.location}/report.jsonl").text.split("\n")
        if line
    ]
    assert {line["title"] for line in lines if "title" in line} == {"First", "Second"}
    table = list(csv.DictReader(StringIO(owner.get(f"{sent.location}/report.csv").text)))
    assert [row["result"] for row in table].count("made") == 2
    assert owner.page("/write/imports").select_one(".import-run__item .pill").text == "Imported"


def test_an_import_can_be_taken_back_from_the_list_of_its_posts(owner, work, make_post):
    make_post("Mine")
    sent = upload(owner)
    work()
    owner.post(f"{sent.location}/beginning")
    work()
    back = owner.page(sent.location).select_one(".import-run__body .button--primary")["href"]

    chosen = {"act": "trash", "scope": "all", "confirmed": "2", "back": back, "do": "1"}
    owner.post("/write/posts/changes", data=chosen)

    db.session.rollback()
    left = db.session.scalars(db.select(Post.title).where(Post.deleted_at.is_(None))).all()
    assert left == ["Mine"]


def test_an_upload_arrives_byte_for_byte_whatever_is_in_it(app, owner):
    data = b"--B\r\n" * 60_000 + bytes(range(256)) * 4_000 + b"\r\n--B-\r\n--"
    head = '--B--\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
    body = head.replace("--B--", "--B1", 1).encode() + data + b"\r\n--B1--\r\n"

    owner.post("/write/imports", data=body, content_type="multipart/form-data; boundary=B1")

    [file] = app.config["IMPORTS_FOLDER"].rglob("upload")
    assert file.read_bytes() == data
    assert only_run().size == len(data)


def test_what_was_chosen_wrongly_is_said_and_read_as_what_it_is(owner, work):
    sent = upload(owner, kind="ghost")
    work()

    page = owner.page(sent.location)

    assert (
        "You chose Ghost, but what is in it is Markdown files."
        in page.select_one(".banner--warning").text
    )
    assert only_run().kind == "markdown"
    owner.post(f"{sent.location}/preview", data={"kind": "ghost"})
    work()
    assert only_run().state == RunState.FAILED  # whoever insists gets what the reader says
    assert only_run().kind == "ghost"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "Nothing in this file looks like posts"),
        (zipped()[:300], "its end is missing"),
        (zipped({"../../evil.md": "# Evil"}), "leads out of its folder"),
    ],
    ids=["another kind", "damaged", "climbing"],
)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(app, owner, work, data, words):
    sent = upload(owner, data, name="site.pdf" if data.startswith(b"%PDF") else "site.zip")
    work()

    page = owner.page(sent.location)

    said = page.select_one("[role=alert]").text
    assert words in said
    assert str(app.instance_path) not in said
    owner.post(f"{sent.location}/removal")
    assert files_of(app) == []
    assert db.session.scalar(db.select(db.func.count()).select_from(ImportRun)) == 0


def test_a_killed_import_goes_on_and_reports_each_item_once(app, owner, work, processes):
    sent = upload(owner)
    work()
    owner.post(f"{sent.location}/beginning")
    run_due_jobs(handlers(app), now())
    place = place_of(app.config["IMPORTS_FOLDER"], only_run().token)
    # A first attempt that got through one item, and broke off in the line of the second.
    _import_one(app, place)
    processes.deaths = 1

    work()

    run = only_run()
    assert (run.state, run.counts["made"]) == (RunState.DONE, 2)
    assert titles() == ["First", "Second"]
    lines = [
        json.loads(line) for line in owner.get(f"{sent.location}/report.jsonl").text.splitlines()
    ]
    paths = [line["path"] for line in lines]
    assert len(paths) == len(set(paths))
    assert [line["result"] for line in lines].count("made") == 2


def _import_one(app, place):
    stopped = threading.Event()
    stopped.set()  # after the first item
    import_running.follow(only_run(), place, app.config, stopped)
    with place.report(is_preview=False).open("a") as file:
        file.write('{"path": "_posts/2020-01-03-sec')


def test_one_that_dies_again_and_again_is_given_up_and_can_be_tried_again(owner, work, processes):
    processes.deaths = running.MOST_ATTEMPTS
    sent = upload(owner)
    work()
    assert only_run().state == RunState.FAILED
    assert (
        "killed, perhaps for want of memory"
        in owner.page(sent.location).select_one("[role=alert]").text
    )

    owner.post(f"{sent.location}/resumption")
    work()

    assert only_run().state == RunState.PREVIEWED


def test_cancelling_ends_it_and_deletes_the_upload(app, owner, work):
    sent = upload(owner)
    owner.post(f"{sent.location}/cancellation")

    work()

    assert only_run().state == RunState.CANCELLED
    assert files_of(app) == []
    assert (
        "Nothing was taken in"
        in owner.page(sent.location).select_one("#import-progress [role=status]").text
    )


def test_what_broke_off_a_day_ago_goes_with_the_next_upload(app, owner):
    folder = app.config["IMPORTS_FOLDER"]
    for name, age in (("0" * 32, 2 * 86_400), ("1" * 32, 60)):
        place = place_of(folder, name)
        place.make()
        place.upload.write_bytes(b"PK")
        for path in (place.upload, place.folder):
            os.utime(path, (time.time() - age,) * 2)

    upload(owner)

    assert not (folder / ("0" * 32)).exists()
    assert (folder / ("1" * 32) / "upload").exists()


def test_imports_are_done_one_after_the_other(app, owner, processes):
    first, second = upload(owner), upload(owner, name="other.zip")

    run_due_jobs(handlers(app), now())

    states = dict(db.session.execute(db.select(ImportRun.id, ImportRun.state)).all())
    assert states == {1: RunState.RUNNING, 2: RunState.WAITING}
    assert "Waiting for 1 other import" in owner.page(second.location).text
    running._children.clear()
    assert first.status_code == 303


def test_an_import_that_begins_just_now_does_not_wait_for_itself(owner, monkeypatch):
    address = upload(owner).location
    begun = db.update(ImportRun).values(state=RunState.RUNNING)

    def begin():
        db.session.execute(begun, execution_options={"synchronize_session": False})
        return []

    monkeypatch.setattr(imports, "list_authors", begin)
    page = owner.page(address)

    assert "Opening the file" in page.select_one(".import-run__progress").text


def test_an_upload_that_nobody_decides_on_is_deleted_after_a_week(app, owner, work, clock):
    upload(owner)
    work()

    clock.moment += running.PATIENCE + timedelta(hours=1)
    run_due_jobs(handlers(app), now())

    assert only_run().state == RunState.EXPIRED
    assert files_of(app) == []


class TestRefusedBeforeItIsRead:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True, "IMPORT_MB": 1}

    @pytest.fixture
    def token(self, owner):
        return owner.page("/write/imports").select_one("form [name=csrf_token]")["value"]

    def test_without_a_token_nothing_is_written(self, app, owner):
        answer = upload(owner, headers=JSON)

        assert (answer.status_code, answer.json) == (400, {"csrf": True})
        assert upload(owner).location.endswith("/write")
        assert files_of(app) == []

    def test_too_large_is_said(self, app, owner, token):
        body, kind = f"--B\r\n\r\n{token}{'x' * 1_100_000}", "multipart/form-data; boundary=B"

        answer = owner.post("/write/imports", data=body, content_type=kind)

        assert answer.status_code == 413
        assert "larger than 1 MB" in answer.text
        assert files_of(app) == []

    def test_a_wrong_field_is_said_beside_it(self, app, owner, token):
        fields = {"csrf_token": token, "base_url": "example.org"}
        assert "Write a whole address" in upload(owner, **fields).text
        answer = upload(owner, headers=JSON, **fields)

        assert (answer.status_code, files_of(app)) == (422, [])
        assert answer.json["error"].startswith("Write a whole address")

    @pytest.mark.parametrize(("name", "words"), [("a.zip", "empty"), ("", "Choose a file")])
    def test_no_file_is_none(self, app, owner, token, name, words):
        field = f'--B\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        file = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        kind = "multipart/form-data; boundary=B"

        data = f"{field}{file}\r\n--B--\r\n"
        answer = owner.post("/write/imports", data=data, content_type=kind)

        assert answer.status_code == 422
        assert words in answer.text
        assert files_of(app) == []

    def test_a_form_that_breaks_off_leaves_nothing(self, app, owner, token):
        head = f'--B\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        part = '--B\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK'
        kind = "multipart/form-data; boundary=B"

        answer = owner.post("/write/imports", data=head + part, content_type=kind)

        assert answer.status_code == 422
        assert files_of(app) == []

    def test_a_full_disk_is_said(self, app, owner, token, monkeypatch):
        monkeypatch.setattr("blogapp.importing.arriving.ROOM_LEFT", 10**18)

        answer = upload(owner, csrf_token=token)

        assert answer.status_code == 507
        assert "not enough room" in answer.text
        assert files_of(app) == []


def test_no_cell_of_a_downloaded_list_is_a_formula(owner):
    rows = '=1+1,"a,b"\n-2,"line\nbreak"\n"@SUM(A1)",plain\n'
    db.session.add(
        KeptList(
            source="old",
            name="members",
            columns=["name", "+note"],
            rows=rows,
            count=3,
            imported_at=JANUARY,
        )
    )
    db.session.commit()

    answer = owner.get(owner.page("/write/imports").select_one("a[href$='.csv']")["href"])

    assert answer.headers["Content-Disposition"] == "attachment; filename=old-members.csv"
    assert list(csv.reader(StringIO(answer.text, newline=""))) == [
        ["name", "'+note"],
        ["'=1+1", "a,b"],
        ["'-2", "line\nbreak"],
        ["'@SUM(A1)", "plain"],
    ]


def test_the_blog_is_sent_while_it_is_packed_and_never_half(owner, monkeypatch):
    monkeypatch.setattr(downloads, "COMMAND", ("printf", "PK whole"))
    answer = owner.post("/write/export.zip")
    assert (answer.data, answer.content_type) == (b"PK whole", "application/zip")

    monkeypatch.setattr(downloads, "COMMAND", ("sh", "-c", "printf PK; exit 1"))
    with pytest.raises(RuntimeError):
        owner.post("/write/export.zip")
    monkeypatch.setattr(downloads, "COMMAND", ("false",))
    assert owner.post("/write/export.zip").location == "/write/imports"
    assert "could not be packed" in owner.page("/write/imports").text


def test_its_own_process_does_it_and_is_stopped_with_its_parent(app, owner, clock):
    sent = upload(owner)
    folder, depot = app.config["IMPORTS_FOLDER"], Depot(app.extensions["media"])
    running.look_after(1, folder, surroundings(app), depot, now=now())
    child = running._children[1].process
    child.wait(60)
    running.look_after(1, folder, surroundings(app), depot, now=now())

    assert only_run().state == RunState.PREVIEWED
    assert owner.page(sent.location).select_one("tbody td").text == "First"
