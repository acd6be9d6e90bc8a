"""What a file is called on the wire, the same on every machine."""

from mimetypes import MimeTypes

# Python's own list, without what the machine's administrator thinks.
_LIST = MimeTypes()
_BETTER = {
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".js": "text/javascript",  # RFC 9239
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
for _ending, _type in _BETTER.items():
    _LIST.add_type(_type, _ending)
_OTHER_TEXTS = ("+json", "+xml", "/json", "/xml")
_BARE = {"application/wasm", "font/otf", "font/ttf"}


def kind_of(name: str) -> str:
    """Return the media type of a file by its name's ending.

    >>> kind_of("a.js"), kind_of("site.webmanifest"), kind_of("LICENSE"), kind_of("a.tar.gz")
    ('text/javascript', 'application/manifest+json', 'application/octet-stream', 'application/gzip')
    """
    found, encoding = _LIST.guess_type(f"x/{name}")
    if encoding:
        return {"gzip": "application/gzip", "bzip2": "application/x-bzip2"}.get(
            encoding, "application/octet-stream"
        )
    return found or "application/octet-stream"


def content_type(name: str) -> str:
    """Return the value of Content-Type: texts of ours are UTF-8.

    >>> content_type("a.css"), content_type("a.woff2")
    ('text/css; charset=utf-8', 'font/woff2')
    """
    kind = kind_of(name)
    return f"{kind}; charset=utf-8" if _is_text(kind) else kind


def is_compressible(kind: str) -> bool:
    """Whether files of a media type get smaller: texts and bare fonts do, pictures have.

    >>> is_compressible("image/svg+xml"), is_compressible("font/ttf"), is_compressible("image/png")
    (True, True, False)
    """
    return _is_text(kind) or kind in _BARE


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(_OTHER_TEXTS)
