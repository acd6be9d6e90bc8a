"""Headers that every answer carries."""

from flask import Flask, Response, g, request

from blogapp.web.assets import admitted
from blogapp.web.outside import allowed


def init_app(app: Flask) -> None:
    app.after_request(secure)
    app.after_request(allow_keeping)


def secure(response: Response) -> Response:
    """Tell browsers what this page may load, and what may load it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN" if g.get("is_preview") else "DENY")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    return response


def allow_keeping(response: Response) -> Response:
    """Public answers may be kept by anyone, and are asked for again by their ETag.

    Blueprints that are private say ``no-store`` themselves before this runs.
    """
    if "Cache-Control" in response.headers:
        return response
    if request.method not in {"GET", "HEAD"} or response.status_code >= 500:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = "public, no-cache"
    if response.status_code == 200 and not response.is_streamed:
        response.add_etag()
        response.make_conditional(request)
    return response


def let_frame_previews() -> None:
    """Let this page hold a frame with pages of this blog, where those allow it themselves."""
    g.frames_previews = True


def _policy() -> str:
    """The Content-Security-Policy (CSP level 3): our own files, and inlined text by hash.

    The owner may allow other origins on public pages. A preview may stand in a frame
    of our own; no other page may.
    """
    sources = {
        "script": ["'self'", *admitted("script")],
        "style": ["'self'", *admitted("style")],
        "img": ["'self'", "data:"],
        "media": ["'self'"],
        "font": ["'self'"],
        "connect": ["'self'"],
        "manifest": ["'self'"],
        "frame": ["'self'"] if g.get("frames_previews") else [],
    }
    directives = [
        f"{kind}-src {' '.join([*own, *allowed(kind)])}"
        for kind, own in sources.items()
        if own or allowed(kind)
    ]
    ancestors = "'self'" if g.get("is_preview") else "'none'"
    rest = f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    return "; ".join(["default-src 'none'", *directives, rest])
