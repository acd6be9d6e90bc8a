"""Writing a picture in other widths and formats."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

_OPTIONS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 60, "speed": 7},
    "webp": {"quality": 80, "method": 4},
}
# Thin coloured lines and letters blur where colours are kept at half the size.
_SHARP: dict[str, dict[str, Any]] = {
    "avif": {"quality": 68, "speed": 7, "subsampling": "4:4:4"},
    "webp": {"quality": 88, "method": 4},
}


def shrink(source: Path, targets: Mapping[str, Path]) -> None:
    """Write the versions of a picture, each by a name such as ``w800.webp``, into files.

    Raises `OSError` and what else Pillow raises for what it cannot read or write.
    """
    with Image.open(source) as image:
        options = _SHARP if image.format == "PNG" else _OPTIONS
        whole = image.convert("RGBA" if image.has_transparency_data else "RGB")
    # The widest first, and each from the one before: a photograph is read once.
    for name in sorted(targets, key=_width, reverse=True):
        if (width := _width(name)) < whole.width:
            height = max(1, round(whole.height * width / whole.width))
            whole = whole.resize((width, height), Image.Resampling.LANCZOS)
        suffix = name.rpartition(".")[2]
        whole.save(targets[name], format=suffix.upper(), **options[suffix])


def _width(name: str) -> int:
    return int(name[1:].partition(".")[0])
