"""Addresses as the outside world sees them."""

from flask import current_app, request, url_for


def absolute(path: str) -> str:
    """Return the whole URL of ``path``, which begins with the base path.

    The public URL setting is the only source of scheme and host, so a request
    with a made-up Host header cannot put its name into a page or a cache.
    """
    config = current_app.config
    return f"{config['PUBLIC_URL'].removesuffix(config['BASE_PATH'])}{path}"


def absolute_url_for(endpoint: str, **values: object) -> str:
    """Return the whole URL of an endpoint."""
    return absolute(url_for(endpoint, **values))  # type: ignore[arg-type]


def local_path(target: str | None) -> str | None:
    """Return ``target`` when it is a path on this site, else None.

    Browsers read ``\\`` as ``/`` and drop tabs and newlines (WHATWG URL, 4.4), so
    anything but a plain path is refused rather than repaired.
    """
    base = request.script_root
    if not target or not target.startswith(f"{base}/") or target.startswith("//"):
        return None
    if "\\" in target or "//" in target.partition("?")[0]:
        return None
    return None if any(ord(c) <= 32 or ord(c) == 127 for c in target) else target
