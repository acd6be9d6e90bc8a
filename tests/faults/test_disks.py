"""A disk that is full, and one that takes no writing: pages go on, and no text is lost."""

import os
import re
import subprocess
from uuid import uuid4

import pytest

from blogapp.extensions import db
from blogapp.posts.models import Post
from tests.authoring.conftest import picture
from tests.conftest import parse
from tests.crowds import until
from tests.faults.machine import Machine, Visitor, small_disk

# On PostgreSQL the database of the blog lies elsewhere.
pytestmark = pytest.mark.sqlite("its file is on the disk")
ROOM = "14m"
# Seconds in which everybody is answered; beside other tests a machine takes its time.
AT_MOST = 5 if os.environ.get("PROVE") else 30
TEXT = "A lease is a promise that ends by itself. " * 40


@pytest.fixture
def disk(tmp_path, is_root):
    with small_disk(tmp_path / "disk", ROOM) as disk:
        yield disk


@pytest.fixture
def config(config, disk):
    """Everything of the blog lies on the small disk, its database too."""
    from dataclasses import replace
    from pathlib import Path
    from shutil import copyfile

    instance = disk / "instance"
    instance.mkdir()
    copyfile(Path(config.SQLALCHEMY_DATABASE_URI.removeprefix("sqlite:///")), instance / "b.sqlite")
    return replace(
        config,
        INSTANCE=instance,
        MEDIA_FOLDER=instance / "media",
        PAGE_STORE=disk / "pages",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{instance / 'b.sqlite'}",
    )


@pytest.fixture
def machine(app, port, tmp_path, disk, make_post, owner):
    for number in range(3):
        make_post(f"Post {number}", slug=f"post-{number}", authors=[owner.author])
    # Its words go where there is room, as those of a service go to the journal.
    with Machine(app, port, tmp_path / "gunicorn.log") as machine:
        yield machine


def fill_up(disk):
    """Leave no byte."""
    with (disk / "filling").open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass


def answers(owner, post, word):
    """Do all that writes; return what each was answered."""
    token = uuid4()
    typed = {"title": f"Written {word}", "body": f"{word} {TEXT}"}
    burst = {"client": f"client-{word}", "sequence": 1, "base": 0, "fields": {"title": word}}
    part = owner.send(f"/write/media/uploads/{token}?start=0", PICTURE)
    has_arrived = part.status == 200
    return {
        "save": owner.post("/write/posts/new", **typed),
        "journal": owner.send("/write/posts/new/journal", burst | {"body": {"text": word}}),
        "publish": owner.post(
            f"/write/posts/{post}/publication", when="now", **owner.open(post), **typed
        ),
        "settings": owner.post("/write/settings", **GENERAL | {"title": f"All of {word}"}),
        "upload": owner.complete(token, f"{word}.png", PICTURE) if has_arrived else part,
        "trash": owner.post(f"/write/posts/{post}/trash"),
    }


PICTURE = picture(width=300)[0].read()
GENERAL = {"time_zone": "UTC", "language": "en", "date_format": "%Y-%m-%d", "page_size": "20"}


def test_on_a_full_disk_all_is_read_nothing_is_lost_and_room_is_all_it_takes(
    machine, disk, owner_at, app
):
    owner, reader = owner_at(machine), Visitor(machine)
    kept = reader.get("/posts/post-0").text
    [draft] = [owner.post("/write/posts/new", title="Draft", body=TEXT).id]
    fill_up(disk)

    # Once more where it matters that no memory of another answer helps.
    for path in ("/posts/post-0", "/posts/post-1", "/archive", "/feed.xml", "/?q=text"):
        for each in (reader, Visitor(machine), owner):
            assert each.get(path).status == 200, path
    assert reader.get("/posts/post-0").text == kept
    for path in ("/write", f"/write/posts/{draft}", "/write/posts", "/write/settings"):
        assert owner.get(path).status == 200, path

    said = answers(owner, draft, "full")

    assert {name: each.status for name, each in said.items()} == dict.fromkeys(said, 507)
    assert all(int(each.headers["retry-after"]) for each in said.values())
    assert all(each.seconds < AT_MOST for each in said.values())
    for name in ("save", "publish"):
        page = parse(said[name].text)
        assert "disk is full" in page.select_one("[role=alert], .conflict").get_text()
        assert page.select_one("textarea[name=body]").get_text().strip() == f"full {TEXT}".strip()
    assert parse(said["settings"].text).select_one("[name=title]").get_text() == "All of full"
    assert said["journal"].json["retry"]
    assert "full" in reader.get("/readyz").text

    (disk / "filling").unlink()
    again = answers(owner, draft, "again")

    assert {name: each.status for name, each in again.items()} == {
        "save": 303,
        "journal": 200,
        "publish": 303,
        "settings": 303,
        "upload": 201,
        "trash": 303,
    }
    db.session.rollback()
    titles = db.session.scalars(db.select(Post.title)).all()
    assert titles.count("Written again") == 2
    assert not [title for title in titles if "full" in title]
    assert leftovers(disk) == []


def remount(disk, how):
    """Whether the disk is mounted anew: it is not as long as somebody writes there."""
    command = ["mount", "-o", f"remount,{how}", disk]
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def leftovers(disk):
    """What a failed write left behind; an upload that broke off may still go on."""
    found = [path for path in disk.rglob("*") if path.is_file() and ".incoming" not in path.parts]
    return [path.name for path in found if re.match(r"\.|tmp|.*\.(tmp|part)$", path.name)]


@pytest.mark.prove
def test_a_disk_that_takes_no_writing_is_read_and_said(machine, disk, owner_at, app):
    owner, reader = owner_at(machine), Visitor(machine)
    draft = owner.post("/write/posts/new", title="Draft", body=TEXT).id
    machine.kill()
    db.session.remove()
    db.engine.dispose()
    app.extensions["watch"].close()
    until(lambda: remount(disk, "ro"), seconds=10)
    machine.start()

    for path in ("/posts/post-0", "/archive", "/feed.xml", "/?q=text"):
        for each in (reader, owner):
            assert each.get(path).status == 200, path
    for path in ("/write", f"/write/posts/{draft}", "/write/posts", "/write/settings"):
        assert owner.get(path).status == 200, path
    said = answers(owner, draft, "barred")

    assert {name: each.status for name, each in said.items()} == dict.fromkeys(said, 503)
    assert all(int(each.headers["retry-after"]) for each in said.values())
    page = parse(said["save"].text)
    assert "only be read" in page.select_one("[role=alert], .conflict").get_text()
    assert page.select_one("textarea[name=body]").get_text().strip() == f"barred {TEXT}".strip()

    assert remount(disk, "rw")
    until(lambda: owner.post("/write/posts/new", title="Again", body=TEXT).status == 303)
    said = answers(owner, draft, "again")
    assert {each.status for each in said.values()} <= {200, 201, 303}
