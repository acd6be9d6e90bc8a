from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.importing.errors import BrokenXml
from blogapp.importing.xml import XmlFile

CHANNEL = {"rss", "channel"}


def read(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return XmlFile(path, CHANNEL)


def in_channel(content):
    return f"<rss><channel>\n{content}</channel></rss>"


def test_parts_come_with_their_names_lines_and_surroundings(tmp_path):
    file = read(
        tmp_path / "export.xml",
        '<?xml version="1.0"?>\n<rss xml:base="https://old.example/" xmlns:wp="urn:wp">\n'
        "<channel><title>Old</title>\n<item><wp:id>7</wp:id><content:encoded>x</content:encoded>"
        "</item></channel></rss>",
    )

    title, item = file.parts()

    assert (title.element.tag, title.element.text, title.line) == ("title", "Old", 3)
    assert [part.tag for part in item.element] == [
        "{urn:wp}id",
        "{http://purl.org/rss/1.0/modules/content/}encoded",
    ]
    assert item.line == 4
    assert [around.name for around in item.around] == ["rss", "channel"]
    assert item.around[0].attributes == {
        "{http://www.w3.org/XML/1998/namespace}base": "https://old.example/"
    }


@pytest.mark.parametrize(
    ("raw", "text", "note"),
    [
        (b"caf\xe9 \x93x\x94", "café “x”", "2: a byte of another encoding"),
        (b"a\x01b&#11;c", "abc", "2: a character that no XML may hold"),
        (b"AT&T &nbsp; &bogus; &amp;", "AT&T \xa0 &bogus; &", "2: a bare &"),
        (b"<![CDATA[&nbsp; & \x1b]]>", "&nbsp; & ", "2: a character that no XML may hold"),
    ],
)
def test_damage_is_mended_and_noted_with_its_line(tmp_path, raw, text, note):
    file = read(tmp_path / "x.xml", b"<rss><channel>\n<item>" + raw + b"</item></channel></rss>")

    [item] = file.parts()

    assert item.element.text == text
    assert any(f"{line}: {what}".startswith(note) for line, what in file.notes)


@pytest.mark.parametrize(
    "raw",
    [
        "é".encode("utf-16"),
        "é".encode("utf-8-sig"),
        '<?xml version="1.0" encoding="iso-8859-1"?>é'.encode("latin-1"),
        '\n\n<?xml version="1.0" encoding="utf-16"?>é'.encode(),
        '<?xml version="1.0" encoding="shift_jis" standalone="yes"?>日'.encode("shift_jis"),
        "Warning: something\n<?xml version='1.0'?>é".encode(),
    ],
)
def test_every_encoding_that_says_or_shows_itself_is_read(tmp_path, raw):
    for encoding in ("utf-16", "utf-8-sig", "utf-8", "latin-1", "shift_jis"):
        try:
            text = raw.decode(encoding)
            letter = next(letter for letter in "é日" if text.endswith(letter))
        except (UnicodeError, StopIteration):
            continue
        raw = text.replace(letter, f"<rss><channel><item>{letter}</item></channel></rss>").encode(
            encoding
        )
        break

    [item] = read(tmp_path / "x.xml", raw).parts()

    assert item.element.text == letter


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("<!DOCTYPE rss [<!ENTITY a 'ha'>]>\n<rss>&a;</rss>", 1, "declares entities"),
        ("<!DOCTYPE rss [\n<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]><rss/>", 2, "declares"),
        ("<!DOCTYPE rss [<!ATTLIST item a CDATA 'ha'>]><rss/>", 1, "declares"),
        ("<rss><channel>\n<item>one</item>\n<item>tw", 3, "ends in the middle"),
        ("<rss><channel>\n<item></channel></rss>", 2, "is no XML"),
        ("<rss>" + "<a>" * 300, 1, "nested too deep"),
        ("<rss><channel><item a='" + "x" * 5_000_000, 1, "of several megabytes"),
        ("<rss a='" + "x" * 200_000 + "'/>", 1, "more than 100,000 characters"),
        ("just words", 1, "is no XML"),
        ("", None, "holds no XML"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(tmp_path, content, line, said):
    with pytest.raises(BrokenXml, match=said) as caught:
        list(read(tmp_path / "x.xml", content).parts())

    assert caught.value.line == line


def test_what_is_whole_comes_before_the_damage(tmp_path):
    parts = read(tmp_path / "x.xml", "<rss><channel><item>one</item><item>tw").parts()

    assert next(parts).element.text == "one"
    with pytest.raises(BrokenXml):
        next(parts)


def test_what_follows_the_end_is_nobodys(tmp_path):
    file = read(tmp_path / "x.xml", in_channel("<item>one</item>") + "\n<br> Notice: & so on")

    assert [part.element.text for part in file.parts()] == ["one"]


def test_a_part_longer_than_memory_is_cut_and_the_next_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("blogapp.importing.xml.MOST_OF_A_PART", 1000)
    file = read(
        tmp_path / "x.xml",
        in_channel(f"<item>{'<b>x</b>' * 100}</item><item>{'x' * 2000}</item><item>y</item>"),
    )

    many, long, short = file.parts()

    assert [part.cut for part in (many, long, short)] == [True, True, False]
    assert short.element.text == "y"


def test_what_is_damaged_beyond_mending_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("blogapp.importing.mending.MOST_MENDED", 100)

    with pytest.raises(BrokenXml, match="more than 100 places"):
        list(read(tmp_path / "x.xml", in_channel("& " * 200)).parts())


def test_a_file_longer_than_any_export_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("blogapp.importing.mending.MOST_BYTES", 10)

    with pytest.raises(BrokenXml, match="export it in parts"):
        list(read(tmp_path / "x.xml", in_channel("<item/>")).parts())


SCRAPS = (
    b"<rss> <channel> <item> </item> </rss> <![CDATA[ ]]> & &#x0; <!-- --> \x00 \xff ?>"
    b" <a:b x='y' <?xml <!DOCTYPE ["
).split(b" ")


@given(scraps=st.lists(st.sampled_from(SCRAPS)))
def test_no_damage_does_more_than_raise_its_own_error(tmp_path_factory, scraps):
    path = tmp_path_factory.getbasetemp() / "fuzzed.xml"

    with suppress(BrokenXml):
        list(read(path, b"".join(scraps)).parts())
