"""Two blogs that were given the same Redis, and nobody told them apart."""

import dataclasses
from datetime import UTC, datetime

import pytest

from blogapp import create_app
from blogapp.caching.board import Board, Posted, Turn

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def board_of(config, redis_url):
    """Return the board on which a blog with other settings than these writes."""
    opened = []

    def board_of(**changes):
        app = create_app(dataclasses.replace(config, REDIS_URL=redis_url, **changes))
        opened.append(app.extensions["shared"])
        return Board(opened[-1])

    yield board_of
    for shared in opened:
        shared.hang_up()


@pytest.mark.parametrize(
    "other",
    [
        {"SECRET_KEY": "another secret, that another blog has made"},
        {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://blog:word@db.example:5432/trial"},
    ],
)
def test_none_takes_the_version_of_the_other_for_its_own(board_of, other):
    ours, theirs = board_of(), board_of(**other)

    ours.read().write(((1, 2**60),), NOON, (), is_all=True)

    assert isinstance(theirs.read(), Turn)
    # Another instance of the same blog reads it, whatever the password of its database is.
    assert isinstance(board_of().read(), Posted)


def test_how_the_database_is_opened_makes_no_other_blog(board_of):
    address = "postgresql+psycopg://{}@db.example:5432/blog{}"
    ours = board_of(SQLALCHEMY_DATABASE_URI=address.format("blog:old", ""))
    theirs = board_of(SQLALCHEMY_DATABASE_URI=address.format("web:new", "?sslmode=require"))

    ours.read().write(((1, 2**60),), NOON, (), is_all=True)

    assert isinstance(theirs.read(), Posted)
