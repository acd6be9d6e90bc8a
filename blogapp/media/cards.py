"""The picture that stands for a page where its link is shared: paper, title, drawing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from blogapp.media.lettering import Setting, set_text
from blogapp.media.stores import StoreAway
from blogapp.text.drawing import Drawing, bars_of, from_json

WIDTH, HEIGHT = 1200, 630  # pixels, as the Open Graph's readers advise
# Raised when the same content is painted differently: cards then have new addresses.
VERSION = 1

_MARGIN = 72
_INNER = WIDTH - 2 * _MARGIN
_BASELINE = 566
_HEAD = 160
# The smaller a title is set, the more lines it may have: at most some 220 pixels.
_TITLE_SIZES = ((80, 2), (66, 3), (56, 3), (48, 4))
_SMALL = ((30, 1),)
_NAME = ((34, 1),)
_STEPS = 12  # of grey between paper and a colour, at the edge of letters


@dataclass(frozen=True)
class Palette:
    """The colours of a card, as ``#RRGGBB``."""

    paper: str
    ink: str
    quiet: str
    accent: str
    wash: str
    mark: str
    prose: str
    list: str
    code: str


@dataclass(frozen=True)
class Card:
    """What a card says; ``drawing`` is what `blogapp.text.drawing.to_json` wrote, or empty.

    ``logo`` gives a picture to stand beside the site's name instead of the mark, and
    ``logo_key`` what tells it from another one; ``fonts`` are the owner's, by name.
    """

    title: str
    site: str
    palette: Palette
    label: str = ""
    date: str = ""
    drawing: str = ""
    logo: Callable[[], bytes] | None = None
    logo_key: str = ""
    fonts: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits that change with everything the card shows."""
        said = asdict(replace(self, logo=None)) | {"version": VERSION}
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def paint(card: Card, faces: Sequence[Path], small: Sequence[Path]) -> bytes:
    """Return the card as a PNG with a palette.

    ``faces`` are fonts for the title in the order of preference, ``small`` those for the
    rest. A text whose letters no font has is left out: no card shows boxes.
    """
    canvas = _Canvas(card.palette)
    _paint_name(canvas, card, faces)
    title = set_text(card.title, faces, width=_INNER, sizes=_TITLE_SIZES)
    y = _paint_facts(canvas, card, small)
    if title:
        y = canvas.write(title, y + 10, card.palette.ink, leading=1.12)
    canvas.rectangle((_MARGIN, _BASELINE, WIDTH - _MARGIN, _BASELINE + 2), card.palette.ink)
    if card.drawing:
        # Without a title the drawing has the room to itself.
        most = min(_BASELINE - y - 40, 190 if title else 320)
        _paint_drawing(canvas, from_json(card.drawing), card.palette, height=most)
    return canvas.png()


def _paint_name(canvas: "_Canvas", card: Card, faces: Sequence[Path]) -> None:
    x = _MARGIN
    logo = _opened(card.logo) if card.logo else None
    if logo:
        x += canvas.show(logo, x, 64, height=60) + 20
    else:
        canvas.plumb(_MARGIN + 14, card.palette)
        x += 48
    if name := set_text(card.site, faces, width=WIDTH - _MARGIN - x, sizes=_NAME):
        canvas.write(name, 72, card.palette.ink, x=x)


def _paint_facts(canvas: "_Canvas", card: Card, faces: Sequence[Path]) -> int:
    """Write what stands over the title; return where it ends."""
    x, y = _MARGIN, _HEAD
    label = set_text(card.label, faces, width=_INNER * 2 // 3, sizes=_SMALL)
    date = set_text(card.date, faces, width=_INNER // 3 - 30, sizes=_SMALL)
    if label:
        y = canvas.write(label, _HEAD, card.palette.accent)
        x += round(label.font.getlength(label.lines[0])) + 26
    if date:
        y = canvas.write(date, _HEAD, card.palette.quiet, x=x)
    return y


def _opened(read: Callable[[], bytes]) -> Image.Image | None:
    """Return the picture in its colours, or None where it cannot be read."""
    try:
        with Image.open(BytesIO(read())) as image:
            image.draft("RGB", (400, 400))
            return image.convert("RGBA")
    except StoreAway:  # later it can
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _paint_drawing(canvas: "_Canvas", drawing: Drawing, palette: Palette, *, height: int) -> None:
    if height < 40 or not drawing.paths:
        return
    across, up = _INNER / drawing.width, height / drawing.height
    colours = {"p": palette.prose, "l": palette.list, "c": palette.code}
    for key, path in drawing.paths.items():
        for left, tall, wide in bars_of(path):
            x, top = _MARGIN + left * across, _BASELINE - tall * up
            if key == "f":
                right = x + wide * across
                canvas.rectangle((x, top, right, _BASELINE), palette.wash, palette.accent)
            else:
                half = 1.3 * across
                canvas.rectangle((x - half, top, x + half, _BASELINE), colours[key])


class _Canvas:
    """A picture with few colours, which is painted and packed in a few milliseconds."""

    def __init__(self, palette: Palette) -> None:
        self.paper = _rgb(palette.paper)
        self.colours: list[tuple[int, int, int]] = [self.paper]
        self.ramps: dict[str, int] = {}
        self.image = Image.new("P", (WIDTH, HEIGHT), 0)
        self.draw = ImageDraw.Draw(self.image)

    def rectangle(
        self, box: tuple[float, float, float, float], fill: str, outline: str | None = None
    ) -> None:
        left, top, right, bottom = map(round, box)
        edge = self.full(outline) if outline else None
        self.draw.rectangle(
            (left, top, max(left, right - 1), max(top, bottom - 1)), self.full(fill), edge, 2
        )

    def write(
        self, setting: Setting, y: int, colour: str, *, x: int = _MARGIN, leading: float = 1.3
    ) -> int:
        """Write lines from ``y`` down; return where they end."""
        font, step = setting.font, round(setting.size * leading)
        for number, line in enumerate(setting.lines):
            mask = Image.new("L", (WIDTH, step + setting.size // 2), 0)
            pen = ImageDraw.Draw(mask)
            if setting.is_rtl and _has_raqm():
                pen.text((WIDTH - _MARGIN, 0), line, 255, font, "ra", direction="rtl")
            else:
                pen.text((x, 0), line, 255, font)
            self.stain(mask, 0, y + number * step, colour)
        return y + step * len(setting.lines)

    def plumb(self, x: int, palette: Palette) -> None:
        """The house's mark: a plumb line from the upper edge, and its bob."""
        self.rectangle((x - 1, 0, x + 1, 72), palette.ink)
        mask = Image.new("L", (4 * 32, 4 * 60), 0)
        ImageDraw.Draw(mask).polygon([(64, 0), (120, 68), (64, 236), (8, 68)], 255)
        self.stain(mask.resize((32, 60), Image.Resampling.BOX), x - 16, 68, palette.mark)

    def show(self, picture: Image.Image, x: int, y: int, *, height: int) -> int:
        """Show a picture at this height, at most five times as wide; return its width."""
        scale = min(height / picture.height, 5 * height / picture.width)
        width = max(1, round(picture.width * scale))
        size = (width, max(1, round(picture.height * scale)))
        scaled = picture.resize(size, Image.Resampling.LANCZOS)
        ground = Image.new("RGB", size, self.paper)
        ground.paste(scaled, mask=scaled)
        few = ground.quantize(64)
        found = few.getpalette() or []
        first = self._add([(*found[i : i + 3],) for i in range(0, len(found), 3)])  # type: ignore[misc]
        self.image.paste(few.point([min(255, first + i) for i in range(256)]), (x, y))
        return width

    def stain(self, mask: Image.Image, x: int, y: int, colour: str) -> None:
        """Lay ``colour`` where ``mask`` (grey) lets it through."""
        base = self.ramp(colour)
        steps = [base + round(level * (_STEPS - 1) / 255) for level in range(256)]
        seen = mask.point([0 if level < 12 else 255 for level in range(256)], "1")
        self.image.paste(mask.point(steps), (x, y), seen)

    def full(self, colour: str) -> int:
        return self.ramp(colour) + _STEPS - 1

    def ramp(self, colour: str) -> int:
        """Return the first of the palette's steps from paper to ``colour``."""
        if colour not in self.ramps:
            ink = _rgb(colour)
            shares = [step / (_STEPS - 1) for step in range(_STEPS)]
            steps = [_mixed(self.paper, ink, share) for share in shares]
            self.ramps[colour] = self._add(steps)
        return self.ramps[colour]

    def png(self) -> bytes:
        self.image.putpalette([part for colour in self.colours[:256] for part in colour])
        out = BytesIO()
        self.image.save(out, "PNG", compress_level=6)
        return out.getvalue()

    def _add(self, colours: list[tuple[int, int, int]]) -> int:
        self.colours += colours
        return len(self.colours) - len(colours)


def _rgb(colour: str) -> tuple[int, int, int]:
    number = int(colour.removeprefix("#"), 16)
    return number >> 16 & 255, number >> 8 & 255, number & 255


def _mixed(
    one: tuple[int, int, int], other: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _has_raqm() -> bool:
    return ImageFont.core.HAVE_RAQM  # type: ignore[no-any-return]
