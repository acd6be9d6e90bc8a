"""What of a text can be searched for."""

import pytest

from blogapp.text.terms import code, code_words, marks, words


@pytest.mark.parametrize(
    "unit", ["a", "Ab", "deadBEEF01", "-", "->", "--a-", "a+", "a#", "@a", ".", "数", "é", "a_"]
)
def test_a_megabyte_of_one_thing_is_read_at_once(unit):
    text = unit * (1_000_000 // len(unit))

    # What looks back over a run for each of its characters would be at it for hours.
    for read in (marks, words, code_words, code):
        assert read(text) is not None


def test_names_are_found_by_their_parts():
    assert marks("getUserName HTTPServer plain") == ["get", "user", "name", "http", "server"]
