from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.drawing import Block, bars_of, draw, from_json, to_json
from blogapp.text.dressing import Heading
from blogapp.text.markdown import render

HEADINGS = (Heading(2, "measuring", "Measuring"), Heading(2, "fixing", "Fixing"))
OUTLINE = (
    Block(0, "prose", 200.0, (10, 30)),
    Block(1, "code", 210.0, (20, 40, 80)),
    Block(1, "figure", 110.0),
    Block(2, "list", 140.0),
    Block(2, "prose", 340.0, (12,)),
)

blocks = st.builds(
    Block,
    st.integers(0, 4),
    st.sampled_from(["prose", "list", "code", "figure"]),
    st.floats(0, 5000),
    st.lists(st.integers(0, 300), max_size=20).map(tuple),
)


def bars(drawing, key):
    return [tall for _, tall, _ in bars_of(drawing.paths.get(key, ""))]


def test_prose_is_low_code_tall_and_figures_are_framed():
    drawing = draw(OUTLINE, HEADINGS, columns=50, height=100)

    assert all(16 <= bar <= 50 for bar in bars(drawing, "p"))
    assert all(48 <= bar <= 100 for bar in bars(drawing, "c"))
    assert set(bars(drawing, "l")) == {12, 42}
    assert drawing.paths["f"].count("z") == 1


def test_longer_lines_of_code_make_taller_bars():
    drawing = draw((Block(0, "code", 70, (5, 20, 40, 80)),), (), columns=8, height=100)

    assert bars(drawing, "c") == sorted(bars(drawing, "c"))
    assert bars(drawing, "c")[0] < bars(drawing, "c")[-1] == 100


def test_sections_stand_apart_and_say_where_they_begin():
    drawing = draw(OUTLINE, HEADINGS, columns=50, height=40)

    assert drawing.width == 200
    assert [title for _, title, _ in drawing.sections] == ["", "Measuring", "Fixing"]
    starts = [x for x, _, _ in drawing.sections]
    assert starts == sorted(starts)
    for start in starts[1:]:
        stand = [x for path in drawing.paths.values() for x, _, _ in bars_of(path)]
        assert start - 2 not in stand


def test_the_label_says_it_in_words():
    assert draw(OUTLINE, HEADINGS, columns=50, height=40).label == "2 sections, 21 % code, 1 figure"
    assert draw((), (), columns=50, height=40).label == "Nothing written yet"


def test_the_shares_of_the_picture_are_those_of_the_text():
    outline = (Block(0, "prose", 300, (10,)), Block(0, "code", 100, (40,)))

    drawing = draw(outline, (), columns=100, height=40)

    assert len(bars(drawing, "p")) == 75
    assert len(bars(drawing, "c")) == 25


def test_a_post_is_drawn_from_its_text():
    post = render("Intro.\n\n## Code\n\n```\na\nb\n```\n\n## Picture\n\n![x](x.png)\n")

    drawing = draw(post.outline, post.headings, columns=44, height=40)

    assert drawing.label == "2 sections, 11 % code, 1 figure"
    assert [id for _, _, id in drawing.sections] == ["", "code", "picture"]


@given(st.lists(blocks, max_size=30), st.integers(1, 200), st.integers(10, 200))
def test_any_outline_can_be_drawn_kept_and_read_again(outline, columns, height):
    outline.sort(key=lambda block: block.section)

    drawing = draw(outline, HEADINGS, columns=columns, height=height)

    assert from_json(to_json(drawing)) == drawing
    assert drawing == draw(outline, HEADINGS, columns=columns, height=height)
    assert all(x < drawing.width for x, _, _ in drawing.sections)
    for path in drawing.paths.values():
        assert all(0 <= x < drawing.width and tall <= height for x, tall, _ in bars_of(path))
