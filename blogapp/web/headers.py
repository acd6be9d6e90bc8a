"""Headers that every answer carries."""

from flask import Flask, Response, request

from blogapp.web.assets import admitted


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
    headers.setdefault("X-Frame-Options", "DENY")
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


def _policy() -> str:
    """The Content-Security-Policy (CSP level 3): our own files, and inlined text by hash."""
    script = " ".join(["'self'", *admitted("script")])
    style = " ".join(["'self'", *admitted("style")])
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src 'self' data:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
