"""Errors of the machine become pages that say so, and hand back what was typed."""

import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy import exc

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.site.models import Site
from blogapp.web.failing import failure_of
from tests.conftest import parse

# What it holds is the same whichever database stands behind it.


def of_sqlite(code, words="words"):
    cause = sqlite3.OperationalError(words)
    cause.sqlite_errorcode = code
    return exc.OperationalError("INSERT INTO vault", {"secret": "swordfish"}, cause)


def of_postgres(kind, wrapper=exc.OperationalError):
    return wrapper("INSERT INTO vault", {"secret": "swordfish"}, kind("words"))


FULL = of_sqlite(sqlite3.SQLITE_FULL)
KNOWN = [
    (FULL, 507, "disk is full"),
    (of_sqlite(sqlite3.SQLITE_READONLY), 503, "only be read"),
    (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), 503, "only be read"),
    (of_sqlite(sqlite3.SQLITE_BUSY), 503, "Somebody else is writing"),
    (of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), 503, "cannot reach"),
    (of_sqlite(sqlite3.SQLITE_CANTOPEN), 503, "cannot reach"),
    (of_sqlite(sqlite3.SQLITE_CORRUPT), 503, "cannot read"),
    (of_sqlite(sqlite3.SQLITE_ERROR, "no such table: posts"), 503, "cannot read"),
    (of_postgres(psycopg.errors.DiskFull), 507, "disk is full"),
    (of_postgres(psycopg.errors.ReadOnlySqlTransaction), 503, "only be read"),
    (of_postgres(psycopg.errors.SerializationFailure), 503, "Somebody else is writing"),
    (of_postgres(psycopg.errors.DeadlockDetected), 503, "Somebody else is writing"),
    (of_postgres(psycopg.errors.AdminShutdown), 503, "cannot reach"),
    (of_postgres(psycopg.errors.TooManyConnections), 503, "cannot reach"),
    (of_postgres(psycopg.OperationalError), 503, "cannot reach"),
    (of_postgres(psycopg.errors.UndefinedTable, exc.ProgrammingError), 503, "cannot read"),
    (exc.TimeoutError("QueuePool limit"), 503, "cannot reach"),
    (OSError(errno.ENOSPC, "No space left on device"), 507, "disk is full"),
    (OSError(errno.EDQUOT, "Disk quota exceeded"), 507, "disk is full"),
    (OSError(errno.EROFS, "Read-only file system"), 503, "only be read"),
    (PermissionError(errno.EACCES, "Permission denied"), 503, "only be read"),
    (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), 503, "cannot reach"),
]
BUGS = [
    of_sqlite(sqlite3.SQLITE_ERROR, "no such column: color"),
    of_postgres(psycopg.errors.SyntaxError, exc.ProgrammingError),
    exc.IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
    FileNotFoundError(errno.ENOENT, "No such file or directory"),
    exc.InvalidRequestError("somebody else's mistake"),
    ValueError("no"),
]


@pytest.fixture
def settings():
    return {}


