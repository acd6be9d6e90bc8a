"""Headers that every answer carries."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from flask import Flask, Response, g, request

from blogapp.web.assets import admitted
from blogapp.web.outside import allowed, may_allow

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Flask) -> None:
    app.after_request(secure)
    app.after_request(allow_keeping)


def secure(response: Response) -> Response:
    """Tell browsers what this page may load, and what may load it."""
    headers = response.headers
    said = {name.lower() for name, _value in headers}
    if "content-security-policy" not in said:
        headers.add("Content-Security-Policy", _policy())
    if "x-frame-options" not in said:
        headers.add("X-Frame-Options", "SAMEORIGIN" if g.get("is_preview") else "DENY")
    for name, value in COMMON.items():
        if name.lower() not in said:
            headers.add(name, value)
    return response


def allow_keeping(response: Response) -> Response:
    """Public answers may be kept by anyone, and are asked for again by their ETag.

    Blueprints that are private say ``no-store`` themselves before this runs. The ETag is of the
    bytes that are sent, so it is made where those are (`blogapp.caching.middleware`).
    """
    if "Cache-Control" in response.headers:
        return response
    if request.method not in {"GET", "HEAD"} or response.status_code >= 500:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def let_frame_previews() -> None:
    """Let this page hold a frame with pages of this blog, where those allow it themselves."""
    g.frames_previews = True


def _policy() -> str:
    """The policy of this page: the owner may allow other origins on public ones.

    A preview may stand in a frame of our own; no other page may.
    """
    inline = {"script": admitted("script"), "style": admitted("style")}
    frames = ["'self'"] if g.get("frames_previews") else []
    ancestors = "'self'" if g.get("is_preview") else "'none'"
    if not may_allow():
        return _usual(*map(tuple, inline.values()), *frames, ancestors=ancestors)
    sources = {kind: [*own, *inline.get(kind, ()), *allowed(kind)] for kind, own in _OWN.items()}
    sources["frame"] = [*frames, *allowed("frame")]
    return _written(sources, ancestors)


@lru_cache(maxsize=256)
def _usual(script: Sequence[str], style: Sequence[str], *frames: str, ancestors: str) -> str:
    """The policy of a page that loads nothing from elsewhere: a few for all pages."""
    inline = {"script": script, "style": style}
    sources = {kind: [*own, *inline.get(kind, ())] for kind, own in _OWN.items()}
    return _written({**sources, "frame": frames}, ancestors)


def _written(sources: Mapping[str, Sequence[str]], ancestors: str = "'none'") -> str:
    """A Content-Security-Policy (CSP level 3)."""
    directives = [f"{kind}-src {' '.join(given)}" for kind, given in sources.items() if given]
    rest = f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    return "; ".join(["default-src 'none'", *directives, rest])


_OWN = {
    "script": ["'self'"],
    "style": ["'self'"],
    "img": ["'self'", "data:"],
    "media": ["'self'"],
    "font": ["'self'"],
    "connect": ["'self'"],
    "manifest": ["'self'"],
}
# Of what is nobody's page: a drawing, or a document of the theme's.
PLAIN_POLICY = _written(_OWN)
