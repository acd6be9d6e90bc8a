"""What the blog does while PostgreSQL gives no answer, and after."""

import dataclasses
from itertools import count
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from blogapp import connecting
from blogapp.caching.watching import PATIENCE
from blogapp.connecting import LIMITS, Connection
from blogapp.extensions import db
from tests.crowds import until
from tests.faulty import Faulty

pytestmark = pytest.mark.postgres


@pytest.fixture
def faulty(database_url):
    url = make_url(database_url)
    folder = url.query.get("host")
    port = url.port or 5432
    with Faulty(f"{folder}/.s.PGSQL.{port}" if folder else url.host, port) as faulty:
        yield faulty


@pytest.fixture
def settings(database_url, faulty):
    url = make_url(database_url).set(host=faulty.host, port=faulty.port)
    query = {name: value for name, value in url.query.items() if name != "host"}
    address = url.set(query=query).render_as_string(hide_password=False)
    return {"SQLALCHEMY_DATABASE_URI": address, "WTF_CSRF_ENABLED": False}


words = count()


def asked(browser):
    """Ask for a page that nobody has asked for; return the answer, and how long it took."""
    begun = monotonic()
    answer = browser.get(f"/?q=word{next(words)}")
    return answer, monotonic() - begun


@pytest.mark.parametrize("mode", ["refuse", "reset", "hang", "half", "rubbish"])
def test_who_asks_is_told_soon_and_all_is_well_again_after(app, browser, make_post, faulty, mode):
    # As it is where nobody tests.
    app.extensions["watch"].patience = PATIENCE
    make_post("A word")
    assert asked(browser)[0].status_code == 200

    faulty.mode = mode
    answers = [asked(browser) for _ in range(3)]

    assert {answer.status_code for answer, _ in answers} == {503}
    assert all("Retry-After" in answer.headers for answer, _ in answers)
    assert max(seconds for _, seconds in answers) < 3

    faulty.mode = "pass"
    until(lambda: asked(browser)[0].status_code == 200, why="it does not recover by itself")


def test_a_slow_server_is_waited_for(app, browser, faulty):
    faulty.mode, faulty.delay = "slow", 0.02

    assert asked(browser)[0].status_code == 200


def test_a_long_statement_is_no_silence(app, faulty, monkeypatch):
    monkeypatch.setattr(connecting, "PATIENCE", 0.05)
    with app.test_request_context():
        assert db.session.scalar(text("SELECT 1 FROM pg_sleep(0.3)")) == 1


def test_a_silent_server_is_waited_for_once(app, faulty, monkeypatch):
    monkeypatch.setattr(connecting, "PATIENCE", 0.05)
    monkeypatch.setattr(connecting, "GREETING", 0.1)
    monkeypatch.setattr(connecting, "LASTING", 60)
    db.session.execute(text("SELECT 1"))
    faulty.mode = "hang"

    with app.test_request_context(), pytest.raises(OperationalError, match="says nothing"):
        db.session.execute(text("SELECT 1"))
    db.session.remove()
    came = faulty.connections
    with app.test_request_context(), pytest.raises(OperationalError, match="says nothing"):
        db.session.execute(text("SELECT 1"))

    assert faulty.connections == came


@pytest.fixture
def serving(monkeypatch):
    connecting.serve()
    yield
    connecting._serving.clear()


def shown(name):
    return db.session.scalar(
        text("SELECT setting FROM pg_settings WHERE name = :name"), {"name": name}
    )


def test_processes_that_serve_pages_keep_to_limits(serving, app):
    assert {name: int(shown(name)) for name in LIMITS} == LIMITS


def test_commands_and_migrations_take_the_time_they_need(app):
    assert {int(shown(name)) for name in LIMITS} == {0}


def test_nothing_is_set_or_prepared_behind_a_pooler(serving, app, monkeypatch):
    monkeypatch.setattr(connecting, "is_direct", lambda connection: False)
    # The app may have looked at its database already.
    db.engine.dispose()

    connection = db.session.connection().connection.driver_connection

    assert isinstance(connection, Connection)
    assert connection.prepare_threshold is None
    assert int(shown("statement_timeout")) == 0


def test_the_server_sees_whose_connection_it_is(app, database_url):
    assert db.session.scalar(text("SELECT current_setting('application_name')")) == "blog"


def test_what_an_address_says_wins(app, config, database_url):
    uri = make_url(database_url).update_query_dict({"connect_timeout": "9"})
    changed = dataclasses.replace(
        config, SQLALCHEMY_DATABASE_URI=uri.render_as_string(hide_password=False)
    )

    assert "connect_timeout" not in changed.SQLALCHEMY_ENGINE_OPTIONS["connect_args"]
