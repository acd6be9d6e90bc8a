from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.differences import compare, count_words


def text_of(line):
    return "".join(span.text for span in line.spans)


def changed(lines, kind):
    return [s.text for line in lines if line.kind == kind for s in line.spans if s.changed]


def test_words_that_differ_are_marked_within_their_line():
    lines = compare("It waited twenty seconds.", "It waited thirty seconds.")

    assert changed(lines, "removed") == ["twenty"]
    assert changed(lines, "added") == ["thirty"]


def test_lines_far_from_a_difference_are_left_out_and_counted():
    shared = "\n".join(f"line {n}" for n in range(20))

    lines = compare(f"{shared}\nold", f"{shared}\nnew")

    assert [line.kind for line in lines] == ["skipped", "same", "same", "removed", "added"]
    assert lines[0].count == 18


def test_texts_that_agree_are_one_skipped_passage():
    assert [line.count for line in compare("a\nb", "a\nb") if line.kind == "skipped"] == [2]


def test_a_very_long_difference_is_shown_whole_rather_than_compared_for_minutes():
    old = "\n".join(f"a{n}" for n in range(20_000))
    new = "\n".join(f"b{n}" for n in range(20_000))

    lines = compare(old, new)

    assert len(lines) == 40_000


def test_words_are_told_apart_in_every_one_of_many_long_paragraphs():
    old = "\n".join(f"same {n}\n" + " ".join(f"a{m}" for m in range(250)) for n in range(60))
    new = old.replace("a9 ", "b9 ").replace("a200 ", "b200 ")

    added = [line for line in compare(old, new) if line.kind == "added"]

    changed = [[span.text for span in line.spans if span.changed] for line in added]
    assert changed == [["b9", "b200"]] * 60


@given(st.text("ab \n.", max_size=40), st.text("ab \n.", max_size=40))
def test_no_word_of_either_text_is_lost(theirs, yours):
    lines = compare(theirs, yours)

    shown = [text_of(line) for line in lines if line.kind == "removed"]
    kept = sum(line.count or 1 for line in lines if line.kind in ("same", "skipped"))
    assert len(shown) + kept == len(theirs.split("\n"))
    for kind, text in (("removed", theirs), ("added", yours)):
        for line in lines:
            assert line.kind != kind or text_of(line) in text.split("\n")


def test_each_changed_line_stands_above_the_one_that_took_its_place():
    old = "one quick brown fox\n\ntwo lazy dogs here\n\nthree more lines"
    new = "one quick red fox\n\ntwo lazy cats here\n\nthree more lines"

    lines = [line for line in compare(old, new) if line.kind != "same"]

    assert [(line.kind, text_of(line)) for line in lines] == [
        ("removed", "one quick brown fox"),
        ("added", "one quick red fox"),
        ("removed", "two lazy dogs here"),
        ("added", "two lazy cats here"),
    ]


def test_words_that_stand_often_do_not_hide_what_agrees():
    old = "the lease of the lock " * 60
    new = old.replace("lock", "clock", 1)

    assert changed(compare(old, new), "added") == ["clock"]


def test_a_word_is_counted_where_it_stands_and_not_what_is_between():
    assert count_words("a, b", "a; b") == (0, 0)
    assert count_words("", "one two") == (2, 0)
    assert count_words("a b\nc d", "c d\na b") == (2, 2)
