import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.splicing import OutOfPlace, back, forth, splices, type_into

texts = st.text(st.sampled_from("ab\n é😀\u0301"), max_size=60)
long_texts = st.lists(
    st.sampled_from(["one line\n", "another 😀\n", "\n", "x" * 90 + "\n"]), max_size=60
)


@given(texts, texts)
def test_a_change_is_made_and_taken_back(old, new):
    assert forth(old, splices(old, new)) == new
    assert back(new, splices(old, new)) == old


@given(long_texts, long_texts)
def test_a_long_change_is_made_and_taken_back(old, new):
    old, new = "".join(old), "".join(new)

    assert forth(old, splices(old, new)) == new
    assert back(new, splices(old, new)) == old


def test_of_a_long_change_little_is_kept():
    old = "".join(f"line {n}\n" for n in range(2_000))
    new = "first\n" + old.replace("line 1000\n", "") + "last\n"

    assert sum(len(gone) + len(put) for _, gone, put in splices(old, new)) < 100


@given(st.text(max_size=20), st.data())
def test_places_are_counted_as_browsers_count_them(text, data):
    units = text.encode("utf-16-le", "surrogatepass")
    start = data.draw(st.integers(0, len(units) // 2))
    removed = data.draw(st.integers(0, len(units) // 2 - start))
    typed = type_into(text, start, removed, "x😀")

    same_length = len(units) // 2 - removed + 3
    assert len(typed.encode("utf-16-le")) // 2 == same_length
    assert not any(0xD800 <= ord(c) < 0xE000 or c == "\0" for c in typed)


@pytest.mark.parametrize(("start", "removed"), [(4, 0), (0, 4), (-1, 0), (2, 2), (0, -1)])
def test_a_place_past_the_end_is_none(start, removed):
    with pytest.raises(OutOfPlace):
        type_into("abc", start, removed, "x")
