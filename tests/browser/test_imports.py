"""A blog moves in, on a phone and by keyboard: from the upload to the report."""

import csv
from datetime import timedelta

from playwright.sync_api import expect

from blogapp.importing import running
from blogapp.jobs.running import run_due_jobs
from blogapp.web.clock import now
from blogapp.web.jobs import handlers
from tests.authoring.test_imports import InThisProcess, titles, zipped
from tests.browser.conftest import PHONE
from tests.browser.measures import SMALL_TARGETS, STICKING_OUT


def test_a_blog_moves_in_from_the_upload_to_the_report(
    app, new_page, owner, monkeypatch, check_accessibility
):
    monkeypatch.setattr(running, "_spawn", lambda run_id, _env: InThisProcess(app, run_id))
    monkeypatch.setattr("tempfile.tempdir", None)
    page = new_page(as_author=owner, viewport=PHONE)

    def look():
        assert page.evaluate(STICKING_OUT) == []
        assert page.evaluate(SMALL_TARGETS, 24) == []
        check_accessibility(page)

    def stand(state):
        expect(page.locator(f"#import-progress[data-state={state}]")).to_be_visible()

    def work():
        run_due_jobs(handlers(app), now() + timedelta(minutes=1))

    page.goto("./write/imports")
    expect(page.locator("import-upload[data-ready]")).to_be_attached()
    look()
    page.locator("#file").set_input_files(
        {"name": "site.zip", "mimeType": "application/zip", "buffer": zipped()}
    )
    page.get_by_role("button", name="Upload and look through").press("Enter")
    stand("waiting")
    work()
    stand("previewed")
    look()
    assert titles() == []

    page.get_by_role("button", name="Import", exact=True).press("Enter")
    stand("waiting")
    work()
    stand("done")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report as CSV").press("Enter")

    with open(download.value.path(), newline="") as report:
        assert {row["title"] for row in csv.DictReader(report)} >= {"First", "Second"}
    assert titles() == ["First", "Second"]
