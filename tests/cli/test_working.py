"""`worker`, `jobs`, and the unit that runs them."""

import configparser
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import blogapp  # noqa: F401

DEPLOY = Path(__file__).parents[2] / "deploy"
COMMAND = [sys.executable, "-c", "from blogapp.cli import main; main()"]


def test_a_worker_does_what_is_due_and_ends_when_told(blogapp, tmp_path):  # noqa: F811
    assert blogapp("jobs", "retry").exit_code == 2
    assert "mail, " in blogapp("worker", "--kinds", "baking").stderr
    environment = {**os.environ, "BLOG_INSTANCE": str(tmp_path / "other"), "BLOG_JOBS": "apart"}
    with subprocess.Popen(
        [*COMMAND, "worker", "--kinds", "mail,chat"],
        env=environment,
        cwd=DEPLOY.parent,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout.readline().startswith("Doing mail, chat jobs")
        worker.send_signal(signal.SIGTERM)

        try:
            assert worker.wait(60) == 0
        finally:
            worker.kill()


def test_what_was_given_up_is_listed_tried_again_and_dropped(blogapp, app):  # noqa: F811
    from blogapp.extensions import db
    from blogapp.jobs.models import Job
    from blogapp.jobs.queueing import enqueue
    from blogapp.web.clock import now

    settings = {"BLOG_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}
    for key in ("1", "2"):
        enqueue("variants", key, now=now())
    db.session.execute(db.update(Job).values(given_up_at=now(), error="no\npicture"))
    db.session.commit()

    listed = blogapp("jobs", "list", **settings).stdout.splitlines()
    assert [line.split("\t")[:4] for line in listed] == [
        ["1", "given-up", "variants", "1"],
        ["2", "given-up", "variants", "2"],
    ]
    assert listed[0].endswith("no picture")
    assert "warning" in blogapp("doctor", **settings).stdout
    assert blogapp("jobs", "retry", "1", **settings).stdout == "1 jobs are tried again.\n"
    assert blogapp("jobs", "drop", "--all", **settings).stdout == "1 jobs were dropped.\n"
    assert blogapp("jobs", "drop", "77", **settings).exit_code == 1

    db.session.rollback()
    [job] = db.session.scalars(db.select(Job).where(Job.kind == "variants"))
    assert (job.key, job.given_up_at) == ("1", None)


def test_its_unit_is_as_confined_as_that_of_the_blog():
    def read(name):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(DEPLOY / name)
        return unit["Service"]

    blog, worker = read("blog.service"), read("blog-worker.service")
    running = {"Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "KillMode"}

    assert dict(blog).keys() - dict(worker).keys() <= running | {"NotifyAccess", "PIDFile"}
    assert worker["CapabilityBoundingSet"] == ""
    assert " worker" in worker["ExecStart"]
    if (program := shutil.which("systemd-analyze")) is None:
        pytest.skip("no systemd-analyze here")
    command = [program, "security", "--offline=true", DEPLOY / "blog-worker.service"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    exposure = said.stdout.rsplit(":", 1)[-1].split()[0]
    assert float(exposure) < 5
