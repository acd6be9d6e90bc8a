import pytest

from blogapp.text.mojibake import garbled_lines, look_alikes, repair


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("Donâ€™t panic", "Don’t panic"),
        ("CafÃ© SÃ£o Paulo", "Café São Paulo"),
        ("DonÃ¢â‚¬â„¢t", "Don’t"),
    ],
)
def test_what_lost_nothing_is_repaired(broken, meant):
    assert repair(broken) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "naïve café",
        "Системы",
        "日本語",
        "Donï¿½t",
        "“quoted” — done",
        "&amp; &lt;",
        "ﬁne",
    ],
)
def test_what_is_right_or_beyond_repair_stays(text):
    assert repair(text) == text


def test_garbled_lines_are_told_by_number():
    text = "Fine.\nIt isnâ€™t.\n\nNor is cafÃ©.\n"

    assert list(garbled_lines(text)) == [(2, "isnâ€™t.", "isn’t."), (4, "cafÃ©.", "café.")]


@pytest.mark.parametrize("text", ["Системы", "λ-calculus", "µs", "PостgreSQL", "x² ≈ α", "Ωmega"])
def test_words_that_are_foreign_on_purpose_are_no_look_alikes(text):
    assert list(look_alikes(text)) == []


def test_a_lone_letter_that_looks_latin_is_told_with_a_proposal():
    assert list(look_alikes("one\ntwo Pоstgres, ΑPI")) == [
        (2, "Pоstgres", "Postgres"),
        (2, "ΑPI", "API"),
    ]
