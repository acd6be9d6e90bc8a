"""What every test can ask for: a blog, people who write on it, posts, a clock."""

import json
import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from sqlalchemy import event, select

from blogapp.extensions import db
from tests import asvs
from tests.postgres import running_server
from tests.proof import FIGURE, write_figures, write_proof, write_table
from tests.redis_server import (  # noqa: F401 (fixtures)
    in_vain,
    redis_server,
    redis_url,
    waiting_for_redis,
)
from tests.routes import KeptMap
from tests.s3_server import bucket, in_bucket, s3_server  # noqa: F401 (fixtures)

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
JANUARY = datetime(2026, 1, 1, 12, tzinfo=UTC)
pytest_plugins = ["tests.databases"]
SERVER = pytest.StashKey[ExitStack]()
UNCLOSED = "ignore::pytest.PytestUnraisableExceptionWarning"
NO_SHARED = "no ../shared beside this checkout"

hypothesis.configuration.set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")
hypothesis.settings.register_profile("sample", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("prove", deadline=None, max_examples=5000)
hypothesis.settings.load_profile("prove" if os.environ.get("PROVE") else "sample")


# Runs: what is chosen, and on which database.


def pytest_addoption(parser):
    group = parser.getgroup("blog")
    group.addoption(
        "--postgres",
        action="store_true",
        help="run the tests that use a database on PostgreSQL: the server at "
        "BLOG_TEST_DATABASE_URL, else one started for this run",
    )
    group.addoption(
        "--base-path", default="", help="put the blog under a path in browser tests: /eng/blog"
    )
    group.addoption(
        "--gunicorn", action="store_true", help="drive two gunicorn workers in browser tests"
    )
    behind = "drive two gunicorn workers, behind nginx where there is one"
    group.addoption("--nginx", action="store_true", help=behind)


def pytest_configure(config):
    is_worker = hasattr(config, "workerinput")
    if config.getoption("--postgres") and not is_worker:
        config.stash[SERVER] = ExitStack()
        if not os.environ.get("BLOG_TEST_DATABASE_URL"):
            # Workers are started later and inherit this.
            address = config.stash[SERVER].enter_context(running_server())
            os.environ["BLOG_TEST_DATABASE_URL"] = address


def pytest_unconfigure(config):
    if SERVER in config.stash:
        config.stash[SERVER].close()


def pytest_collection_modifyitems(config, items):
    for item in items:
        if "browser" in item.path.relative_to(ROOT).parts:
            item.add_marker("browser")
            # Pages are left while their files are on the way; the server drops those unclosed.
            item.add_marker(pytest.mark.filterwarnings(UNCLOSED))

    chosen = [item for item in items if _is_wanted(item)]
    if len(chosen) < len(items):
        config.hook.pytest_deselected(items=[i for i in items if i not in set(chosen)])
        items[:] = chosen


def _is_wanted(item):
    if item.get_closest_marker("prove") and not os.environ.get("PROVE"):
        return False
    on_postgres = item.config.getoption("--postgres")
    if not on_postgres and item.get_closest_marker("postgres"):
        return False
    if on_postgres and item.get_closest_marker("sqlite"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return not on_postgres or bool(fixtures & {"database_url", "blank_database_url"})


def pytest_terminal_summary(terminalreporter):
    if os.environ.get("PROVE"):
        is_whole = os.environ["PROVE"] == "security"
        if not is_whole:
            write_proof(terminalreporter.stats)
        write_figures(terminalreporter.stats, counts=is_whole)
        write_table()
        asvs.write()
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report.nodeid for report in skipped if NO_SHARED in str(report.longrepr)]
    if left_out:
        terminalreporter.section(f"left out: {NO_SHARED}")
        for nodeid in sorted(left_out):
            terminalreporter.line(nodeid)


@pytest.fixture
def figure(request):
    """Give a figure to the guide: ``figure(promise, what was counted, how many)``."""

    def give(promise, name, value):
        request.node.user_properties.append((FIGURE, (promise, name, value)))

    return give


@pytest.fixture(scope="session")
def shared():
    """The folder of shared material beside the checkout; without it the test is left out."""
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED)
    return SHARED


