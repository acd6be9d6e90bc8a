"""A blog that is restored is what it was, at once and for everybody, and what was there is kept."""

import os
import signal
import threading
from datetime import timedelta
from random import Random
from time import perf_counter

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from blogapp.backups.backing_up import Blog, back_up
from blogapp.backups.errors import CannotWrite
from blogapp.backups.files import Place
from blogapp.backups.restoring import KEPT, SCRATCH, check, restore
from blogapp.extensions import db
from blogapp.migrations import alembic_config, is_current
from blogapp.posts.models import Post
from tests.backups.conftest import ADDRESS, content
from tests.conftest import JANUARY
from tests.test_migrations import EARLIER

# At full size by `make prove`.
KILLS, PUBLISHED = (10, 200) if os.environ.get("PROVE") else (2, 10)
COUNTS = (
    "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM post_tags), "
    "(SELECT count(*) FROM search_posts)"
)


def titles(page):
    return [heading.get_text(strip=True) for heading in page.select(".post-card__title")]


def test_a_running_blog_is_what_it_was(
    blog, browser, make_post, add_file, back_up_now, restore_from
):
    make_post("Kept words", body="About quillwort.", tags=["SQLite"])
    media = add_file("notes.txt", b"notes")
    before, archive = content(blog.engine), back_up_now()
    make_post("Written later", published_at=JANUARY + timedelta(days=1))
    db.session.get(Post, 1).title = "Changed"
    db.session.commit()
    (blog.place.media / media.key).unlink()
    assert titles(browser.page("/")) == ["Written later", "Changed"]

    restored = restore_from(archive)

    assert content(blog.engine) == before
    assert titles(browser.page("/")) == ["Kept words"]
    assert titles(browser.page("/?q=quillwort")) == ["Kept words"]
    assert browser.get(f"/media/{media.key}").data == b"notes"
    restore_from(restored.kept)
    assert titles(browser.page("/")) == ["Written later", "Changed"]


def test_writing_goes_on_after_a_restore(make_posts, make_post, back_up_now, restore_from, browser):
    make_posts(3)
    archive = back_up_now()

    restore_from(archive)
    make_post("Post 4", published_at=JANUARY + timedelta(days=9), tags=["New"])

    assert titles(browser.page("/")) == ["Post 4", "Post 3", "Post 2", "Post 1"]
    assert titles(browser.page("/tags/new")) == ["Post 4"]


def test_everyone_signs_in_again(owner, back_up_now, restore_from):
    archive = back_up_now()
    assert owner.get("/write/posts").status_code == 200

    restore_from(archive)

    assert owner.get("/write/posts").status_code == 303


def test_an_empty_blog_has_nothing_to_keep(blog, make_post, back_up_now, tmp_path, restore_from):
    archive = back_up_now()
    assert restore_from(archive).kept is None

    make_post("Mine")

    assert restore_from(archive).kept.parent == blog.place.instance / KEPT


def test_the_theme_comes_back_and_what_was_added_goes(blog, back_up_now, restore_from):
    theme, font = blog.place.instance / "theme" / "tokens.css", blog.place.instance / "fonts/a.ttf"
    for path in (theme, font):
        path.parent.mkdir()
        path.write_text("first")
    (blog.place.instance / "secret_key").write_text("mine")
    archive = back_up_now()
    theme.write_text("second")
    font.unlink()
    later = blog.place.instance / "theme" / "css" / "post-card.css"
    later.parent.mkdir()
    later.write_text("later")
    (blog.place.instance / "secret_key").write_text("another")

    restored = restore_from(archive)

    assert (theme.read_text(), font.read_text()) == ("first", "first")
    assert not later.parent.exists()
    assert restored.has_theme_changed
    assert (blog.place.instance / "secret_key").read_text() == "another"


def test_a_backup_of_an_older_version_is_brought_up(
    blank_database_url, blog, tmp_path, restore_from, browser
):
    engine = create_engine(blank_database_url, poolclass=NullPool)
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in EARLIER:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    place = Place(tmp_path, tmp_path / "nowhere")
    archive = back_up(Blog(engine, place, ADDRESS, "0.1"), tmp_path / "old.tar", now=JANUARY).path

    restored = restore_from(archive)

    assert restored.manifest.step == "0001"
    assert is_current(blog.engine)
    assert db.session.get(Post, 1).title == "Kept"
    assert browser.page("/").title.text == "Mine"


