"""PostgreSQL refused, reset, hanging, half there, slow: what people see of it."""

import os
import threading

import pytest
from sqlalchemy.engine import make_url

from blogapp.extensions import db
from blogapp.posts.models import Post
from tests.conftest import parse
from tests.crowds import until
from tests.faults.machine import Machine, Visitor
from tests.faulty import Faulty

pytestmark = pytest.mark.postgres
TEXT = "A lease is a promise that ends by itself. " * 20
# Seconds in which everybody is answered (R3), and in which all is well again; beside other tests
# a machine takes its time.
AT_MOST, AGAIN = (1.5, 3.0) if os.environ.get("PROVE") else (10, 30)
# Where each statement takes 0.2 seconds more, a page takes that as often as it asks.
SLOWLY = 60


@pytest.fixture
def faulty(database_url):
    """A proxy before the server that the tests use."""
    url = make_url(database_url)
    host = url.query.get("host") or url.host
    with Faulty(f"{host}/.s.PGSQL.5432" if host.startswith("/") else host, url.port or 5432) as it:
        yield it


@pytest.fixture
def machine(app, port, tmp_path, faulty, make_post, owner):
    """The blog in two workers, which reach their database through the proxy."""
    for number in range(3):
        make_post(f"Post {number}", slug=f"post-{number}", authors=[owner.author])
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    through = url.set(host=faulty.host, port=faulty.port, query={}, username="postgres")
    address = through.render_as_string(hide_password=False)
    with Machine(app, port, tmp_path / "gunicorn.log", BLOG_DATABASE_URL=address) as machine:
        yield machine


def at_once(*asked):
    """Ask all at the same time; return the answers."""
    answers = [None] * len(asked)

    def ask(place, each):
        answers[place] = each()

    threads = [threading.Thread(target=ask, args=pair) for pair in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


LONG = [pytest.param(way, marks=pytest.mark.prove) for way in ("reset", "half", "rubbish", "slow")]


@pytest.mark.parametrize("mode", ["refuse", "hang", *LONG])
def test_people_are_answered_at_once_nothing_is_lost_and_it_ends_by_itself(
    machine, faulty, owner_at, mode
):
    owner, reader, stranger = owner_at(machine), Visitor(machine), Visitor(machine).open_door()
    draft = owner.post("/write/posts/new", title="Draft", body=TEXT).id
    until(lambda: "Post 2" in reader.get("/").text)
    # As it is after the last change.
    machine.keep_in_each("/posts/post-0")

    faulty.mode, faulty.delay = mode, 0.1
    rounds = range(1 if mode == "slow" else 3)
    said = [
        each for number in rounds for each in ask_all(owner, reader, stranger, draft, mode, number)
    ]

    for name, each in said:
        told = (mode, name, each.status, round(each.seconds, 2), each.text[:300])
        if name == "kept":
            assert each.status == 200, told
        elif mode == "slow":
            assert each.status in {200, 303, 422, 503}, told
        else:
            assert each.status == 503, told
            assert int(each.headers["retry-after"]) > 0, told
            assert "Traceback" not in each.text
        is_late = mode == "slow" and name != "kept"
        assert each.seconds < (SLOWLY if is_late else AT_MOST), told
        if name == "save" and each.status == 503:
            typed = parse(each.text).select_one("textarea[name=body]").get_text().strip()
            assert typed.startswith(f"{mode} "), told
        if name == "journal" and each.status == 503:
            # Who is turned away at the door is told by a page, which the editor takes the same way.
            is_script = "json" in each.headers["content-type"]
            assert not is_script or each.json["retry"], told

    faulty.mode = "pass"
    until(lambda: is_well(owner, reader, draft), seconds=AGAIN)

    saved = owner.post("/write/posts/new", title=f"After {mode}", body=TEXT)
    assert saved.status == 303
    db.session.rollback()
    titles = db.session.scalars(db.select(Post.title)).all()
    assert titles.count(f"After {mode}") == 1
    acknowledged = sum(name == "save" and each.status == 303 for name, each in said)
    assert titles.count(f"Saved {mode}") == acknowledged


def is_well(owner, reader, draft):
    pages = [reader.get(f"/?q=well{number}", patience=2) for number in range(2)]
    editors = [owner.get(f"/write/posts/{draft}", patience=2) for _ in range(2)]
    return {each.status for each in pages + editors} == {200}


def ask_all(owner, reader, stranger, draft, word, number):
    """Whoever comes at one moment; their names, and what they were told."""
    burst = {"client": f"client-{word}-{number}", "sequence": 1, "base": 0, "fields": {}}
    asked = {
        "kept": lambda: reader.get("/posts/post-0"),
        "uncached": lambda: reader.get(f"/?q={word}{number}", patience=90),
        "desk": lambda: owner.get("/write", patience=90),
        "editor": lambda: owner.get(f"/write/posts/{draft}", patience=90),
        "save": lambda: owner.post(
            "/write/posts/new", title=f"Saved {word}", body=f"{word} {TEXT}", patience=30
        ),
        "journal": lambda: owner.send(
            f"/write/posts/{draft}/journal", burst | {"body": None}, patience=30
        ),
        "sign-in": lambda: stranger.post("/login", email="a@example.com", password="x" * 20),
    }
    if word == "slow":  # so that each waits for no other
        return [(name, each()) for name, each in asked.items()]
    return list(zip(asked, at_once(*asked.values()), strict=True))
