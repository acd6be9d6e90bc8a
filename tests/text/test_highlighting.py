import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.highlighting import highlight, read_info


def block(code, info=""):
    return BeautifulSoup(highlight(code, info), "html.parser")


def test_a_block_names_its_file_and_language():
    caption = block("x = 1", 'python title="app/main.py"').figcaption

    assert caption.b.text == "app/main.py"
    assert caption.span.text == "Python"


@pytest.mark.parametrize(
    ("info", "lines"),
    [
        ("js {3-5}", [3, 4, 5]),
        ("js{2,5}", [2, 5]),
        ("go {hl_lines=[1]}", [1]),
        ('{.python hl_lines="1 3-4"}', [1, 3, 4]),
        ('go {linenos=table,hl_lines=[2,"4-5"],linenostart=199}', [2, 4, 5]),
        ('py hl="4-5"', [4, 5]),
    ],
)
def test_lines_are_highlighted_in_any_usual_spelling(info, lines):
    marked = block("a\nb\nc\nd\ne", info).select(".line")

    assert [n for n, line in enumerate(marked, 1) if "line--highlighted" in line["class"]] == lines


@pytest.mark.parametrize(
    ("info", "language"),
    [("yaml=", "yaml"), ("clike=", "clike"), ("c++", "c++"), ("{r}", "r"), ("js{1}", "js")],
)
def test_the_first_word_is_the_language(info, language):
    assert read_info(info).language == language


def test_an_unknown_language_is_plain_text_under_its_own_name():
    shown = block("mov a, b", "rgbasm")

    assert shown.figcaption.text == "rgbasm"
    assert not shown.select(".line span")


def test_a_difference_keeps_its_signs():
    lines = block("-old\n+new\n same", "diff").select(".line")

    assert [line.text for line in lines] == ["-old\n", "+new\n", " same\n"]
    assert "line--removed" in lines[0]["class"]
    assert "line--added" in lines[1]["class"]


def test_a_huge_block_is_shown_without_colours():
    assert not block("x = 1\n" * 20_000, "python").select(".line span")


@given(st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"])))
def test_the_code_is_copied_as_it_was_written(code):
    for info in ("", "python", "console", "diff"):
        assert block(code, info).pre.text == code.strip("\n") + "\n"
