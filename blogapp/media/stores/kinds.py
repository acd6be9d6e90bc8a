"""What a bucket tells browsers of a file, which follows from its key alone."""

from pathlib import PurePosixPath

from blogapp.text.file_types import FILE_TYPES

FOR_EVER = "public, max-age=31536000, immutable"
_PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
# A document when it is opened by itself.
_DRAWING = {".svg": "image/svg+xml"}
_TYPES = {**_PICTURES, **_DRAWING, **FILE_TYPES}


def content_type_of(key: str) -> str:
    """Return the media type of a file.

    >>> content_type_of("0123456789abcdef/log.txt")
    'text/plain; charset=utf-8'
    """
    kind = _TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def headers_of(key: str) -> dict[str, str]:
    """Return what stands in a bucket beside a file, and goes before it wherever it is opened.

    A bucket sends no Content-Security-Policy: there, all but plain pictures is saved, not opened.
    A page shows a drawing all the same (Content-Disposition says nothing of what is embedded).
    """
    is_shown = PurePosixPath(key).suffix in _PICTURES
    return {
        "Content-Type": content_type_of(key),
        "Cache-Control": FOR_EVER,
        "Content-Disposition": "inline" if is_shown else "attachment",
    }
