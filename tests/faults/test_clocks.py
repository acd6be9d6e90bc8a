"""Clocks that jump: what is planned appears by the machine's clock, once, and nobody is sent away.

The server asks another clock for the time of day; that which only counts goes on.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.site.models import Site
from tests.crowds import until
from tests.faults.machine import Machine, Visitor

pytestmark = pytest.mark.prove
# Half an hour before clocks go forward in Berlin.
BEFORE_SPRING = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def set_clock(tmp_path):
    """Put the server's clock to a moment: ``set_clock(moment)``; it goes on from there."""
    file = tmp_path / "clock"

    def put(moment):
        away = moment - datetime.now(UTC)
        file.write_text(f"{away.total_seconds():f}")

    put.file = file
    return put


@pytest.fixture
def machine(app, port, tmp_path, set_clock):
    db.session.add(Site(id=1, title="Plumbline", time_zone="Europe/Berlin"))
    db.session.commit()
    set_clock(BEFORE_SPRING)
    machine = Machine(app, port, tmp_path / "gunicorn.log", CLOCK=str(set_clock.file))
    machine.wsgi = "tests.faults.clocked:make_app()"
    with machine:
        yield machine


def test_what_is_planned_appears_by_the_clock_once_and_people_stay_signed_in(
    machine, owner_at, set_clock
):
    owner, reader = owner_at(machine), Visitor(machine)
    # Ten past one in the morning is the last hour of winter, ten past three the first of summer.
    planned = datetime(2027, 3, 28, 3, 10, tzinfo=BERLIN)
    said = owner.post(
        "/write/posts/new/publication", title="Planned", body="Text.", when="later",
        date="2027-03-28", time="03:10",
    )  # fmt: skip
    address = f"/posts/{slug_of(said.id)}"
    at = planned.astimezone(UTC)

    def shown():
        return [reader.get(address).status for _ in range(4)] + [
            404 if "Planned" not in reader.get("/feed.xml").text else 200
        ]

    def becomes(status):
        until(lambda: set(shown()) == {status}, seconds=10, why=f"{shown()}")

    becomes(404)
    set_clock(at - timedelta(hours=1, seconds=40))  # backwards by most of an hour, or forwards
    becomes(404)
    set_clock(at - timedelta(seconds=20))
    assert set(shown()) == {404}
    set_clock(at + timedelta(seconds=1))
    becomes(200)
    machine.kill()
    machine.start()
    becomes(200)
    assert reader.get("/feed.xml").text.count("</entry>") == 1

    set_clock(at + timedelta(days=1))
    assert owner.get("/write").status == 200
    saved = owner.post("/write/posts/new", title="Tomorrow", body="Text.").id
    set_clock(at + timedelta(minutes=5))
    assert owner.get("/write").status == 200
    again = owner.post(f"/write/posts/{saved}", **owner.open(saved), title="Today", body="Other.")
    assert again.status == 303
    db.session.rollback()
    assert db.session.get(Post, saved).title == "Today"
    becomes(200)


def slug_of(id):
    db.session.rollback()
    return db.session.get(Post, id).slug