@pytest.mark.sqlite("a damaged database file")
def test_a_damaged_database_is_kept_and_replaced(blog, make_post, back_up_now, restore_from):
    make_post("Kept words")
    before, archive = content(blog.engine), back_up_now()
    db.session.remove()
    db.engine.dispose()
    blog.database.write_bytes(b"no database any more" * 1000)

    restored = restore_from(archive)

    assert restored.was_damaged
    assert (restored.kept / "blog.sqlite").read_bytes().startswith(b"no database")
    assert content(blog.engine) == before


def test_a_backup_of_a_blog_in_use_is_of_one_moment(app, make_post, back_up_now, restore_from):
    is_over, acknowledged = threading.Event(), []

    def publish():
        with app.app_context():
            while not is_over.wait(0.04):
                make_post(f"Post {len(acknowledged)}", tags=["One", "Two"])
                acknowledged.append(1)

    publisher = threading.Thread(target=publish)
    publisher.start()
    archives = []
    while len(acknowledged) < PUBLISHED:
        archives.append((len(acknowledged), back_up_now(f"{len(archives)}.tar")))
    is_over.set()
    publisher.join()

    for least, archive in archives[-2:]:
        restore_from(archive)
        titles, tagged, found = db.session.execute(text(COUNTS)).one()
        assert titles >= least
        assert (tagged, found) == (2 * titles, titles)


def test_killed_anywhere_a_backup_leaves_nothing_half(blog, make_posts, tmp_path):
    make_posts(5)
    target = tmp_path / "copies" / "blog.tar"
    target.parent.mkdir()
    before = back_up(blog, target, now=JANUARY).path.read_bytes()

    for moment in _moments(lambda: back_up(blog, target, now=JANUARY)):
        _killed_after(moment, blog, lambda: back_up(blog, target, now=JANUARY))

        check(blog, target)
        assert len(target.read_bytes()) == pytest.approx(len(before), rel=0.01)
    back_up(blog, target, now=JANUARY)
    assert [path.name for path in target.parent.iterdir()] == ["blog.tar"]


def test_killed_anywhere_a_restore_leaves_the_one_blog_or_the_other(
    blog, make_posts, make_post, back_up_now, add_file, browser
):
    make_posts(5)
    file = blog.place.media / add_file("notes.txt", b"notes").key
    old, archive = content(blog.engine), back_up_now()
    make_post("Later")
    new, later = content(blog.engine), back_up_now("later.tar")
    file.unlink()

    for moment in _moments(lambda: restore(blog, later, now=JANUARY)):
        _killed_after(moment, blog, lambda: restore(blog, archive, now=JANUARY))

        assert content(blog.engine) in (old, new)
        assert browser.get("/").status_code == 200
        restore(blog, later, now=JANUARY)
        assert content(blog.engine) == new
        assert file.read_bytes() == b"notes"
    assert not (blog.place.media / SCRATCH).exists()


def test_without_room_nothing_changes(blog, make_post, back_up_now, restore_from, monkeypatch):
    make_post("Kept words")
    before, archive = content(blog.engine), back_up_now()
    monkeypatch.setattr("blogapp.backups.restoring.ROOM", 1 << 62)

    with pytest.raises(CannotWrite, match="MB are free"):
        restore_from(archive)

    assert content(blog.engine) == before


def _moments(act):
    """Seconds after which to kill, spread over the time that ``act`` takes."""
    db.session.remove()
    begun = perf_counter()
    act()
    took = perf_counter() - begun
    random = Random(7)
    return [took * (number + random.random()) / KILLS for number in range(KILLS)]


def _killed_after(seconds, blog, act):
    """Run ``act`` in a process of its own, which the kernel ends after so many seconds."""
    db.session.remove()
    blog.engine.dispose()
    child = os.fork()
    if not child:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
            act()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
