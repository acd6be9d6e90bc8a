import pytest

from blogapp.media import drawings
from blogapp.text.snippets import BadSnippet, read_snippet
from blogapp.web import explaining
from blogapp.web.explaining import explain

# What it holds is the same whichever database stands behind it.

DRAWINGS = [
    b"<svg",
    b"<p xmlns='http://www.w3.org/1999/xhtml'/>",
    b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    b"<?php x?><svg xmlns='http://www.w3.org/2000/svg'/>",
    b"<svg xmlns='http://www.w3.org/2000/svg'><a href='javascript:x()'/></svg>",
    b"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://x.example/a'/></svg>",
    b"<svg xmlns='http://www.w3.org/2000/svg'><style>a { b: url(https://x.example) }</style></svg>",
]
SNIPPETS = [
    "<script>x",
    "<p>",
    "</script>",
    '<script src="https://x.example/a">x</script>',
    "words",
    "<!doctype html>",
    "<?php",
    '<link onclick="x">',
    '<meta name="a" name="b">',
]


@pytest.fixture
def spoken(app, monkeypatch):
    """What was translated, instead of its translation."""
    texts = []
    monkeypatch.setattr(explaining, "translate", lambda text: texts.append(text) or text)
    return texts


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_what_is_wrong_with_a_drawing_can_be_translated(spoken, drawing):
    with pytest.raises(drawings.NotInert) as error:
        drawings.check(drawing)

    assert explain(error.value) == str(error.value)
    assert len(spoken) == 1


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_what_is_wrong_with_a_snippet_can_be_translated(spoken, snippet):
    with pytest.raises(BadSnippet) as error:
        read_snippet(snippet)

    assert explain(error.value) == str(error.value)
    assert len(spoken) == 1


def test_what_nobody_has_translated_is_said_as_it_is(spoken):
    assert explain(ValueError("100 % of <this>")) == "100 % of <this>"
    assert spoken == []
