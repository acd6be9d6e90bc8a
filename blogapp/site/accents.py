"""The blog's own colour: what has to be told apart from it, and the shades made of it."""

from dataclasses import dataclass

from blogapp.text.colours import contrast, lightness, mix, nearest, with_lightness
from blogapp.text.palettes import TEXT, Palette

LIGHT, DARK = 0, 1
_GROUNDS = ("paper", "sheet", "well")
_INKS = ("ink", "ink-3")
# As light and as strong as the house's own blue is in the dark.
_DARK_LIGHTNESS, _DARK_CHROMA = 0.79, 0.13
_MOST_WASH = 0.16


class TooFaint(Exception):
    """The colour cannot be told apart from what it stands on; `nearest` can."""

    def __init__(self, ratio: float, nearest: str) -> None:
        super().__init__(f"{ratio:.1f} is less than {TEXT}")
        self.ratio = ratio
        self.nearest = nearest


@dataclass(frozen=True)
class Shades:
    """The accent in one theme: itself, pressed, as a wash behind text, and text upon it."""

    accent: str
    strong: str
    wash: str
    on_accent: str


def shade(colour: str, palette: Palette, theme: int) -> Shades:
    """Return the shades of ``colour`` in light (0) or dark (1); raises `TooFaint`."""
    if (ratio := _weakest(colour, palette, theme)) < TEXT:
        found = nearest(colour, lambda other: _weakest(other, palette, theme) >= TEXT)
        raise TooFaint(ratio, found or palette["ink"][theme])
    on_accent = max(("#FFFFFF", "#000000"), key=lambda text: contrast(text, colour))
    away = -0.12 if on_accent == "#FFFFFF" else 0.08
    strong = with_lightness(colour, min(max(lightness(colour) + away, 0), 1))
    return Shades(colour, strong, _wash(colour, strong, palette, theme), on_accent)


def dark_of(colour: str, palette: Palette) -> str:
    """Return the colour that stands for ``colour`` on dark ground."""
    bright = with_lightness(colour, _DARK_LIGHTNESS, _DARK_CHROMA)
    try:
        return shade(bright, palette, DARK).accent
    except TooFaint as error:
        return error.nearest


def _weakest(colour: str, palette: Palette, theme: int) -> float:
    return min(contrast(colour, palette[ground][theme]) for ground in _GROUNDS)


def _wash(colour: str, strong: str, palette: Palette, theme: int) -> str:
    paper = palette["paper"][theme]
    texts = [colour, strong, *(palette[ink][theme] for ink in _INKS)]
    for hundredths in range(round(100 * _MOST_WASH), 0, -1):
        wash = mix(paper, colour, hundredths / 100)
        if all(contrast(text, wash) >= TEXT for text in texts):
            return wash
    return paper
