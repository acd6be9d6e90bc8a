"""The cost of a text grows with its length: counted in calls, which no busy machine changes."""

import sys

import pytest

from blogapp.text.code_blocks import CodeBlocks
from blogapp.text.extending import make_markdown

UNITS = (
    *("[", "![", "]", "](", "[a](", "[a](b '", "[a][", "[a] ", "[^a]", "*a ", "a* ", "**a *b "),
    *(
        "_a*b ",
        "*a _b* c_ ",
        "~~a ",
        "`a ",
        "<",
        "<a ",
        "<a b='",
        "<!--",
        "&",
        "&amp;",
        "\\",
        '"a ',
    ),
    *("'a ", "a... ", " -- ", ":a", "http://a.b/( ", "a@b.c ", "> a\n", ">", "- a\n", "- ", "-\n"),
    *("1. a\n", "# a\n", "a\n===\n", "|a|\n|-|\n", "|", "```\n", "<div>\n\n", "    a\n\n", "a  \n"),
    *("[a]: b\n", '[a]: b "\n', "*[a]: b\n", "a\n: b\n", "[^a]: b\n", "{: .a}\n", ":::note\n"),
)
SIZE = 1_500


@pytest.mark.parametrize("unit", UNITS)
def test_four_times_the_text_takes_four_times_the_work(unit):
    calls(unit, SIZE)  # what is set up once is set up

    short, long = calls(unit, SIZE), calls(unit, 4 * SIZE)

    assert long < 4.6 * short + 1_000


def test_marks_that_are_used_cost_no_more_than_those_that_are_not():
    defined = "[a]: b\n*[a1]: c\n\n[^1]: d\n\n"

    short = calls("[a] a1 [^1] ", SIZE, before=defined)
    long = calls("[a] a1 [^1] ", 4 * SIZE, before=defined)

    assert long < 4.6 * short


def calls(unit, size, *, before=""):
    """Return how many functions are called to convert a text of about ``size`` characters."""
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        counted += event in ("call", "c_call")

    markdown = make_markdown(CodeBlocks().take)
    known = sys.getprofile()
    sys.setprofile(count)
    try:
        markdown.convert(before + unit * (size // len(unit)))
    finally:
        sys.setprofile(known)
    return counted
