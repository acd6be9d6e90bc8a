"""Smaller versions of pictures: which there are to be, and where they live.

Which ones follows from what is known of a file, so a page can name their addresses before the
first of them exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from blogapp.media.models import Media

# Pixels: a phone's column, twice that, a wide column, and what sharp screens make of one.
WIDTHS = (480, 800, 1200, 1600)
# Nothing on a page is shown wider, and a whole photograph takes long to write.
LARGEST = 2400
# Below either, what is saved is less than what another request costs.
LEAST_WIDTH = 320
LEAST_BYTES = 6_000
# By preference: a browser takes the first that it knows.
TYPES = {"avif": "image/avif", "webp": "image/webp"}
# What has variants may end in.
SOURCE_SUFFIXES = (".png", ".jpg", ".webp", ".avif")
_SHRUNK = {"image/png", "image/jpeg", "image/webp", "image/avif"}
_ENOUGH = 0.85


@dataclass(frozen=True)
class Variant:
    """A version of a picture: its width in pixels and the ending of its format."""

    width: int
    suffix: str

    @property
    def name(self) -> str:
        return f"w{self.width}.{self.suffix}"

    @property
    def content_type(self) -> str:
        return TYPES[self.suffix]


def plan_variants(media: Media) -> Sequence[Variant]:
    """Return the versions that a file is to have: by format, narrow ones first; maybe none.

    Never wider than the picture itself; none of what moves, is drawn or is small.
    """
    if not has_variants(media):
        return ()
    assert media.width
    full = min(media.width, LARGEST)
    widths = [width for width in WIDTHS if width < full * _ENOUGH]
    return [Variant(width, suffix) for suffix in TYPES for width in [*widths, full]]


def parse_variant(name: str) -> Variant:
    """Return the variant of a name that `Variant.name` gave.

    >>> parse_variant("w800.avif")
    Variant(width=800, suffix='avif')
    """
    width, _, suffix = name[1:].partition(".")
    return Variant(int(width), suffix)


def has_variants(media: Media) -> bool:
    """Whether a picture is worth other sizes; one that nobody has looked at is not yet."""
    return (
        media.content_type in _SHRUNK
        and media.frames == 1
        and (media.width or 0) >= LEAST_WIDTH
        and media.size >= LEAST_BYTES
    )


def missing_variants(media: Media) -> Sequence[Variant]:
    """Return the versions that are still to be made."""
    return [variant for variant in plan_variants(media) if variant.name not in media.variants]


def variant_key(media_key: str, variant: Variant) -> str:
    """Return where a version lies in the store and under /media/.

    >>> variant_key("0123456789abcdef/map.png", Variant(800, "avif"))
    '0123456789abcdef/w800/map.avif'
    """
    path = PurePosixPath(media_key)
    return f"{path.parent}/w{variant.width}/{path.stem}.{variant.suffix}"


def srcsets(media: Media, base: str) -> dict[str, str]:
    """Return a ``srcset`` for each format by its type, with addresses under ``base``."""
    found: dict[str, list[str]] = {}
    for variant in plan_variants(media):
        candidate = f"{base}{variant_key(media.key, variant)} {variant.width}w"
        found.setdefault(variant.content_type, []).append(candidate)
    return {content_type: ", ".join(candidates) for content_type, candidates in found.items()}


def thumbnail_key(media: Media) -> str:
    """Return the smallest version that browsers of these days show, else the file itself."""
    shown = [variant for variant in plan_variants(media) if variant.suffix == "webp"]
    return variant_key(media.key, shown[0]) if shown else media.key
