"""Whatever happens in whatever order, no reader is shown what is over, or what is yet to come.

Several workers on one database, driven by chance and by two clocks that only the test moves.
Beside them stands a model that knows what each address says in each state of the blog.
"""

import os
import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from blogapp import create_app
from blogapp.caching import watching
from blogapp.caching.watching import FRESH, STALE
from blogapp.extensions import db
from blogapp.posts.models import Post
from tests.conftest import KEPT_TEMPLATES, Browser
from tests.databases import keep_statements

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORKERS = 2
POSTS = 3
STEPS = 300
SEEDS = range(1, 61) if os.environ.get("PROVE") else [1]
# What shows the titles of all posts that are listed, and is not there without any.
LISTS = ("/", "/feed.xml", "/feed.json", "/llms.txt", "/?view=log", "/?fragment=posts")
PLACES = ("/tags/leases", "/series/locks")
TITLE = re.compile(r"\bT\d+v\d+\b")
HEADING = re.compile(r"<h1[^>]*>(T\d+v\d+)</h1>")


@dataclass(frozen=True)
class Entry:
    """What the model knows of a post."""

    title: str
    published_at: datetime | None = None
    is_withdrawn: bool = False
    unlisted: bool = False

    def is_public(self, now):
        return bool(self.published_at) and self.published_at <= now and not self.is_withdrawn


class Blog:
    """The model: the states of the blog, and from when on each of them was the present one."""

    def __init__(self):
        self.states = [(-1e9, {})]

    @property
    def present(self):
        return self.states[-1][1]

    def change(self, second, number, **fields):
        state = {**self.present}
        state[number] = replace(state.get(number, Entry("")), **fields)
        self.states.append((second, state))

    def may_be_shown(self, second):
        """The states that were present at any time in the last second."""
        ends = [*(begun for begun, _ in self.states[1:]), float("inf")]
        return [
            state for (_, state), end in zip(self.states, ends, strict=True) if end > second - STALE
        ]


def listed(state, now):
    return {e.title for e in state.values() if e.is_public(now) and not e.unlisted}


