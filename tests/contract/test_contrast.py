"""Colours can be told apart in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);")
TOKENS = {name: pair for name, *pair in TOKEN.findall(SHEET.read_text(encoding="utf-8"))}

TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "sheet")),
    *((ink, "well", TEXT) for ink in ("ink", "ink-2", "ink-3")),
    *(("blue", ground, TEXT) for ground in ("paper", "sheet", "blue-wash")),
    *((ink, "blue-wash", TEXT) for ink in ("blue-2", "ink", "ink-3")),
    ("on-blue", "blue", TEXT),
    ("on-blue", "blue-2", TEXT),
    *(("red", ground, TEXT) for ground in ("paper", "sheet", "red-wash")),
    ("green", "sheet", TEXT),
    ("amber", "sheet", TEXT),
    ("paper", "ink", TEXT),
    *((edge, ground, SHAPE) for edge in ("rule-2", "blue") for ground in ("paper", "sheet")),
    ("bar-2", "paper", SHAPE),
    ("bar-3", "paper", SHAPE),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=lambda part: str(part))
def test_colours_can_be_told_apart(front, back, least, theme):
    assert contrast(TOKENS[front][theme], TOKENS[back][theme]) >= least


def test_every_colour_is_checked_or_only_decoration():
    checked = {name for front, back, _ in PAIRS for name in (front, back)}

    assert set(TOKENS) - checked == {"bar", "rule"}


def test_contrast_is_computed_as_defined():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def contrast(one, other):
    """Return the ratio of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
