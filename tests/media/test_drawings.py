import pytest

from blogapp.media.drawings import NotInert, check


def svg(inside="", **attributes):
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {space} {written}>{inside}</svg>".encode()


@pytest.mark.parametrize(
    "inside",
    [
        "<path d='M0 0h9' fill='url(#shade)'/>",
        "<use href='#a'/><use xlink:href='#a'/>",
        "<style>.a { fill: red }</style>",
        "<text>1 &lt; 2, on time</text>",
        "<image href='data:image/png;base64,iVBORw0KGgo='/>",
        "<animate attributeName='x' from='0' to='10'/>",
        "<!-- a comment --><title>on load</title>",
    ],
)
def test_what_only_draws_passes(inside):
    check(svg(inside))


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        "<SCRIPT>1</SCRIPT>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'>1</x:script>",
        "<g onload='x()'/>",
        "<g ONCLICK='x()'/>",
        "<a href='javascript:x()'><path/></a>",
        "<a xlink:href=' java&#9;script:x()'><path/></a>",
        "<a href='https://a.example'><path/></a>",
        "<use href='https://a.example/x.svg#a'/>",
        "<use href='other.svg#a'/>",
        "<image href='https://a.example/x.png'/>",
        "<image href='data:image/svg+xml;base64,AAAA'/>",
        "<foreignObject><p/></foreignObject>",
        "<p xmlns='http://www.w3.org/1999/xhtml'/>",
        "<style>@import 'https://a.example/x.css'</style>",
        "<style>a { fill: url(https://a.example/x) }</style>",
        "<style>a { fill: u\\72l(x) }</style>",
        "<path style='fill: url(//a.example)'/>",
        "<path fill='url(other.svg#a)'/>",
        "<animate attributeName='href' values='javascript:x()'/>",
        "<set attributeName='xlink:href' to='javascript:x()'/>",
    ],
)
def test_what_could_do_more_than_draw_is_refused(inside):
    with pytest.raises(NotInert):
        check(svg(inside))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<svg>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<p/>",
        b"<?xml-stylesheet href='x'?><svg/>",
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>",
        b"<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>",
    ],
)
def test_what_is_no_plain_svg_is_refused(document):
    with pytest.raises(NotInert):
        check(document)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"width": "40", "height": "20px"}, (40, 20)),
        ({"viewBox": "0 0 40.4 20"}, (40, 20)),
        ({"width": "100%", "height": "100%", "viewBox": "0, 0, 40, 20"}, (40, 20)),
        ({"width": "10em", "height": "5em"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_the_size_is_what_the_drawing_says(attributes, size):
    assert check(svg(**attributes)) == size


def test_drawings_that_others_made_to_attack_are_refused(shared):
    for path in sorted((shared / "kits/uploads/svg").glob("*.svg")):
        with pytest.raises(NotInert):
            check(path.read_bytes())
