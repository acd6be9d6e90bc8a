"""What is cut and marked is the author's text, and an address finds it again."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.folding import fold
from blogapp.text.marking import (
    ELLIPSIS,
    LONGEST_PASSAGE,
    FoldedLine,
    Part,
    Span,
    cut,
    fragment,
    is_within_character,
    mark,
)

FAMILY = "👩‍👩‍👧"
FLAGS = "🇩🇪🇫🇷"
PIECES = [
    "lease ",
    "Café ",
    "e\u0301",
    FAMILY,
    FLAGS,
    "ß",
    "İ",
    "日本語",
    "x" * 40,
    "a-b, ",
    "\t",
    "ﬁ",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


@st.composite
def texts_with_spans(draw):
    text = draw(TEXTS)
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    pairs = [sorted(pair) for pair in draw(st.lists(places, max_size=8))]
    return text, [Span(a, b, n % 3) for n, (a, b) in enumerate(pairs) if a < b]


@given(texts_with_spans())
def test_marking_loses_and_invents_nothing(given_text):
    text, spans = given_text

    parts = mark(text, spans)

    assert "".join(part.text for part in parts) == text
    marked = {at for span in spans for at in range(span.start, span.end)}
    at = 0
    for part in parts:
        assert part.text
        places = range(at, at + len(part.text))
        assert all((place in marked) == part.marked for place in places)
        at += len(part.text)


@given(texts_with_spans())
def test_a_cut_is_a_stretch_of_the_text_with_ellipses_where_it_was_cut(given_text):
    text, spans = given_text

    stretch = cut(text, spans)

    kept = "".join(part.text for part in stretch.parts if part != Part(ELLIPSIS))
    assert kept in text
    assert len(kept) <= LONGEST_PASSAGE
    if len(text) > LONGEST_PASSAGE:
        assert Part(ELLIPSIS) in stretch.parts
    else:
        assert kept == text
    if spans and min(span.end - span.start for span in spans) <= LONGEST_PASSAGE // 2:
        assert any(part.marked for part in stretch.parts)


@given(TEXTS)
def test_folding_a_line_finds_its_way_back(text):
    line = FoldedLine(text)

    for at in range(len(line.text)):
        start, end = line.in_source(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert not is_within_character(text, start)
        assert not is_within_character(text, end)
        assert fold(line.text[at]) in fold(text[start:end])


@given(texts_with_spans())
def test_an_address_names_the_marked_text_whatever_it_holds(given_text):
    text, spans = given_text

    address = fragment("part", text, spans)

    name, _, directives = address.partition(":~:")
    assert name == "part"
    assert address.isascii()
    for directive in filter(None, directives.split("&")):
        parts = directive.removeprefix("text=").split(",")
        start = [p for p in parts if not p.startswith("-") and not p.endswith("-")]
        assert len(start) == 1
        assert "-" not in start[0]
        assert unquote(start[0]) in " ".join(text.split())


@pytest.mark.parametrize("character", ["e\u0301", FAMILY, "👍🏽", "🇩🇪", "각", "नि"])
def test_what_people_see_as_one_character_is_not_torn(character):
    text = f"x{character}x"

    cuts = [at for at in range(1, len(text)) if not is_within_character(text, at)]

    assert cuts == [1, len(text) - 1]


def test_flags_are_told_apart():
    assert [at for at in range(1, 4) if not is_within_character(FLAGS, at)] == [2]


def test_a_cut_holds_the_stretch_where_most_was_found_and_whole_words():
    text = f"A lease. {'word ' * 100}Then a lease and its token are here. {'more ' * 100}"
    spans = [Span(2, 7, 0), Span(text.index("lease and"), text.index(" and its"), 0)]
    spans.append(Span(text.index("token"), text.index(" are"), 1))

    parts = cut(text, spans).parts

    assert [part.text for part in parts if part.marked] == ["lease", "token"]
    assert parts[0] == parts[-1] == Part(ELLIPSIS)
    assert parts[1].text.startswith("word ")
    assert parts[-2].text.endswith((" more", " word"))


def test_syntax_of_directives_is_escaped_in_text():
    text = "well-known, a & b - so; it’s 100 % Café"

    address = fragment("", text, [Span(0, 10, 0), Span(14, 15, 1), Span(35, 39, 2)])

    assert address == (
        ":~:text=well%2Dknown,-%2C%20a%20%26"
        "&text=well%2Dknown%2C%20a-,%26,-b%20%2D%20so%3B"
        "&text=it%E2%80%99s%20100%20%25-,Caf%C3%A9"
    )


def test_a_directive_names_whole_words_because_browsers_find_no_others():
    assert fragment("", "use errgroup.Wait() here", [Span(13, 17, 0)]) == (
        ":~:text=use-,errgroup.Wait,-%28%29%20here"
    )


def test_what_goes_on_without_a_gap_is_not_named():
    text = "see " + "word." * 1_000 + " and word here"

    inside = [Span(at, at + 4, 0) for at in (4, 2_504)]
    address = fragment("top", text, [*inside, Span(5_009, 5_013, 0)])

    assert address == "top:~:text=and-,word,-here"


def test_symbols_are_named_with_the_words_beside_them():
    assert fragment("", "v = std::max(a, b)", [Span(7, 9, 0)]) == (
        ":~:text=v%20%3D-,std%3A%3Amax,-%28a%2C%20b%29"
    )


def test_the_words_around_end_where_code_keeps_a_run_of_blanks():
    assert fragment("", "x = 1    ERROR:  lost now", [Span(9, 14, 0)]) == (
        ":~:text=x%20%3D%201-,ERROR,-%3A"
    )
