import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from blogapp.accounts.audit_models import AuditEvent
from blogapp.extensions import db
from blogapp.jobs.models import Job, JobCount
from blogapp.jobs.queueing import enqueue
from blogapp.mailing.models import Message
from blogapp.web.clock import now
from blogapp.web.mailing import send_mail
from tests.crowds import until
from tests.mailing.conftest import server_at

KILLABLE = Path(__file__).with_name("killable.py")
ROOT = Path(__file__).parents[2]
DISCONNECT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_start > :began"
)


@pytest.fixture
def settings(serve_mail):
    return {"MAIL": server_at(serve_mail(), timeout=5)}


class Runners:
    """Processes that do jobs, some embedded, some apart, of which one is killed now and then."""

    def __init__(self, parent, chance):
        self.parent, self.chance, self.pids, self.kills = parent, chance, [], 0

    def start(self, kind):
        self.parent.stdin.write(f"{kind}\n")
        self.parent.stdin.flush()
        self.pids.append(int(self.parent.stdout.readline()))

    def kill_one(self):
        """Kill one of them, and start another one."""
        os.kill(self.pids.pop(self.chance.randrange(len(self.pids))), signal.SIGKILL)
        self.kills += 1
        self.start(self.chance.choice(["embedded", "apart"]))


@contextmanager
def runners(config, chance):
    environment = {name: value for name, value in os.environ.items() if name[:5] != "BLOG_"} | {
        "PYTHONPATH": str(ROOT),
        "BLOG_INSTANCE": str(config.INSTANCE),
        "BLOG_DATABASE_URL": config.SQLALCHEMY_DATABASE_URI,
        "BLOG_SECRET_KEY": config.SECRET_KEY,
        "BLOG_MAIL_URL": f"smtp://{config.MAIL.host}:{config.MAIL.port}?from=blog@example.com",
    }
    parent = subprocess.Popen(
        [sys.executable, str(KILLABLE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    found = Runners(parent, chance)
    try:
        for kind in ("embedded", "embedded", "apart"):
            found.start(kind)
        yield found
    finally:
        for pid in found.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        parent.communicate()


def left():
    db.session.rollback()
    # That something was noted has its own job, for tomorrow.
    there = db.select(db.func.count()).select_from(Job).where(Job.kind.in_(["note", "mail"]))
    return db.session.scalar(there)


def disconnect_all(began):
    """What a restart of the server does to those who are connected since ``began``."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(DISCONNECT), {"began": began})


def kill_at_work(config, *, jobs, mails, kills, seed):
    """Have jobs done by runners that are killed meanwhile; return how often that was."""
    chance = random.Random(seed)
    for number in range(jobs):
        enqueue("note", str(number), now=now())
    for number in range(mails):
        send_mail(f"reader{number}@example.com", "test")
    began = db.session.scalar(db.select(db.func.current_timestamp()))
    db.session.commit()
    # At so many jobs left one is killed, or everybody loses the database.
    moments = sorted(chance.sample(range(5, jobs + mails), kills), reverse=True)
    with runners(config, chance) as found:
        for number, moment in enumerate(moments):
            until(lambda moment=moment: left() <= moment)
            if number % 4 == 3:
                disconnect_all(began)
            else:
                found.kill_one()
        until(lambda: left() == 0)
    return found.kills


def check_once(mailbox, *, jobs, mails, kills):
    db.session.rollback()
    noted = db.select(AuditEvent.about_label).where(AuditEvent.act == "test.done")
    done = Counter(db.session.scalars(noted))
    assert done == Counter(map(str, range(jobs)))
    sent = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert len(sent) == mails
    repeated = sum(sent.values()) - mails
    assert repeated <= 2 * kills
    assert db.session.scalars(db.select(Message)).all() == []
    counted = db.select(db.func.sum(JobCount.done)).where(JobCount.kind == "note")
    assert db.session.scalar(counted) == jobs
    return repeated


def test_of_runners_that_are_killed_each_job_is_done_once(app, config, mailbox):
    kills = kill_at_work(config, jobs=60, mails=6, kills=4, seed=9)

    check_once(mailbox, jobs=60, mails=6, kills=4)
    assert kills == 3


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(4))
def test_of_many_runners_killed_at_any_moment_each_job_is_done_once(
    app, config, mailbox, seed, figure
):
    kills = kill_at_work(config, jobs=1000, mails=60, kills=50, seed=seed)

    repeated = check_once(mailbox, jobs=1000, mails=60, kills=50)
    promise = "no job is lost by a kill, and each is done once"
    figure(promise, "jobs", 1060)
    figure(promise, "runners killed", kills)
    figure(promise, "jobs lost", 0)
    figure(promise, "mails that came twice", repeated)
