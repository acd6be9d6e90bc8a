"""Setting text in a picture: which face has the letters, how the lines break."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

# No font has a sign for a noncharacter: what it shows is what it shows for all it lacks.
_NOBODYS = "\U0010ffff"
_JOINERS = "\u200c\u200d"
_MEASURED_AT = 200  # pixels; widths at other sizes follow, since nothing is hinted
_SPACE = 0.26 * _MEASURED_AT
# Scripts that break their lines between any two letters.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


@dataclass(frozen=True)
class Setting:
    """Lines of text in one face and size (pixels); an empty one shows nothing."""

    face: Path
    size: int
    lines: tuple[str, ...]
    is_rtl: bool = False

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.face, self.size)


def set_text(
    text: str, faces: Sequence[Path], *, width: int, sizes: Sequence[tuple[int, int]]
) -> Setting | None:
    """Return ``text`` set within ``width`` pixels, or None where no face has all its letters.

    ``sizes`` are sizes in pixels with the number of lines they may take, largest first.
    What does not fit even the last is cut at a word and ends in an ellipsis. Signs that
    are no letters, such as emoji, are left out where a face lacks them.
    """
    face, shown = _find_face(_plain(text), faces)
    if face is None:
        return None
    parts = _parts(shown)
    widths = [_width(face, part) for part in parts]
    for size, most in sizes:
        lines = _balanced(parts, widths, width * _MEASURED_AT / size)
        if len(lines) <= most and not any(_is_wide(face, line, size, width) for line in lines):
            return Setting(face, size, tuple(lines), _is_rtl(shown))
    size, most = sizes[-1]
    lines = _wrapped(parts, widths, width * _MEASURED_AT / size)
    kept = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    cut = [_cut(face, line, width * _MEASURED_AT / size) for line in kept if line]
    return Setting(face, size, tuple(cut), _is_rtl(shown))


def has_sign(face: Path, letter: str) -> bool:
    """Tell whether a font has a sign of its own for ``letter``."""
    return letter.isspace() or letter in _JOINERS or _drawn(face, letter) != _drawn(face, _NOBODYS)


def _plain(text: str) -> str:
    """Return the text in one line, composed, without what is never seen."""
    composed = unicodedata.normalize("NFC", text)
    shown = (
        letter
        for letter in composed
        if letter.isspace()
        or letter in _JOINERS
        or unicodedata.category(letter) not in {"Cc", "Cf", "Cn", "Co", "Cs"}
    )
    return " ".join("".join(shown).split())


def _find_face(text: str, faces: Sequence[Path]) -> tuple[Path | None, str]:
    for face in filter(_opens, faces):
        shown = " ".join("".join(c for c in text if not _may_go(face, c)).split())
        says_something = any(letter.isalnum() for letter in shown)
        if says_something and all(has_sign(face, letter) for letter in set(shown)):
            return face, shown
    return None, ""


@lru_cache(maxsize=64)
def _opens(face: Path) -> bool:
    """Whether the file is a font: an owner's may be anything."""
    try:
        ImageFont.truetype(face, _MEASURED_AT)
    except OSError:
        return False
    return True


def _may_go(face: Path, letter: str) -> bool:
    is_sign = unicodedata.category(letter) in {"So", "Sk"} or "\ufe00" <= letter <= "\ufe0f"
    return is_sign and not has_sign(face, letter)


@lru_cache(maxsize=8192)
def _drawn(face: Path, letter: str) -> tuple[tuple[int, int], bytes]:
    font = ImageFont.truetype(face, 24, layout_engine=ImageFont.Layout.BASIC)
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def _parts(text: str) -> list[str]:
    """Return what a line may not be broken within; a part but the first of a word says so by a NUL.

    >>> _parts("ab 日本")
    ['ab', '日', '\\x00本']
    """
    parts = []
    for word in text.split():
        whole = ""
        for letter in word:
            if whole and (_is_unspaced(letter) or _is_unspaced(whole[-1])):
                parts.append(whole)
                whole = "\0"
            whole += letter
        parts.append(whole)
    return parts


def _is_unspaced(letter: str) -> bool:
    return letter > "\u1100" and unicodedata.name(letter, "").startswith(_UNSPACED)


def _width(face: Path, text: str) -> float:
    return ImageFont.truetype(face, _MEASURED_AT).getlength(text.replace("\0", ""))


def _is_wide(face: Path, line: str, size: int, width: float) -> bool:
    return _width(face, line) * size / _MEASURED_AT > width


def _balanced(parts: Sequence[str], widths: Sequence[float], width: float) -> list[str]:
    """Break into as few lines as fit, and those as even as can be: no word alone at the end."""
    lines = _wrapped(parts, widths, width)
    narrow, wide = max(widths, default=0.0), width
    for _ in range(10 if len(lines) > 1 else 0):
        middle = (narrow + wide) / 2
        tried = _wrapped(parts, widths, middle)
        narrow, wide = (narrow, middle) if len(tried) == len(lines) else (middle, wide)
    return _wrapped(parts, widths, wide)


def _wrapped(parts: Sequence[str], widths: Sequence[float], width: float) -> list[str]:
    """Break into lines of at most ``width``; a part that is wider has a line of its own."""
    lines: list[str] = []
    filled = 0.0
    for part, length in zip(parts, widths, strict=True):
        joint = "" if part.startswith("\0") else " "
        space = _SPACE * len(joint)
        if lines and filled + space + length <= width:
            lines[-1] += joint + part.lstrip("\0")
            filled += space + length
        else:
            lines.append(part.lstrip("\0"))
            filled = length
    return lines


def _cut(face: Path, line: str, width: float) -> str:
    """Return ``line`` if it fits, else as many of its words as fit before an ellipsis."""
    if _width(face, line) <= width:
        return line
    words = line.split(" ")
    while len(words) > 1 and _width(face, f"{' '.join(words)}…") > width:
        words.pop()
    kept = " ".join(words).rstrip(",;:.-–— ")
    while len(kept) > 1 and _width(face, f"{kept}…") > width:
        kept = kept[:-1]
    return f"{kept}…"


def _is_rtl(text: str) -> bool:
    """Whether the first letter with a direction is written from the right (UAX 9, P2)."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((d for d in directions if d in {"L", "R", "AL"}), "L") != "L"
