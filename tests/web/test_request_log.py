import json
import logging
import os
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from flask import request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from blogapp import create_app
from blogapp.extensions import db
from blogapp.telemetry.lines import Lines, Scrubber, shown
from blogapp.telemetry.work import begin, end
from blogapp.telemetry.writing import Handler, Writer
from tests.crowds import until

NASTY = "a\nb\r\x1b[31mred\x07\x00\x9b\u2028\u202e\ufeff\udcff é"


class Kept:
    """A log in memory: the lines, and whom they are taken from."""

    def __init__(self):
        self.lines = []
        self.scrubber = Scrubber()
        self.requests = self
        self.put = self.lines.append


@pytest.fixture
def served(app, browser, monkeypatch):
    """Call it with a request: the answer, and its line as a dict, as a server has it written."""
    app.extensions["requests"]._is_json = True
    log, environs, wsgi = Kept(), [], app.wsgi_app
    app.extensions["requests"].serve(log)

    def around(environ, start):
        environs.append(environ)
        return wsgi(environ, start)

    monkeypatch.setattr(app, "wsgi_app", around)

    def ask(path, method="GET", by=browser, **given):
        answer = by.open(path, method=method, **given)
        sent = SimpleNamespace(status=answer.status, sent=len(answer.data))
        app.extensions["requests"].tell(sent, environs[-1], 0.0123)
        return answer, json.loads(log.lines[-1])

    return ask


def said(record, style="json", scrubber=None):
    return Lines(style, scrubber).format(record)


def record(message, *args, exc_info=None):
    return logging.LogRecord("blogapp.x", logging.WARNING, "x", 1, message, args, exc_info)


def test_a_line_tells_of_each_kind_of_answer(served, make_post, owner):
    make_post("A lease", body="Words.")

    told = {
        "made": served("/posts/a-lease")[1],
        "hit": served("/posts/a-lease")[1],
        "nowhere": served("/nowhere")[1],
        "moved": served("/posts/A-Lease")[1],
        "head": served("/posts/a-lease", "HEAD")[1],
        "file": served("/static/js/page.js")[1],
        "desk": served("/write", by=owner)[1],
        "post": served("/logout", "POST")[1],
    }

    short = {
        name: (line["method"], line["route"], line["status"], line["cache"])
        for name, line in told.items()
    }
    assert short == {
        "made": ("GET", "/posts/<slug>", 200, "made"),
        "hit": ("GET", "/posts/<slug>", 200, "hit"),
        "nowhere": ("GET", "(none)", 404, "pass"),
        "moved": ("GET", "/posts/<slug>", 301, "pass"),
        "head": ("HEAD", "/posts/<slug>", 200, "hit"),
        "file": ("GET", "/static/<path:filename>", 200, told["file"]["cache"]),
        "desk": ("GET", "/write", 200, "pass"),
        "post": ("POST", "/logout", told["post"]["status"], "pass"),
    }
    assert told["made"]["queries"] > 0
    assert told["hit"]["queries"] == 0
    assert told["desk"]["user"] == owner.author.id
    assert (told["hit"]["ms"], "user" in told["made"]) == (12.3, False)
    assert told["hit"]["bytes"] > 1000
    assert not {"address", "agent", "referrer"} & told["made"].keys()


def test_an_answer_that_nobody_keeps_tells_its_number(served, make_post):
    make_post("A lease")

    answer, line = served("/login", headers={"X-Request-ID": "1234567890abcdef"})
    kept, _ = served("/posts/a-lease")

    assert answer.headers["X-Request-ID"] == line["request"]
    assert line["request"] != "1234567890abcdef"  # nobody's word is taken for it
    assert "X-Request-ID" not in kept.headers


def test_a_trusted_proxy_gives_requests_their_numbers(settings, config):
    app = create_app(replace(config, TRUSTED_PROXIES=1))

    def number(given):
        return (
            app.test_client().get("/login", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        )

    assert number("1234567890abcdef") == "1234567890abcdef"
    assert number("a b c d e f g h") != "a b c d e f g h"
    assert len(number("x" * 500)) == 16


@pytest.mark.parametrize(
    ("setting", "address"),
    [("none", None), ("network", "203.0.113.0/24"), ("full", "203.0.113.7")],
)
def test_addresses_are_told_as_far_as_settings_say(config, setting, address):
    log = Kept()
    app = create_app(replace(config, LOG="json", LOG_ADDRESSES=setting, LOG_AGENTS=True))
    app.extensions["requests"].serve(log)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_USER_AGENT": 'a"b',
    }

    app.extensions["requests"].tell(SimpleNamespace(status="200 OK", sent=0), environ, 0)

    line = json.loads(log.lines[0])
    assert (line.get("address"), line["agent"]) == (address, 'a"b')


