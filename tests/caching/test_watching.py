"""A watch knows the present version, whoever changes it, and is never held up by the database."""

import logging
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from blogapp.caching import watching
from blogapp.caching.asking import MOST_MOMENTS
from blogapp.caching.watching import FRESH, LATE, STALE, Watch
from blogapp.extensions import db
from blogapp.posts.models import Post

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Ticks:
    """Stands in for `time.monotonic`; moves only when told to."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds

    def advance(self, seconds):
        self.seconds += seconds


@pytest.fixture
def ticks(monkeypatch):
    ticks = Ticks()
    monkeypatch.setattr(watching, "monotonic", ticks)
    return ticks


@pytest.fixture
def watch(app, clock, ticks):
    """The watch of the app, as it is outside of tests."""
    watch = app.extensions["watch"]
    watch.fresh = FRESH
    yield watch
    watch.close()


@pytest.fixture
def asked(watch, monkeypatch):
    """How often the database was asked."""
    seen, tokens = [], watch._asker.tokens
    monkeypatch.setattr(watch._asker, "tokens", lambda: seen.append(1) or tokens())
    return seen


@pytest.fixture
def elsewhere(app):
    """Change something, as another process does: ``elsewhere("UPDATE …", id=…)``."""
    engine = create_engine(db.engine.url, poolclass=NullPool)

    def change(statement="UPDATE posts SET title = title || '.'", **values):
        with engine.begin() as connection:
            connection.execute(text(statement), values)

    yield change
    engine.dispose()


@pytest.fixture
def other_watch(app):
    """The watch of another worker."""
    engine = create_engine(db.engine.url, poolclass=NullPool)
    watch = Watch(engine, patience=30)
    yield watch
    watch.close()
    engine.dispose()


# Changes.


def test_the_database_is_asked_twice_a_second_at_most(watch, asked, ticks, make_post):
    make_post()
    version = watch.look()

    for _ in range(4):
        ticks.advance(FRESH / 4)
        assert watch.look() == version

    assert len(asked) == 2


def test_what_another_process_commits_is_seen_within_a_second(watch, ticks, elsewhere, make_post):
    make_post()
    before = watch.look()
    elsewhere()

    ticks.advance(FRESH - 0.01)
    assert watch.look() == before
    ticks.advance(0.01)

    assert watch.look() != before


def test_who_asks_for_the_present_version_gets_it(watch, elsewhere, make_post):
    make_post()
    before = watch.look()
    elsewhere()

    assert watch.look(now=True) != before


def test_what_this_process_commits_is_seen_at_once(watch, asked, make_post):
    post = make_post()
    before = watch.look()

    post.title = "Changed"
    db.session.flush()
    assert watch.look() == before
    db.session.commit()

    assert watch.look() != before
    assert watch.look() == watch.look()
    assert len(asked) == 2


def test_all_workers_have_one_word_for_the_same_content(watch, other_watch, elsewhere, make_post):
    make_post("Out")
    make_post("Soon", published_at=NOW + HOUR)

    assert watch.look() == other_watch.look()
    elsewhere()

    assert watch.look(now=True) == other_watch.look(now=True)
    assert watch.look().until == NOW + HOUR
    assert watch.look().token.isalnum()


def test_the_token_of_what_somebody_read_is_known(watch, elsewhere, make_post):
    make_post()
    asked = "SELECT id, page_token FROM content_version ORDER BY id"
    before = tuple(map(tuple, db.session.execute(text(asked))))
    assert watch.token_of(before) == watch.look().token

    elsewhere()
    db.session.rollback()
    after = tuple(map(tuple, db.session.execute(text(asked))))

    assert watch.token_of(after) == watch.look(now=True).token
    assert watch.token_of(before) == ""


# Time.


def test_a_moment_changes_the_version_without_a_question(watch, asked, clock, make_post):
    make_post("Soon", published_at=NOW + HOUR)
    before = watch.look()

    clock.set(NOW + HOUR - timedelta(microseconds=1))
    assert watch.look() == before
    clock.set(NOW + HOUR)

    assert watch.look() != before
    assert watch.look().until is None
    assert len(asked) == 1


@pytest.mark.parametrize("columns", [{"unlisted": True}, {"is_page": True}], ids=str)
def test_what_is_in_no_list_has_its_moment_too(watch, clock, make_post, columns):
    make_post("Soon", published_at=NOW + HOUR, **columns)
    before = watch.look()

    clock.set(NOW + HOUR)

    assert watch.look() != before


def test_a_clock_that_is_put_back_finds_the_version_of_then(watch, clock, make_post):
    make_post("Soon", published_at=NOW + HOUR)
    clock.set(NOW + HOUR / 2)
    before = watch.look()
    clock.set(NOW + HOUR)
    after = watch.look()

    clock.set(NOW + HOUR / 2)
    assert watch.look() == before
    assert not watch.may_show(after.token)
    clock.set(NOW)

    assert watch.look() == before


def test_more_moments_than_are_read_at_once_are_all_met(watch, asked, clock, make_post, elsewhere):
    post = make_post("First", published_at=NOW + HOUR)
    moments = [NOW + HOUR + timedelta(minutes=n) for n in range(2 * MOST_MOMENTS)]
    columns = ", ".join(column.name for column in Post.__table__.columns)
    copied = columns.replace("id, slug, slug_key", ":id, :slug, :slug", 1)
    copied = copied.replace("entry_id", ":slug").replace("published_at", ":at")
    for number, moment in enumerate(moments[1:], start=post.id + 1):
        db.session.execute(
            text(f"INSERT INTO posts ({columns}) SELECT {copied} FROM posts WHERE id = :first"),
            {"id": number, "slug": f"p{number}", "at": moment.replace(tzinfo=None),
             "first": post.id},
        )  # fmt: skip
    db.session.commit()

    seen = [watch.look()]
    for moment in moments:
        clock.set(moment)
        seen.append(watch.look())

    assert len({version.token for version in seen}) == len(moments) + 1
    assert [version.until for version in seen] == [*moments, None]
    assert len(asked) <= 4


def test_a_post_that_is_put_off_in_time_is_not_waited_for(watch, clock, ticks, make_post):
    post = make_post("Soon", published_at=NOW + HOUR)
    watch.look()

    post.publish_at(NOW + 2 * HOUR, ZoneInfo("UTC"))
    db.session.commit()
    before = watch.look()
    clock.set(NOW + HOUR)

    assert watch.look() == before
    assert before.until == NOW + 2 * HOUR


# What may be shown while it is made anew.


def test_what_was_right_may_be_shown_for_a_second(watch, ticks, elsewhere, make_post):
    make_post()
    before = watch.look()
    elsewhere()
    ticks.advance(FRESH)
    after = watch.look()

    ticks.advance(STALE - FRESH - 0.01)
    assert watch.may_show(before.token)
    ticks.advance(0.01)

    assert not watch.may_show(before.token)
    assert watch.may_show(after.token)
    assert not watch.may_show("never seen")


def test_a_second_counts_from_when_it_was_last_known_to_be_right(
    watch, ticks, elsewhere, make_post
):
    make_post()
    before = watch.look()
    ticks.advance(60)
    elsewhere()

    assert watch.look() != before
    assert not watch.may_show(before.token)


def test_nothing_of_before_a_moment_is_shown_after_it(watch, clock, make_post):
    make_post("Soon", published_at=NOW + HOUR)
    before = watch.look()

    clock.set(NOW + HOUR)

    assert not watch.may_show(before.token)
    assert watch.may_show(watch.look().token)


def test_what_has_passed_away_is_forgotten(watch, ticks, elsewhere, make_post):
    make_post()
    for _ in range(20):
        elsewhere()
        ticks.advance(FRESH)
        watch.look()

    assert len(watch._shown) <= LATE / FRESH + 2 < 20


# Troubles.


@pytest.mark.sqlite("a database file that is moved away")
def test_without_a_database_the_last_version_stands(watch, ticks, elsewhere, make_post, caplog):
    make_post()
    before = watch.look()
    path = Path(db.engine.url.database)
    away = path.rename(path.with_name("away"))

    for _ in range(3):
        ticks.advance(60)
        assert watch.look() == before
        assert watch.look(now=True) == before
    assert watch.may_show(before.token)
    assert watch.confirm().token == ""
    assert [record.levelno for record in caplog.records] == [logging.WARNING]

    away.rename(path)
    elsewhere()
    ticks.advance(FRESH)
    assert before != watch.look() == watch.confirm()


def test_a_database_that_never_answered_has_no_version(blank_database_url, ticks, caplog):
    engine = create_engine(blank_database_url, poolclass=NullPool)
    watch = Watch(engine)

    assert watch.look().token == ""
    assert watch.token_of(()) == ""
    assert not watch.may_show("")

    watch.close()
    engine.dispose()


def test_a_blog_in_memory_has_versions(ticks):
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE content_version (id INTEGER, page_token INTEGER)"))
        connection.execute(text("INSERT INTO content_version VALUES (1, 1)"))
        connection.execute(text("CREATE TABLE posts (published_at DATETIME)"))
        connection.execute(text("INSERT INTO posts VALUES ('2126-06-01 12:00:00.000000')"))
    watch = Watch(engine)
    before = watch.look()

    with engine.begin() as connection:
        connection.execute(text("UPDATE content_version SET page_token = 2"))

    assert watch.look(now=True) != before
    assert before.until == datetime(2126, 6, 1, 12, tzinfo=UTC)
    engine.dispose()


@pytest.mark.sqlite("its WAL and VACUUM")
def test_housekeeping_changes_nothing_and_hides_nothing(watch, elsewhere, make_post):
    make_post()
    before = watch.look()

    with closing(sqlite3.connect(db.engine.url.database)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert watch.look(now=True) == before
        other.execute("VACUUM")
        assert watch.look(now=True) == before
    elsewhere()

    assert watch.look(now=True) != before


@pytest.mark.sqlite("its WAL")
def test_a_writer_is_not_kept_from_its_checkpoint(watch, elsewhere, make_post):
    make_post()
    watch.look()
    db.session.remove()

    with closing(sqlite3.connect(db.engine.url.database)) as other:
        [is_busy, *_] = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    assert not is_busy


@pytest.mark.sqlite("a database file that is replaced")
def test_a_backup_that_is_put_in_place_is_seen(watch, ticks, browser, make_post, tmp_path):
    post = make_post("Before")
    path = Path(db.engine.url.database)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, tmp_path / "backup")
    before = watch.look()
    post.title = "After"
    db.session.commit()
    after = watch.look()
    assert "After" in browser.get("/posts/before").text

    (tmp_path / "backup").replace(path)
    for twin in ("-wal", "-shm"):
        path.with_name(path.name + twin).unlink(missing_ok=True)

    assert watch.look(now=True) == before != after
    ticks.advance(STALE)
    page = browser.get("/posts/before").text
    assert "Before" in page
    assert "After" not in page


class Held:
    """A database that gives no answer for as long as it is told to."""

    is_far = True

    def __init__(self):
        self.is_asked, self.goes_on = Event(), Event()
        self.given_up = 0
        self.questions = 0

    def tokens(self):
        self.questions += 1
        self.is_asked.set()
        assert self.goes_on.wait(30)
        return ((1, 1),)

    def moments(self, since):
        return []

    def is_there(self):
        return False

    def give_up(self):
        self.given_up += 1

    def close(self):
        pass


@pytest.fixture
def held(watch, monkeypatch):
    make_version = watch.look()
    assert make_version.token
    held = Held()
    monkeypatch.setattr(watch, "_asker", held)
    watch.patience = 0.01
    yield held
    held.goes_on.set()


def test_readers_wait_a_moment_for_a_database_that_hangs(watch, held, ticks, caplog):
    before = watch.look()
    for _ in range(5):
        ticks.advance(0.6)
        assert watch.look() == watch.look(now=True) == before
    assert (held.questions, held.given_up) == (1, 0)
    assert len(caplog.records) == 1

    assert watch.confirm().token == ""
    ticks.advance(5)
    watch.look()
    assert held.given_up == 1

    question = watch._question
    held.goes_on.set()
    question.join(30)
    ticks.advance(0.6)
    assert watch.look() != before


def test_who_needs_a_database_that_hangs_is_told_at_once(app, watch, held, ticks, browser):
    ticks.advance(0.6)
    watch.look()
    assert not watch.is_hanging
    ticks.advance(1.1)
    watch.look()

    answer = browser.get("/write/posts")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Not ready yet" in answer.text
    assert browser.get("/healthz").status_code == 200
    question = watch._question
    held.goes_on.set()
    question.join(30)
    assert browser.get("/write/posts").status_code == 303


def test_while_one_asks_the_others_go_on(watch, held, ticks):
    held.is_far = False
    before = watch.look()
    ticks.advance(0.6)
    thread = Thread(target=watch.look)
    thread.start()
    assert held.is_asked.wait(30)

    assert watch.look() == before
    assert held.questions == 1
    held.goes_on.set()
    thread.join(30)

    assert watch.look() != before


def look_until_answered(watch, ticks):
    """The version, when what was asked in a silence is answered."""
    ticks.advance(60)
    watch.look()
    if question := watch._question:
        question.join(30)
    return watch.look()


@pytest.mark.postgres
def test_a_server_that_hangs_hangs_nobody(watch, ticks, elsewhere, make_post):
    make_post()
    before = watch.look()
    watch.patience = 0.05
    with db.engine.connect() as connection:
        connection.execute(text("LOCK TABLE content_version IN ACCESS EXCLUSIVE MODE"))
        ticks.advance(60)
        assert watch.look() == before
        question = watch._question
        assert question
    question.join(30)
    elsewhere()

    assert look_until_answered(watch, ticks) != before


@pytest.mark.postgres
def test_a_question_that_is_given_up_ends_at_once(watch, ticks, elsewhere, make_post):
    make_post()
    before = watch.look()
    watch.patience = 0.05
    with db.engine.connect() as connection:
        connection.execute(text("LOCK TABLE content_version IN ACCESS EXCLUSIVE MODE"))
        ticks.advance(60)
        watch.look()
        question = watch._question
        ticks.advance(watching.LOST + 1)
        watch.look()
        question.join(10)
        assert not question.is_alive()
    elsewhere()
    assert look_until_answered(watch, ticks) != before


@pytest.mark.postgres
def test_a_connection_that_is_cut_is_made_anew(watch, ticks, elsewhere, make_post):
    make_post()
    before = watch.look()
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
    elsewhere(cut, name="blog watch")
    elsewhere()

    ticks.advance(FRESH)

    assert watch.look() != before


def test_a_fork_shares_no_connection(watch, ticks, make_post):
    make_post()
    before = watch.look()
    assert watch._asker.connection

    child = os.fork()
    if not child:
        is_alone = watch._asker.connection is None
        os._exit(0 if is_alone and watch.look(now=True) == before else 1)
    _pid, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert watch.look(now=True) == before
