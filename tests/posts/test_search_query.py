from hypothesis import example, given
from hypothesis import strategies as st

from blogapp.posts.search_query import Term, parse

# Pieces of which searches are made, right and wrong, so that chance meets the grammar.
PIECES = [
    *(
        "wal",
        "Café",
        "C++",
        "->next",
        "::",
        "--amend",
        "-redis",
        "日本語",
        "שלום",
        "👩‍💻",
        "e\u0301",
    ),
    *('"', "“", "”", "„", "«", "»", "「", "」", "＂", '-"', "-", "－", "\u2212", "–", "--", "'"),
    *("tag:", "-tag:", "TAG：", "domain:", "lang:", "in:", "in:title", "-in:code", "before:"),
    *("after:", "-before:", "2025", "2025-06", "2025/6/1", "2025-13", "0000", "foo:", ":", "//"),
    *(" ", "  ", "\u3000", "\t", "\0", "\u202e", "\u200b", "\ud800", "title,code", "a:b", "\\"),
]
SEARCHES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


@given(SEARCHES)
@example('tag:":x"')
@example("tag:a「b c」")
@example('"ab"' * 400)
@example(" ".join(f'"{n}"' + "x" * 70 for n in range(16)))
@example('-"a b"-c')
def test_any_text_is_a_search_and_its_one_spelling_reads_back(text):
    query = parse(text)

    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(SEARCHES)
def test_what_is_looked_for_stands_in_the_text_and_is_no_blank(text):
    for term in parse(text).terms:
        assert term.text == " ".join(term.text.split()) != ""


def test_words_phrases_and_what_is_left_out():
    query = parse('lease "fencing token" -redis -"split brain"')

    assert query.words == ("lease",)
    assert query.phrases == ("fencing token",)
    assert query.excluded == (
        Term("redis", excluded=True),
        Term("split brain", phrase=True, excluded=True),
    )
