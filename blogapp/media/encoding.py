"""Images decoded and written anew, so that nothing but the picture is left of the upload."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from blogapp.media.errors import NotAnImage, TooManyPixels
from blogapp.media.metadata import list_metadata

MOST_PIXELS = 50_000_000
MOST_FRAMES = 1000
# All frames are in memory at once: 200 of 800 by 600, up to 400 MB.
MOST_PIXELS_MOVING = 100_000_000

_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
_MODES = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"},
    "GIF": {"1", "L", "P", "RGB", "RGBA"},
    "WEBP": {"RGB", "RGBA"},
    "AVIF": {"RGB", "RGBA"},
}
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "GIF": {"optimize": True},
    "WEBP": {"quality": 85, "method": 4},
    "AVIF": {"quality": 75, "speed": 7},
}
# Pixels on a side of a person's picture: three times what the largest on a page has.
PORTRAIT = 320
_SOLID = {"1", "L", "RGB", "I;16"}
# Above this many pixels the best compression of a PNG takes seconds.
_QUICK_ABOVE = 4_000_000


@dataclass(frozen=True)
class Encoded:
    """An image as it is stored: its bytes, its type, its size in pixels.

    ``frames`` is 1 unless it moves; ``metadata_found`` says what the upload told beside
    its picture: gps, serial, author, comment, thumbnail, xmp.
    """

    data: bytes
    content_type: str
    suffix: str
    width: int
    height: int
    frames: int = 1
    metadata_found: tuple[str, ...] = ()


def encode(data: bytes) -> Encoded:
    """Return the image in ``data`` written anew: same kind, upright, without metadata.

    What moves keeps moving. Colours given by a profile become sRGB. Raises
    `NotAnImage` or `TooManyPixels`.
    """
    try:
        with Image.open(BytesIO(data), formats=list(_SUFFIXES)) as image:
            _check_size(image)
            found = list_metadata(image)
            moves = getattr(image, "is_animated", False)
            encoded = _encode_moving(image) if moves else _encode_still(image)
            return replace(encoded, metadata_found=found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels("The image has more than 50 megapixels.") from error
    except UnidentifiedImageError as error:
        raise NotAnImage("This is no PNG, JPEG, GIF, WebP or AVIF image.") from error
    # Pillow's decoders raise all of these for files that are cut short or made to hurt.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        raise NotAnImage("The image is damaged.") from error


def portray(data: bytes) -> Encoded:
    """Return the middle of the image in ``data`` as a square of at most `PORTRAIT` pixels.

    Raises `NotAnImage` or `TooManyPixels`.
    """
    whole = encode(data)
    with Image.open(BytesIO(whole.data), formats=list(_SUFFIXES)) as image:
        side = min(image.width, image.height, PORTRAIT)
        plain = image.convert("RGB" if image.mode in _SOLID else "RGBA")
        written = _written(ImageOps.fit(plain, (side, side)), "WEBP", _OPTIONS["WEBP"])
    return replace(written, metadata_found=whole.metadata_found)


def count_frames(path: Path) -> int:
    """Return how many pictures a stored image shows in turn: 1 when it stands still."""
    with Image.open(path, formats=list(_SUFFIXES)) as image:
        return int(getattr(image, "n_frames", 1))


def _check_size(image: Image.Image) -> None:
    pixels = image.width * image.height
    frames = getattr(image, "n_frames", 1)
    if pixels > MOST_PIXELS or frames > MOST_FRAMES or pixels * frames > MOST_PIXELS_MOVING:
        raise TooManyPixels("The image has more than 50 megapixels.")


def _encode_still(image: Image.Image) -> Encoded:
    kind = str(image.format)
    upright = ImageOps.exif_transpose(image)
    picture = _fit_mode(_to_srgb(upright), kind)
    options = dict(_OPTIONS[kind])
    if kind == "PNG" and picture.width * picture.height > _QUICK_ABOVE:
        options = {"compress_level": 6}
    return _written(picture, kind, options)


def _encode_moving(image: Image.Image) -> Encoded:
    kind = str(image.format)
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        # WebP and AVIF know how long a frame stands only once it is decoded.
        frame.load()
        durations.append(max(int(frame.info.get("duration") or 0), 0))
        frames.append(_fit_mode(frame.copy(), kind))
    options: dict[str, Any] = {
        **_OPTIONS[kind],
        "save_all": True,
        "append_images": frames[1:],
        "duration": durations,
    }
    if kind != "AVIF":
        options["loop"] = image.info.get("loop", 0 if kind != "GIF" else None)
    if kind == "GIF":
        # Every frame is whole once decoded, so each replaces the one before.
        options["disposal"] = 2 if any("A" in frame.mode for frame in frames) else 1
    options = {name: value for name, value in options.items() if value is not None}
    return replace(_written(frames[0], kind, options), frames=len(frames))


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    try:
        return (
            ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if image.mode == "RGBA" else "RGB",
            )
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A broken profile is no reason to refuse a picture.
        return image


def _fit_mode(image: Image.Image, kind: str) -> Image.Image:
    if kind == "PNG" and image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in _MODES[kind]:
        return image
    sees_through = image.mode in {"LA", "PA", "RGBa", "La"} or "transparency" in image.info
    return image.convert("RGBA" if sees_through and kind != "JPEG" else "RGB")


def _written(picture: Image.Image, kind: str, options: dict[str, Any]) -> Encoded:
    # Pillow would copy comments, text chunks and profiles from here.
    kept = {"transparency", "background"} if kind == "GIF" else set()
    picture.info = {name: value for name, value in picture.info.items() if name in kept}
    out = BytesIO()
    picture.save(out, format=kind, **options)
    return Encoded(out.getvalue(), _TYPES[kind], _SUFFIXES[kind], picture.width, picture.height)
