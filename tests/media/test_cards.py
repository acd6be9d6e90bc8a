import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from blogapp.media import lettering
from blogapp.media.cards import Card, Palette, paint
from blogapp.text.drawing import Block, draw, to_json

FONTS = Path(__file__).parents[2] / "static" / "vendor" / "fonts"
SANS, SERIF = FONTS / "archivo-2.001-semibold.ttf", FONTS / "plumb-serif-4.004-semibold.ttf"
PAPER = Palette(
    *("#F3F6F0", "#121A16", "#566259", "#1B41C6", "#DFE6FB"),
    *("#B82C17", "#BCC7BB", "#7F8C81", "#2A352F"),
)
SKYLINE = to_json(
    draw(
        [Block(0, "prose", 300, (9,) * 30), Block(0, "code", 70, (60,) * 10)],
        [],
        columns=132,
        height=60,
    )
)
TITLES = {
    "latin": "The cache that lied: tracing one stale price through three tiers",
    "with accents": "Łódź, Đà Nẵng e l'università",
    "cyrillic": "Как мы измеряли кэш",
    "greek": "Μετρώντας την κρυφή μνήμη",
    "long": "Everything that went wrong " * 20,
    "one word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau" * 2,
}


def card(title, **rest):
    return Card(**{"title": title, "site": "Plumbline", "palette": PAPER, **rest})


def painted(card):
    return Image.open(io.BytesIO(paint(card, [SANS, SERIF], [SANS, SERIF])))


def box_of_difference(one, other):
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox()


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())
def test_a_card_is_small_and_holds_its_title(title):
    whole = card(title, label="Databases", date="18 Nov 2026", drawing=SKYLINE)

    data = paint(whole, [SANS, SERIF], [SANS])

    image = Image.open(io.BytesIO(data))
    assert (image.format, image.mode, image.size) == ("PNG", "P", (1200, 630))
    assert len(data) < 40_000
    left, top, right, bottom = box_of_difference(image, painted(card("", drawing=SKYLINE)))
    assert left >= 72
    assert right <= 1200 - 72 + 2
    assert top >= 140
    assert bottom <= 570


@pytest.mark.parametrize("title", ["日本語の題", "عنوان المقال", "\U0010ffff", "🚀🚀", ""])
def test_a_title_whose_letters_no_font_has_is_left_out_whole(title):
    assert box_of_difference(painted(card(title)), painted(card(""))) is None


def test_signs_that_no_font_has_are_left_out_of_a_title():
    with_rocket = painted(card("🚀 Launch day ❤️"))

    assert box_of_difference(with_rocket, painted(card("Launch day"))) is None


def test_a_title_breaks_into_at_most_four_lines_and_ends_in_an_ellipsis_at_a_word():
    sizes = ((80, 2), (66, 3), (48, 4))
    setting = lettering.set_text(TITLES["long"], [SANS], width=1056, sizes=sizes)

    assert (setting.size, len(setting.lines)) == (48, 4)
    assert setting.lines[-1].endswith("…")
    assert setting.lines[-1].removesuffix("…").split()[-1] in TITLES["long"].split()
    assert all(setting.font.getlength(line) <= 1056 for line in setting.lines)


def test_no_word_stands_alone_at_the_end():
    title = "The cache that lied about age"
    setting = lettering.set_text(title, [SANS], width=1056, sizes=((80, 2),))

    assert setting.lines == ("The cache that", "lied about age")


def test_a_script_without_spaces_breaks_between_letters(monkeypatch):
    monkeypatch.setattr(lettering, "has_sign", lambda face, letter: True)

    setting = lettering.set_text("日本語" * 20, [SANS], width=500, sizes=((60, 20),))

    assert len(setting.lines) > 2
    assert "".join(setting.lines) == "日本語" * 20


def test_a_short_title_is_set_as_large_as_it_may():
    setting = lettering.set_text("Leases", [SANS], width=1056, sizes=((80, 2), (66, 3)))

    assert (setting.size, setting.lines) == (80, ("Leases",))


def test_a_face_is_taken_only_when_it_has_every_letter():
    def face(text):
        return lettering.set_text(text, [SANS, SERIF], width=1000, sizes=((40, 1),)).face

    assert face("Cache") == SANS
    assert face("Cache и кэш") == SERIF


def test_the_drawing_takes_the_room_that_the_title_leaves():
    def top_of_bars(title):
        with_bars = painted(card(title, drawing=SKYLINE))
        return box_of_difference(with_bars, painted(card(title)))[1]

    assert top_of_bars("") < top_of_bars("Leases") < top_of_bars(TITLES["long"])


def test_a_logo_stands_where_the_mark_would(tmp_path):
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (300, 100), "#00AA44").save(logo)

    found = painted(card("Leases", logo=logo.read_bytes, logo_key="a")).convert("RGB")

    assert found.getpixel((90, 90)) == (0, 0xAA, 0x44)
    assert found.getpixel((86, 20)) == (0xF3, 0xF6, 0xF0)


def test_a_logo_that_cannot_be_read_gives_way_to_the_mark(tmp_path):
    broken = tmp_path / "logo.png"
    broken.write_bytes(b"no picture")

    with_broken = painted(card("Leases", logo=broken.read_bytes, logo_key="a"))

    assert box_of_difference(with_broken, painted(card("Leases"))) is None


def test_the_same_card_is_the_same_bytes_and_another_one_has_another_digest():
    one = card("Leases", drawing=SKYLINE)

    others = [
        card("Locks", drawing=SKYLINE),
        card("Leases"),
        card("Leases", drawing=SKYLINE, label="Databases"),
        card("Leases", drawing=SKYLINE, logo_key="a"),
    ]

    assert paint(one, [SANS], [SANS]) == paint(card("Leases", drawing=SKYLINE), [SANS], [SANS])
    assert len({one.digest, *(other.digest for other in others)}) == 5
