from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.merging import Part, both, common, merge
from blogapp.text.words import cut

STORY = (
    "# A stale read\n\nThe price was wrong for nine seconds.\n\n"
    "## One wrong price\n\nA customer saw 12 euros. The shop said 14.\n\n"
    "## What we changed\n\nWe read from the primary now.\n"
)

texts = st.text(st.sampled_from("ab \n.é😀"), max_size=40)


@st.composite
def edited(draw, text, letters):
    """``text`` after a few edits that put in only ``letters``."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        put = draw(st.text(st.sampled_from(letters), max_size=5))
        text = text[:start] + put + text[end:]
    return text


@st.composite
def trios(draw):
    """A text and what two people made of it, each with letters of their own."""
    ancestor = draw(texts)
    return ancestor, draw(edited(ancestor, "XYZ \n")), draw(edited(ancestor, "123 \n"))


@given(texts, texts)
def test_who_changed_nothing_changes_nothing(one, other):
    assert merge(one, one, other).text == other
    assert merge(one, other, one).text == other
    assert merge(one, other, other).text == other
    assert merge(one, one, other).is_clean
    assert merge(one, other, one).is_clean
    assert merge(one, other, other).is_clean


@given(trios())
def test_which_side_is_which_makes_no_difference(trio):
    ancestor, theirs, yours = trio

    one, other = merge(ancestor, theirs, yours), merge(ancestor, yours, theirs)

    assert one.is_clean == other.is_clean
    if one.is_clean:
        assert one.text == other.text


@given(trios())
def test_nothing_that_either_side_wrote_is_lost_in_a_clean_merge(trio):
    ancestor, theirs, yours = trio

    merged = merge(ancestor, theirs, yours)

    if merged.is_clean:
        kept = Counter(merged.text)
        assert all(kept[c] == n for c, n in Counter(theirs).items() if c in "XYZ")
        assert all(kept[c] == n for c, n in Counter(yours).items() if c in "123")


@given(trios())
def test_the_parts_of_a_merge_are_the_three_texts_again(trio):
    merged = merge(*trio)

    for name, text in zip(("ancestor", "theirs", "yours"), trio, strict=True):
        assert "".join(getattr(part, name) for part in merged.parts) == text


@given(st.text())
def test_words_are_the_text_again(text):
    assert "".join(cut(text)) == text


@pytest.mark.parametrize(
    ("theirs", "yours"),
    [
        (("nine seconds", "eleven seconds"), ("the primary", "the leader")),
        (("12 euros", "12.00 euros"), ("said 14", "said 14.50")),
        (("A customer", "One customer"), ("said 14.", "said 14. So we looked.")),
        (("## One wrong price\n\n", ""), ("primary now", "primary")),
    ],
)
def test_changes_in_different_places_are_both_kept(theirs, yours):
    merged = merge(STORY, STORY.replace(*theirs), STORY.replace(*yours))

    assert merged.is_clean
    assert merged.text == STORY.replace(*theirs).replace(*yours)


def test_two_words_for_one_are_a_conflict_of_that_word_alone():
    merged = merge(STORY, STORY.replace("nine", "ten"), STORY.replace("nine", "eleven"))

    [conflict] = merged.conflicts
    assert (conflict.ancestor, conflict.theirs, conflict.yours) == ("nine", "ten", "eleven")


def test_what_one_took_out_and_the_other_changed_is_a_conflict():
    gone = STORY.replace("A customer saw 12 euros. The shop said 14.\n\n", "")

    merged = merge(STORY, gone, STORY.replace("12 euros", "13 euros"))

    assert not merged.is_clean


def test_two_paragraphs_at_the_end_are_a_conflict():
    merged = merge(STORY, STORY + "\nMine.\n", STORY + "\nYours.\n")

    [conflict] = merged.conflicts
    assert (conflict.theirs, conflict.yours) == ("Mine", "Yours")


def test_who_began_alike_and_went_on_alone_is_followed():
    merged = merge(STORY, STORY + "\nThen we", STORY + "\nThen we slept.")

    assert merged.text == STORY + "\nThen we slept."


def test_two_rewritten_sentences_are_decided_about_once():
    theirs = STORY.replace("A customer saw 12 euros.", "Somebody was shown 12 coins.")
    yours = STORY.replace("A customer saw 12 euros.", "A reader noticed 12 dollars.")

    assert len(merge(STORY, theirs, yours).conflicts) == 1


@pytest.mark.parametrize("separator", ["\n", "\n\n", " "])
def test_a_megabyte_changed_everywhere_by_both_is_merged(separator):
    count = 1_000_000 // 20
    lines = [f"line {n:06} goes on" for n in range(count)]
    theirs = [f"{line}!" if n % 3 == 0 else line for n, line in enumerate(lines)]
    yours = [f"{line}?" if n % 3 == 1 else line for n, line in enumerate(lines)]

    merged = merge(*(separator.join(text) for text in (lines, theirs, yours)))

    assert sum(part.theirs.count("!") for part in merged.parts) == len(lines[::3])
    assert sum(part.yours.count("?") for part in merged.parts) == len(lines[1::3])


@pytest.mark.parametrize("texts", [("a\n", "b\n", "c\n"), ("a b ", "a c ", "a d ")])
def test_a_megabyte_of_the_same_over_and_over_takes_no_time(texts):
    merged = merge(*(text * 200_000 for text in texts))

    assert not merged.is_clean


def test_what_two_texts_share_is_what_they_may_have_grown_out_of():
    assert common("one\ntwo\nthree\n", "one\n2\nthree\n") == "one\nthree\n"


@pytest.mark.parametrize(
    ("before", "part", "after", "text"),
    [
        ("saw ", ("ten", "eleven"), " euros", "ten eleven"),
        ("end.\n\n", ("Mine.", "Yours."), "\n", "Mine.\n\nYours."),
        ("- one\n", ("- two", "- three"), "\n", "- two\n- three"),
        ("saw ", ("", "eleven"), " euros", "eleven"),
    ],
)
def test_both_sides_stand_apart_from_each_other(before, part, after, text):
    assert both(Part("conflict", "", *part), before, after) == text


def test_conflicts_beyond_number_are_decided_about_together():
    lines = [f"line {n} goes on" for n in range(50)]
    sides = ["\n".join(f"{line} {word}" for line in lines) for word in ("here", "there")]
    merged = merge("\n".join(lines), *sides)

    few = merged.gathered(7)

    assert len(merged.conflicts) == 50
    assert len(few.conflicts) == 7
    assert few.resolved([part.yours for part in few.conflicts]) == sides[1]
    assert few.resolved([part.theirs for part in few.conflicts]) == sides[0]