def test_nothing_that_was_sent_begins_a_line_or_moves_a_terminal(app):
    requests, log = app.extensions["requests"], Kept()
    requests.serve(log)
    path = "/a\n2026-01-01 200 forged\x1b[2J\x9b\xff\u00e9"
    environ = {"REQUEST_METHOD": "BR\x1bEW", "PATH_INFO": path, "QUERY_STRING": "tag=\x1b[1m\n"}
    for requests._is_json in (True, False):
        requests.tell(SimpleNamespace(status="400 Bad Request", sent=0), environ, 0)

    assert all(line.isprintable() for line in log.lines)
    assert json.loads(log.lines[0])["path"].startswith("/a\n2026")
    assert "%20200%20forged" in log.lines[1]
    assert shown(NASTY).isprintable()


@pytest.mark.parametrize("style", ["console", "json"])
def test_errors_are_one_event_with_the_number_of_their_request(style):
    begin("1234567890abcdef")
    try:
        raise ValueError(NASTY)
    except ValueError:
        line = said(record("%s broke", NASTY, exc_info=sys.exc_info()), style)
    end()

    first, *rest = line.split("\n")
    assert "1234567890abcdef" in first
    if style == "json":
        assert not rest
        assert "ValueError" in json.loads(line)["error"]
    else:
        assert rest
        assert all(each.startswith("    | ") for each in rest)
    assert all(each.isprintable() for each in line.split("\n"))


def test_a_message_that_cannot_be_written_is_told_and_events_are_not_quoted_twice():
    odd = said(record("%d", "x"))
    event = said(record("%s", '{"act": "post.published", "by": "person"}'))

    assert "could not be written" in json.loads(odd)["message"]
    assert json.loads(event)["event"] == {"act": "post.published", "by": "person"}


def test_no_secret_of_settings_or_forms_is_in_any_line(config):
    secrets = {
        "SECRET_KEY": "s3cret/key+with=signs" * 2,
        "SQLALCHEMY_DATABASE_URI": "postgresql://blog:p%40ssw0rd-of-db@127.0.0.1:1/blog",
        "METRICS_TOKEN": "t0ken-of-metrics" * 3,
    }
    app = create_app(replace(config, **secrets))
    log = Kept()
    app.extensions["requests"].serve(log)
    typed = {"password": "correct horse battery", "csrf_token": "IjEyMzQ1Nj.x", "title": "Kept"}
    address = "/login/abcdefghijklmnop?code=0123456789"
    cookie = {"Cookie": "session=eyJ0b2tlbiI6.y"}
    sent = ["p@ssw0rd-of-db", "eyJ0b2tlbiI6.y", "0123456789", "abcdefghijklmnop"]
    thrown = [*secrets.values(), *typed.values(), *sent]

    with app.test_request_context(address, method="POST", data=typed, headers=cookie):
        assert request.form
        try:
            raise RuntimeError(f"{thrown} {' '.join(thrown)}")
        except RuntimeError:
            broken = record("%r %s", thrown, thrown[0], exc_info=sys.exc_info())
            line = said(broken, "console", log.scrubber)

    hidden = {*thrown, "p%40ssw0rd-of-db"} - {"Kept", secrets["SQLALCHEMY_DATABASE_URI"]}
    assert [secret for secret in hidden if secret in line] == []
    assert "Kept" in line


def test_a_failed_statement_is_told_without_what_it_was_to_write(app):
    typed = "-".join("typed")
    with app.app_context():
        try:
            db.session.execute(text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": typed})
        except DBAPIError:
            line = said(record("the database refused", exc_info=sys.exc_info()))

    assert "nowhere" in line
    assert typed not in line


def test_a_failure_is_told_without_its_address_and_its_page_tells_its_number(
    app, browser, caplog, monkeypatch
):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "auth.use_link", lambda token: 1 / 0)

    with caplog.at_level(logging.ERROR):
        page = browser.get("/login/abcdefghijklmnopqrstuvwxyz")

    assert page.status_code == 500
    assert page.headers["X-Request-ID"] in page.text
    assert "GET /login/<token> failed" in caplog.text
    assert "abcdefghijklmnopqrstuvwxyz" not in caplog.messages[0]


# Where lines go.


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    yield reading, stream
    stream.close()
    os.close(reading)


def test_a_stream_that_nobody_reads_holds_nobody_up(pipe):
    reading, stream = pipe
    writer = Writer(stream, most=100)

    for number in range(2000):
        writer.put(f"{number} " + "x" * 500)  # past what a pipe holds
    lost = writer.lost
    text = ""
    while "were lost" not in text:
        text += os.read(reading, 65536).decode()
    first = int(text.split()[0])

    assert lost > 1000
    assert first == 0
    assert all(line.endswith(("x", "in time")) for line in text.rstrip("\n").split("\n"))


def test_a_stream_that_is_closed_holds_nobody_up():
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    writer = Writer(stream)
    stream.close()  # what comes to have its number is not written to
    os.close(reading)

    writer.put("gone")

    until(lambda: writer.lost == 1)
    assert Writer(None).put("nowhere") is None


def test_a_logger_writes_through_it(pipe):
    reading, stream = pipe
    logger = logging.Logger("blogapp.y")
    writer = Writer(stream)
    logger.addHandler(Handler(writer, Lines("json")))

    logger.warning("first %s", "one")
    logger.warning("second")
    writer.flush()

    told = [json.loads(line)["message"] for line in os.read(reading, 65536).splitlines()]
    assert told == ["first one", "second"]