class Play:
    """Workers, clocks and the model; `go` does one thing by chance."""

    def __init__(self, apps, clock, seed):
        self.chance, self.clock = random.Random(seed), clock
        self.second, self.numbers = 1000.0, count()
        self.blog, self.ids, self.said = Blog(), {}, []
        self.workers = []
        for app in apps:
            app.extensions["watch"].fresh = FRESH
            keeper = app.extensions["keeper"]
            # Two things that happen when they like: here they happen when chance likes.
            keeper._renewer.waiting = waiting = set()
            keeper._renewer.ask = waiting.add
            keeper._call = self.disturbed(keeper._call)
            self.workers.append(app)
        self.disturbance = None

    def disturbed(self, call):
        def called(environ):
            happens, self.disturbance = self.disturbance, None
            if happens == "before":
                self.write()
            reply = call(environ)
            reply = reply._replace(body=[b"".join(reply.body)])
            if happens == "after":
                self.write()
            return reply

        return called

    def go(self):
        happening = self.chance.choices(
            [self.wait, self.read, self.read_as_author, self.write, self.renew, self.turn_back],
            [25, 50, 4, 6, 10, 0.5],
        )
        happening[0]()

    def wait(self):
        passed = self.chance.choice([0.01, 0.1, 0.3, FRESH, 0.7, STALE, 2.0])
        self.second += passed
        self.clock.advance(seconds=passed)
        self.said.append(f"+{passed}")

    def turn_back(self):
        self.clock.advance(seconds=-self.chance.choice([0.2, 1.0, 3.0]))
        self.said.append("clock back")

    def renew(self):
        worker = self.chance.choice(self.workers)
        waiting = worker.extensions["keeper"]._renewer.waiting
        while waiting:
            worker.extensions["keeper"]._make(waiting.pop())

    def read(self):
        self.disturbance = self.chance.choice([None, None, "before", "after", "after"])
        self.check(STALE, self.chance.choice(self.workers).test_client())
        self.disturbance = None

    def read_as_author(self):
        browser = self.chance.choice(self.workers).test_client()
        browser.set_cookie("session", "any")
        self.check(0, browser)

    def check(self, patience, browser):
        number = self.chance.choice([None, None, None, *range(POSTS)])
        lists = ("/", "/", "/", *LISTS, *PLACES)
        address = self.chance.choice(lists) if number is None else f"/posts/p{number}"
        answer = browser.get(address)
        states = self.blog.may_be_shown(self.second)
        if not patience:
            states = states[-1:]
        self.said.append(f"{address} {answer.status_code}")
        assert any(self.agrees(state, number, address, answer) for state in states), self.story(
            answer
        )

    def agrees(self, state, number, address, answer):
        now, found = self.clock.moment, set(TITLE.findall(answer.text))
        if number is None:
            status = 404 if address in PLACES and not listed(state, now) else 200
            return answer.status_code == status and found == listed(state, now)
        entry = state.get(number)
        if not entry or not entry.is_public(now):
            return answer.status_code in {404, 410}
        heading = HEADING.search(answer.text)
        return heading and heading[1] == entry.title and found <= {
            entry.title, *listed(state, now)
        }  # fmt: skip

    def write(self):
        """Change one post, in one of the workers, and commit."""
        number = self.chance.randrange(POSTS)
        now = self.clock.moment
        soon = now + timedelta(seconds=self.chance.choice([1.0, 1.2, 1.5, 2.5]))
        fields = self.chance.choice(
            [
                *[{"title": f"T{number}v{next(self.numbers)}"}] * 3,
                {"published_at": now, "is_withdrawn": False},
                {"published_at": soon, "is_withdrawn": False},
                {"published_at": None},
                {"is_withdrawn": True},
                {"unlisted": not self.blog.present[number].unlisted},
            ]
        )
        with self.chance.choice(self.workers).app_context():
            post = db.session.get(Post, self.ids[number])
            for name, value in fields.items():
                if name == "is_withdrawn":
                    post.withdrawn_at = now if value else None
                elif name == "published_at":
                    post.publish_at(value, ZoneInfo("UTC"))
                else:
                    setattr(post, name, value)
            db.session.commit()
        self.blog.change(self.second, number, **fields)
        self.said.append(f"{number}: {fields}")

    def story(self, answer):
        state = "\n".join(f"  {entry}" for entry in self.blog.present.values())
        told = "\n".join(self.said[-40:])
        found = sorted(set(TITLE.findall(answer.text)))
        return f"{told}\nfound {found} at {self.clock.moment}, {self.second}\npresent:\n{state}"


@pytest.fixture
def workers(app, config):
    """Applications on the same database, each with a memory of its own."""
    apps = [app]
    for _ in range(WORKERS - 1):
        other = create_app(config)
        other.test_client_class = Browser
        other.jinja_env.bytecode_cache = KEPT_TEMPLATES
        with other.app_context():
            keep_statements(db.engine)
        apps.append(other)
    yield apps
    for other in apps[1:]:
        other.extensions["watch"].close()
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize("seed", SEEDS)
def test_readers_are_shown_the_present_or_what_was_a_second_ago(
    workers, clock, make_post, monkeypatch, seed
):
    clock.set(START)
    play = Play(workers, clock, seed)
    monkeypatch.setattr(watching, "monotonic", lambda: play.second)
    for number in range(POSTS):
        title, names = f"T{number}v0", {"tags": ["Leases"], "series": "Locks"}
        post = make_post(title, slug=f"p{number}", published_at=None, **names)
        play.ids[number] = post.id
        play.blog.change(play.second, number, title=post.title)
    next(play.numbers)

    for _ in range(STEPS):
        play.go()

    kept = [len(worker.extensions["keeper"].shelf) for worker in workers]
    assert all(kept), "nothing was kept, so nothing was tried"