@pytest.fixture
def app(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def fail(app, monkeypatch):
    """From the next commit on each one raises this."""

    def begin(error):
        def commit():
            raise error

        monkeypatch.setattr(db.session, "commit", commit)

    return begin


@pytest.fixture
def failing_page(app):
    """An address that raises what stands in the list it gives."""
    raised = []

    def fail():
        raise raised[0]

    app.add_url_rule("/failing", "failing", fail, methods=["GET", "POST"])
    return raised


@pytest.mark.parametrize(("error", "status", "words"), KNOWN, ids=str)
def test_what_the_machine_does_is_said_with_when_to_come_again(
    browser, failing_page, error, status, words, caplog
):
    failing_page.append(error)

    answer = browser.get("/failing")

    assert answer.status_code == status
    assert words in parse(answer.text).h1.get_text()
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert "swordfish" not in answer.text + caplog.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", BUGS, ids=repr)
def test_a_bug_stays_one(browser, failing_page, error):
    failing_page.append(error)

    assert failure_of(error) is None
    assert browser.get("/failing").status_code == 500


def test_a_fragment_and_a_script_are_told_in_their_own_words(browser, failing_page):
    failing_page.append(FULL)

    fragment = browser.get("/failing?fragment=posts")
    script = browser.post("/failing", json={})

    assert (fragment.status_code, script.status_code) == (507, 507)
    assert "<html" not in fragment.text
    assert "disk is full" in parse(fragment.text).select_one("[role=alert]").get_text()
    assert "disk is full" in script.json["error"]
    assert script.json["retry"] is True


def test_the_page_wears_the_blogs_own_name_though_nobody_can_be_asked(browser, failing_page):
    db.session.add(Site(id=1, title="Plumbline"))
    db.session.commit()
    browser.get("/archive")
    failing_page.append(of_sqlite(sqlite3.SQLITE_CANTOPEN))

    page = browser.page("/failing", status=503)

    assert page.title.get_text().endswith("· Plumbline")


class TestWithTokensInForms:
    @pytest.fixture
    def settings(self):
        return {"WTF_CSRF_ENABLED": True}

    def token(self, browser):
        return browser.get("/write/session", headers={"Accept": "application/json"}).json["csrf"]

    def again(self, browser, page):
        """Send what the page holds, as its button does."""
        form = page.select_one("main form")
        fields = [(f["name"], f.get("value", f.get_text())) for f in form.select("[name]")]
        sent = {}
        for name, value in fields:
            # A text area's first line end is no part of it (HTML, 13.1.2.5).
            sent.setdefault(name, []).append(value)
        return browser.post(form["action"], data=sent)

    def test_settings_come_back_and_can_be_sent_again(self, owner, fail, monkeypatch):
        shown = owner.page("/write/settings").select("main form [name]")
        sent = {f["name"]: f.get("value", f.get_text()) for f in shown if f.name != "select"}
        sent |= {"time_zone": "UTC", "language": "en", "csrf_token": self.token(owner)}
        sent |= {"title": "Plumbline <b>&\n"}
        with monkeypatch.context():
            fail(FULL)
            answer = owner.post("/write/settings", data=sent)
        monkeypatch.undo()

        assert answer.status_code == 507
        page = parse(answer.text)
        assert "What you typed is still here" in page.select_one("[role=alert]").get_text()
        assert "Plumbline <b>&" in page.select_one("details").get_text()
        kept = {f["name"]: f.get_text() for f in page.select("main form textarea")}
        assert kept == {k: v for k, v in sent.items() if k != "csrf_token"}
        assert self.again(owner, page).status_code != 400

    def test_a_new_post_comes_back_and_is_kept_once_there_is_room(self, author, fail, monkeypatch):
        sent = {"csrf_token": self.token(author), "title": "Leases", "body": "A lease <i>\n\nis."}
        with monkeypatch.context():
            fail(FULL)
            answer = author.post("/write/posts/new", data=sent)
        monkeypatch.undo()

        assert answer.status_code == 507
        page = parse(answer.text)
        assert page.select_one("[name=body]").get_text().strip() == "A lease <i>\n\nis."
        assert db.session.scalars(db.select(Post)).all() == []
        assert self.again(author, page).status_code == 303
        assert [p.body.strip() for p in db.session.scalars(db.select(Post))] == [
            "A lease <i>\n\nis."
        ]

    def test_passwords_do_not_come_back(self, author, fail):
        fail(FULL)
        sent = {"csrf_token": self.token(author), "password": "swordfish", "name": "Ada"}

        answer = author.post("/account", data=sent)

        assert "swordfish" not in answer.text


def test_the_journal_is_told_to_try_again(author, make_post, fail):
    post = make_post("Leases", published_at=None, authors=[author.author])
    address = f"/write/posts/{post.id}/journal"
    fail(FULL)

    answer = author.post(
        address, json={"client": "a-client-of-mine", "sequence": 1, "base": 0, "fields": {}}
    )

    assert answer.status_code == 507
    assert answer.json["retry"] is True