@pytest.fixture(scope="session")
def payloads(shared):
    """The attack strings of the kit: each a dict, its text under ``p``, ``live`` where it ran."""
    lines = [
        json.loads(line)
        for path in sorted((shared / "kits" / "xss").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) == 2048
    return lines


# The blog.


class KeptTemplates(BytecodeCache):
    """Templates compiled by one test serve the next: each test has an app of its own."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, template):
        if code := self.kept.get(template.key):
            template.bytecode_from_string(code)

    def dump_bytecode(self, template):
        self.kept[template.key] = template.bytecode_to_string()


KEPT_TEMPLATES = KeptTemplates()
# The same for routes, of which there are some hundred.
Flask.url_map_class = KeptMap


class Browser(FlaskClient):
    """A test client that hands back parsed HTML."""

    author = None

    @property
    def origin(self):
        """Scheme and host by which the blog is known: cookies and forms belong there."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.application.config["PUBLIC_URL"]))

    def get_cookie(self, key, domain=None, path="/"):
        return super().get_cookie(key, domain or urlsplit(self.origin).hostname, path)

    def set_cookie(self, key, value="", *, domain=None, **kwargs):
        super().set_cookie(key, value, domain=domain or urlsplit(self.origin).hostname, **kwargs)

    def page(self, url, *, status=200, **kwargs):
        """Return the parsed page at ``url``, which must answer with ``status``."""
        response = self.get(url, **kwargs)
        assert response.status_code == status, f"{url}: {response.status}"
        return parse(response.text)

    def open(self, *args, **kwargs):
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.origin)
        # Read to the end and closed, as files want to be.
        kwargs.setdefault("buffered", True)
        # A context of its own, as in production: nothing in `g` outlives the request.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        # What the test holds is read anew, so it sees what the request committed.
        db.session.rollback()
        return response


def parse(html):
    """Return ``html`` as a tree, read the way browsers read it."""
    return BeautifulSoup(html, "html5lib")


@pytest.fixture
def settings():
    """Settings of this test's app that differ: override it, or change it before `app`."""
    return {}


@pytest.fixture
def config(tmp_path, database_url, close_connections, settings):
    """The settings of this test's app, with an instance folder of its own."""
    from blogapp.config import Config

    instance = tmp_path / "instance"
    instance.mkdir()
    return Config(
        **{
            "INSTANCE": instance,
            "SECRET_KEY": "a secret that is long enough for a test",
            "SQLALCHEMY_DATABASE_URI": database_url,
            "MEDIA_FOLDER": instance / "media",
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            **settings,
        }
    )


