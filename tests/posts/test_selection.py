from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.posts.selection import KEYS as KEYS_READ
from blogapp.posts.selection import Cursor, MalformedSelection, Selection


def canonical(query):
    return urlencode(Selection.parse(parse_qsl(query, keep_blank_values=True)).pairs())


def test_parameters_stand_in_one_order_with_sorted_tags():
    query = "sort=oldest&year=2026&tag=wal&domain=data&tag=cache&not=dns&match=any&kind=note"

    assert canonical(query) == (
        "tag=cache&tag=wal&match=any&not=dns&domain=data&kind=note&year=2026&sort=oldest"
    )


@pytest.mark.parametrize(
    "query",
    [
        *("match=all", "sort=newest", "view=", "page=1", "through=1", "domain=&tag="),
        *("utm_source=mail", "fragment=results", "sort=relevance"),
    ],
)
def test_defaults_and_unknown_keys_are_left_out(query):
    assert canonical(query) == ""


def test_a_search_is_sorted_by_relevance_unless_told_otherwise():
    assert canonical("q=lease&sort=relevance") == "q=lease"
    assert canonical("q=lease&sort=newest") == "q=lease&sort=newest"


def test_tags_that_differ_in_case_alone_are_one():
    assert canonical("tag=Cache&tag=cache&tag=CACHE") == "tag=Cache"


def test_a_page_by_itself_wins_over_pages_up_to_it():
    assert canonical("page=3&through=5") == "page=3"
    assert canonical("page=1&through=5") == ""


def test_words_are_tidied_and_bounded():
    assert canonical("q=++lease%0A++time+") == "q=lease+time"
    assert len(Selection.parse([("q", "word " * 900)]).q) <= 200


@pytest.mark.parametrize(
    "query",
    [
        *("page=abc", "page=0", "page=-1", "page=9223372036854775808", "page=1e3", "page=²"),
        *("through=0", "through=x", "year=0", "year=20260", "month=13", "month=x", "q=a%00b"),
        *("tag=a%00b", "domain=%07", "after=nonsense", "after=MQ", "match=some", "sort=best"),
        *("view=table", f"tag={'x' * 201}"),
    ],
)
def test_what_cannot_be_meant_is_refused(query):
    with pytest.raises(MalformedSelection):
        Selection.parse(parse_qsl(query))


TEXT = st.text(max_size=30)
KEYS = st.sampled_from((*KEYS_READ, "x"))


@given(st.lists(st.tuples(KEYS, TEXT | st.sampled_from(["1", "2", "any", "oldest", "a"]))))
def test_the_one_spelling_is_its_own_spelling(pairs):
    try:
        selection = Selection.parse(pairs)
    except MalformedSelection:
        return

    again = Selection.parse(selection.pairs())

    assert again == selection
    assert again.pairs() == selection.pairs()


MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


@given(MOMENTS, st.integers(1, 2**62), st.integers(0, 12))
def test_a_cursor_reads_what_it_wrote(moment, id, rank):
    cursor = Cursor(moment, id, rank)

    assert Cursor.parse(str(cursor)) == cursor


@given(st.text(max_size=60))
def test_a_broken_cursor_is_refused_or_is_one(text):
    try:
        cursor = Cursor.parse(text)
    except MalformedSelection:
        return

    assert str(cursor) == text
