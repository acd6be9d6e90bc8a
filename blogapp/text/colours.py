"""Colours as numbers: how well two can be told apart, and the nearest one that can be."""

import re
from collections.abc import Callable
from math import cbrt, dist

Channels = tuple[float, float, float]

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_STEPS = 500


def parse_colour(text: str) -> str | None:
    """Return a colour written ``#RGB`` or ``#RRGGBB`` as ``#RRGGBB``; None for anything else.

    >>> parse_colour("#c33"), parse_colour(" #1b41C6 "), parse_colour("red")
    ('#CC3333', '#1B41C6', None)
    """
    found = _HEX.fullmatch(text.strip())
    if not found:
        return None
    digits = found[1].upper()
    return f"#{digits if len(digits) == 6 else ''.join(d * 2 for d in digits)}"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).

    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return ``one`` with a ``share`` of ``other`` in it, mixed in Oklab (CSS Color 4, 12).

    >>> mix("#000000", "#FFFFFF", 1)
    '#FFFFFF'
    """
    start, end = _to_oklab(one), _to_oklab(other)
    return _to_hex(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))


def with_lightness(colour: str, lightness: float, most_chroma: float = 1) -> str:
    """Return the colour of the same hue at an Oklab ``lightness`` from 0 to 1.

    Its chroma is kept as far as ``most_chroma`` and the screen (sRGB) allow.

    >>> with_lightness("#1B41C6", 0), with_lightness("#1B41C6", 1)
    ('#000000', '#FFFFFF')
    """
    _, a, b = _to_oklab(colour)
    chroma = dist((a, b), (0, 0))
    share = min(1.0, most_chroma / chroma) if chroma else 0.0
    # Halving: the largest share of the chroma that the screen can show at this lightness.
    low, high = 0.0, share
    if _is_shown(lightness, a * share, b * share):
        low = share
    else:
        for _ in range(12):
            middle = (low + high) / 2
            fits = _is_shown(lightness, a * middle, b * middle)
            low, high = (middle, high) if fits else (low, middle)
    return _to_hex(lightness, a * low, b * low)


def lightness(colour: str) -> float:
    """Return how light a colour is to the eye, from 0 to 1 (Oklab's L)."""
    return _to_oklab(colour)[0]


def nearest(colour: str, passes: Callable[[str], bool]) -> str | None:
    """Return the colour of the same hue nearest to ``colour`` that passes; None if none does."""
    if passes(colour):
        return colour
    shades = {with_lightness(colour, step / _STEPS) for step in range(_STEPS + 1)}
    here = _to_oklab(colour)
    by_distance = sorted(shades, key=lambda shade: (dist(_to_oklab(shade), here), shade))
    return next((shade for shade in by_distance if passes(shade)), None)


def _luminance(colour: str) -> float:
    red, green, blue = _to_linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_linear(colour: str) -> Channels:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)


# Oklab's two matrices (CSS Color 4, 18).


def _to_oklab(colour: str) -> Channels:
    red, green, blue = _to_linear(colour)
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Channels:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _is_shown(lightness: float, a: float, b: float) -> bool:
    return all(-1e-5 <= channel <= 1 + 1e-5 for channel in _from_oklab(lightness, a, b))


def _to_hex(lightness: float, a: float, b: float) -> str:
    channels = (min(max(channel, 0.0), 1.0) for channel in _from_oklab(lightness, a, b))
    return "#" + "".join(f"{round(255 * _encoded(channel)):02X}" for channel in channels)