@pytest.fixture
def app(config):
    """The blog on an empty database. Its context is open while the test runs."""
    from blogapp import create_app
    from tests.databases import keep_statements

    app = create_app(config)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = KEPT_TEMPLATES
    with app.app_context():
        keep_statements(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
        app.extensions["watch"].close()
        app.extensions["shared"].hang_up()


@pytest.fixture
def browser(app):
    """A reader's browser: no cookies, nobody signed in."""
    return app.test_client()


@pytest.fixture
def unkept(app):
    """No answer is kept: each request does the work, and sees what a test replaces meanwhile."""
    app.extensions["keeper"].stop()


@pytest.fixture
def queries(app, unkept):
    """The SQL statements sent from here on; `queries.clear()` starts counting anew.

    Nothing is kept meanwhile: they are those of the work that answers take.
    """
    seen = []

    def record(conn, cursor, statement, *args):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", record)
    yield seen
    event.remove(db.engine, "before_cursor_execute", record)


@pytest.fixture
def forget(app):
    """Forget the parts of pages that are remembered: ``forget()``."""
    return app.extensions["memory"].clear


class Clock:
    """Stands in for `datetime` in `blogapp.web.clock`; moves only when told to."""

    def __init__(self, moment):
        self.moment = moment

    def now(self, zone=UTC):
        return self.moment.astimezone(zone)

    def set(self, moment):
        self.moment = moment

    def advance(self, **duration):
        """Move on by ``hours=1`` or whatever `timedelta` takes."""
        self.moment += timedelta(**duration)


@pytest.fixture
def clock(monkeypatch):
    """The blog's clock, stopped at noon of 1 June 2026 (UTC)."""
    clock = Clock(datetime(2026, 6, 1, 12, tzinfo=UTC))
    monkeypatch.setattr("blogapp.web.clock.datetime", clock)
    return clock


# People.


@pytest.fixture
def make_author(app):
    """Make and save an author: "Ada Lovelace", an author, unless told otherwise."""
    from blogapp.accounts.models import Author
    from blogapp.text.slugs import slugify

    def make(name="Ada Lovelace", *, role="author", email=None, **columns):
        slug = slugify(name, "author")
        author = Author(
            name=name,
            slug=slug,
            role=role,
            email=email or f"{slug}@example.com",
            created_at=JANUARY,
            **columns,
        )
        db.session.add(author)
        db.session.commit()
        return author

    return make


@pytest.fixture
def as_author(app):
    """Sign an author in: returns a browser whose `.author` is that author."""
    from blogapp.accounts.models import AuthorSession
    from blogapp.accounts.tokens import token_hash

    def sign_in(author):
        browser = app.test_client()
        token, ever = f"token of {author.id}", JANUARY + timedelta(days=36_500)
        db.session.add(
            AuthorSession(
                token_hash=token_hash(token),
                author_id=author.id,
                created_at=JANUARY,
                last_seen_at=JANUARY,
                expires_at=ever,
                ends_at=ever,
                confirmed_at=ever,
            )
        )
        db.session.commit()
        with browser.session_transaction(base_url=browser.origin) as session:
            session["token"] = token
        browser.author = author
        return browser

    return sign_in


@pytest.fixture
def author(make_author, as_author):
    """A browser with an author signed in; the author is `author.author`."""
    return as_author(make_author())


@pytest.fixture
def owner(make_author, as_author):
    """A browser with the owner signed in; the owner is `owner.author`."""
    return as_author(make_author("Grace Hopper", role="owner"))


# Posts.


@pytest.fixture
def make_post(app):
    """Make and save a post: published on 1 January 2026 unless told otherwise.

    ``authors`` are `Author` rows; ``tags``, ``domain`` and ``series`` are names; what a
    manuscript does not hold (``withdrawn_at``, ``unlisted`` …) is set on the post.
    """
    from dataclasses import fields
    from zoneinfo import ZoneInfo

    from blogapp.posts.writing import Manuscript, new_post, save

    written = {field.name for field in fields(Manuscript)}

    def make(title="Hello", *, body="Text.", published_at=JANUARY, saved_at=JANUARY, **rest):
        given = {name: rest.pop(name) for name in written & rest.keys()}
        for name in {"tags", "authors"} & given.keys():
            given[name] = tuple(given[name])
        post = new_post(now=saved_at, is_page=rest.pop("is_page", False))
        save(post, Manuscript(title=title, body=body, **given), now=saved_at)
        post.publish_at(published_at, ZoneInfo("UTC"))
        for name, value in rest.items():
            setattr(post, name, value)
        db.session.commit()
        return post

    return make


@pytest.fixture
def make_posts(make_post, prepare):
    """Make ``n`` posts, one a day, newest last: "Post 1", "Post 2", …"""
    from blogapp.posts.models import Post

    def make(n, **kwargs):
        def write():
            for i in range(n):
                make_post(f"Post {i + 1}", published_at=JANUARY + timedelta(days=i), **kwargs)

        prepare(write, key=("posts", n, repr(kwargs)))
        return db.session.scalars(select(Post).order_by(Post.id)).all()[-n:]

    return make
