"""The blog's icon in the sizes that browsers, phones and search engines ask for."""

from hashlib import sha256
from io import BytesIO

from PIL import Image

# Raised when the same logo makes other icons: they then have new addresses.
VERSION = 1
ICO = "favicon.ico"
_ICO_SIZES = (16, 32, 48)
# Pixels, and the share of the square that the logo fills. Phones cut a maskable icon to a
# circle of 80 % (W3C App Manifest, "maskable"); a touch icon has no see-through ground.
SIZES = {
    "icon-192.png": (192, 1.0),
    "icon-512.png": (512, 1.0),
    "maskable-512.png": (512, 0.56),
    "touch-180.png": (180, 0.8),
}
_OPAQUE = {"maskable-512.png", "touch-180.png"}


class NoIcon(Exception):
    """The logo cannot be read as a picture."""


def digest(logo_key: str, paper: str) -> str:
    """Return 12 hexadecimal digits that change with everything the icons show."""
    return sha256(f"{VERSION} {logo_key} {paper}".encode()).hexdigest()[:12]


def make_icon(logo: bytes, name: str, paper: str) -> bytes:
    """Return the icon ``name`` of a logo; ``paper`` is the ground where one is needed.

    Raises `NoIcon`.
    """
    picture = _opened(logo)
    out = BytesIO()
    if name == ICO:
        _on_square(picture, 48, 1.0).save(out, "ICO", sizes=[(size, size) for size in _ICO_SIZES])
        return out.getvalue()
    size, share = SIZES[name]
    icon = _on_square(picture, size, share, ground=paper if name in _OPAQUE else None)
    icon.save(out, "PNG", optimize=True)
    return out.getvalue()


def _opened(logo: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(logo)) as image:
            return image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoIcon from error


def _on_square(
    picture: Image.Image, size: int, share: float, *, ground: str | None = None
) -> Image.Image:
    """Return the picture in the middle of a square, its longer side ``share`` of the square's."""
    scale = size * share / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    scaled = picture.resize((width, height), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (size, size), ground or (0, 0, 0, 0))
    square.alpha_composite(scaled, ((size - width) // 2, (size - height) // 2))
    return square.convert("RGB") if ground else square
