"""The memory for answers holds so many bytes, and what readers come back to."""

import pytest

from blogapp.caching.answers import Answer
from blogapp.caching.shelf import Shelf

KILOBYTE = 1_000
HEADERS = [("Content-Type", "text/html")]


def page(size=10 * KILOBYTE, token="a"):
    return Answer("200 OK", HEADERS, b"x" * size, token=token, is_compared=True)


@pytest.fixture
def shelf():
    """Room for about eight pages of ten kilobytes."""
    return Shelf(100 * KILOBYTE)


def test_what_is_put_in_is_found(shelf):
    first = page()

    shelf.put("/?", first)

    assert shelf.find("/?") is first
    assert shelf.find("/tags?") is None


def test_it_never_holds_more_than_its_limit(shelf):
    for number in range(200):
        shelf.put(f"/?page={number}", page(1_000 * (number % 12)))
        if number % 3:
            shelf.find(f"/?page={number}")
        assert 0 < shelf.bytes <= shelf.limit

    assert shelf.bytes == sum(
        shelf.peek(key).size + 2 * len(key) + 400
        for key in [f"/?page={number}" for number in range(200)]
        if key in shelf
    )


def test_a_coding_that_is_made_later_counts(shelf):
    answer = page()
    shelf.put("/?", answer)
    before = shelf.bytes

    answer.coded("br")
    shelf.weigh("/?", answer)

    assert shelf.bytes > before


def test_reading_through_everything_once_throws_out_nothing_that_is_read_again(shelf):
    for key in ("/?", "/tags?"):
        shelf.put(key, page())
        shelf.find(key)

    for number in range(1_000):
        shelf.put(f"/?page={number}", page())

    assert "/?" in shelf
    assert "/tags?" in shelf


def test_what_was_read_longest_ago_goes_first(shelf):
    keys = [f"/?page={number}" for number in range(7)]
    for key in keys:
        shelf.put(key, page())
        shelf.find(key)
    shelf.find(keys[0])

    for number in range(7, 9):
        shelf.put(f"/?page={number}", page())
        shelf.find(f"/?page={number}")

    assert keys[0] in shelf
    assert keys[1] not in shelf


def test_one_huge_answer_does_not_empty_it(shelf):
    for key in ("/?", "/tags?"):
        shelf.put(key, page())

    shelf.put("/feed.xml?limit=1000", page(90 * KILOBYTE))

    assert len(shelf) == 2
    assert "/feed.xml?limit=1000" not in shelf


def test_an_answer_that_became_huge_is_let_go(shelf):
    shelf.put("/?", page())

    shelf.put("/?", page(90 * KILOBYTE, token="b"))

    assert len(shelf) == shelf.bytes == 0


def test_what_is_made_anew_stays_where_it_was(shelf):
    shelf.put("/?", page())
    shelf.find("/?")

    new = page(token="b")
    shelf.put("/?", new)

    assert shelf.proven["/?"] is new
    assert len(shelf) == 1


def test_without_room_nothing_is_kept():
    shelf = Shelf(0)

    shelf.put("/?", page())

    assert shelf.find("/?") is None
    assert shelf.bytes == 0
