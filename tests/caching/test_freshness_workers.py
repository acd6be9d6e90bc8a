"""Two real workers, real readers and real time: who reads while others publish sees no past.

A reader notes when an answer was asked for and when it had come. What was asked for more than a
second after a commit has to show it, whatever the machine did in between; what had come before
a moment may not show what becomes public at it.
"""

import http.client
import os
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from blogapp.caching.watching import STALE
from blogapp.extensions import db
from tests.browser import serving

# A page of the list holds all that are planned.
ROUNDS = 10 if os.environ.get("PROVE") else 1
READERS = 2
# Requests on one connection, which one worker answers.
AT_A_STRETCH = 10
SOON = timedelta(seconds=1.5)


@pytest.fixture
def listener():
    with serving.listen() as listener:
        yield listener


@pytest.fixture
def settings(listener):
    return {"PUBLIC_URL": "http://{}:{}".format(*listener.getsockname())}


@pytest.fixture
def server(app, listener, tmp_path):
    with serving.gunicorn(app, listener, tmp_path / "gunicorn.log"):
        yield app.config["PUBLIC_URL"]


@dataclass
class Readers:
    """Threads that read some pages again and again until the end of the block."""

    server: str
    paths: tuple[str, ...]
    cookie: str = ""
    # (path, asked for, had come, status, text)
    read: list = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    problems: list = field(default_factory=list)

    def __enter__(self):
        self.threads = [threading.Thread(target=self.go) for _ in range(READERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def go(self):
        try:
            while not self.is_over.is_set():
                self.open_some()
        except Exception as error:
            self.problems.append(error)

    def open_some(self):
        connection = http.client.HTTPConnection(urlsplit(self.server).netloc, timeout=30)
        for path in self.paths * AT_A_STRETCH:
            self.read.append(ask(connection, path))
        connection.close()

    def wait_until(self, words):
        """Return when each path has shown ``words``."""
        asked = time.time()
        while not self.problems:
            latest = {path: text for path, _, _, _, text in list(self.read)}
            if len(latest) == len(self.paths) and all(words in text for text in latest.values()):
                return
            assert time.time() < asked + 60, f"nobody was shown {words} within a minute"
            ask_once(self.server, "/healthz")


def ask(connection, path, **headers):
    asked = time.time()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    return path, asked, time.time(), answer.status, text


def ask_once(server, path, **headers):
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
    try:
        return ask(connection, path, **headers)
    finally:
        connection.close()


def test_two_workers_show_what_is_published_within_a_second_and_planned_at_its_second(
    server, make_post
):
    post = make_post("Version 0", slug="it", published_at=datetime(2026, 1, 1, tzinfo=UTC))
    _publish_and_read(server, post)
    _plan_and_read(server, make_post)


def _publish_and_read(server, post):
    committed = {0: time.time()}
    # The workers have kept the list while the blog was empty, and may show it for that long.
    while time.time() < committed[0] + STALE:
        ask_once(server, "/posts/it")

    with Readers(server, ("/posts/it", "/", "/feed.xml")) as readers:
        for number in range(1, 2 * ROUNDS + 1):
            post.title = f"Version {number}"
            db.session.commit()
            committed[number] = time.time()
            *_, mine = ask_once(server, "/posts/it", Cookie="session=any")
            assert f"Version {number}" in mine
            readers.wait_until(f"Version {number}")

    assert readers.problems == []
    for path, asked, _, status, text in readers.read:
        shown = {int(number) for number in re.findall(r"Version (\d+)", text)}
        assert (status, len(shown)) == (200, 1), path
        due = max(number for number, at in committed.items() if at + STALE < asked or not number)
        assert max(shown) >= due, f"{path}: {shown} at {asked}, {committed}"


def _plan_and_read(server, make_post):
    moments = {}

    with Readers(server, ("/", "/feed.xml", "/sitemap.xml")) as readers:
        for number in range(ROUNDS):
            post = make_post(f"Planned {number}", slug=f"planned-{number}", published_at=None)
            moment = datetime.now(UTC) + SOON
            post.publish_at(moment, ZoneInfo("UTC"))
            db.session.commit()
            moments[number] = moment.timestamp()
            # Else a worker may have heard of it too late, and this says nothing.
            is_in_time = time.time() + STALE < moments[number]
            readers.wait_until(f"planned-{number}")
            if not is_in_time:
                del moments[number]

    assert readers.problems == []
    assert moments, "this machine is too busy to tell"
    for path, asked, had_come, status, text in readers.read:
        assert status == 200, path
        for number, moment in moments.items():
            is_shown = f"planned-{number}" in text
            assert not is_shown or had_come >= moment, f"{path}: {moment - had_come} s early"
            assert is_shown or asked < moment, f"{path}: {asked - moment} s late"
