"""Headers that every answer carries."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, g, request

from blogapp.web.assets import admitted
from blogapp.web.outside import allowed, may_allow

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
# What pages of others show, readers of feeds among them: pictures and icons.
SHARED = "cross-origin"
_SHARED_BY = {
    *("public.media", "public.post_card", "public.site_card"),
    *("public.icon", "public.favicon", "public.touch_icon"),
}
# Where everything is somebody's own, also what is not there.
_PRIVATE = re.compile("/(?:write|account|login|logout|invite|reset|preview)(?:/|$)", re.IGNORECASE)
# Where browsers tell what they refused: an address of `blogapp.web.policy_reports`.
REPORTS = "/csp-report"


def init_app(app: Flask) -> None:
    app.after_request(secure)
    app.after_request(allow_keeping)


def secure(response: Response) -> Response:
    """Tell browsers what this page may load, and what may load it."""
    headers = response.headers
    said = {name.lower() for name, _value in headers}
    config = current_app.config
    if "content-security-policy" not in said:
        headers.add("Content-Security-Policy", _policy())
        if config["SECURE"] and not config["FROZEN"]:
            headers.add("Reporting-Endpoints", f'csp="{config["BASE_PATH"]}{REPORTS}"')
    if request.endpoint in _SHARED_BY and "cross-origin-resource-policy" not in said:
        headers.add("Cross-Origin-Resource-Policy", SHARED)
        said.add("cross-origin-resource-policy")
    if "x-frame-options" not in said:
        headers.add("X-Frame-Options", "SAMEORIGIN" if g.get("is_preview") else "DENY")
    for name, value in COMMON.items():
        if name.lower() not in said:
            headers.add(name, value)
    if config["HSTS"]:
        headers["Strict-Transport-Security"] = config["HSTS"]
    return response


def carried(config: Mapping[str, Any], *, is_shared: bool = False) -> list[tuple[str, str]]:
    """Return what every file carries: no page holds one in a frame.

    One that ``is_shared`` may stand on pages of other sites.
    """
    common = COMMON | ({"Cross-Origin-Resource-Policy": SHARED} if is_shared else {})
    transport = [("Strict-Transport-Security", config["HSTS"])] if config["HSTS"] else []
    return [*common.items(), ("X-Frame-Options", "DENY"), *transport]


def allow_keeping(response: Response) -> Response:
    """Public answers may be kept by anyone, and are asked for again by their ETag.

    Blueprints that are private say ``no-store`` themselves before this runs. The ETag is of the
    bytes that are sent, so it is made where those are (`blogapp.caching.middleware`).
    """
    if "Cache-Control" in response.headers:
        return response
    is_reading = request.method in {"GET", "HEAD"}
    # What is nobody's page there is said by no blueprint.
    if not is_reading or response.status_code >= 500 or _PRIVATE.match(request.path):
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
    rest = _rest(
        ancestors="'self'" if g.get("is_preview") else "'none'",
        is_secure=current_app.config["SECURE"],
        reports="" if current_app.config["FROZEN"] else current_app.config["BASE_PATH"] + REPORTS,
    )
    files = current_app.config["MEDIA_ORIGIN"]
    if not may_allow():
        return _usual(*map(tuple, inline.values()), *frames, rest=rest, files=files)
    sources = {
        kind: [*own, *inline.get(kind, ()), *allowed(kind)] for kind, own in _own(files).items()
    }
    sources["frame"] = [*frames, *allowed("frame")]
    return _written(sources, rest)


@lru_cache(maxsize=256)
def _usual(
    script: Sequence[str], style: Sequence[str], *frames: str, rest: str, files: str = ""
) -> str:
    """The policy of a page that loads nothing from elsewhere: a few for all pages."""
    inline = {"script": script, "style": style}
    sources = {kind: [*own, *inline.get(kind, ())] for kind, own in _own(files).items()}
    return _written({**sources, "frame": frames}, rest)


def _written(sources: Mapping[str, Sequence[str]], rest: str) -> str:
    """A Content-Security-Policy (CSP level 3)."""
    directives = [f"{kind}-src {' '.join(given)}" for kind, given in sources.items() if given]
    return "; ".join(["default-src 'none'", *directives, rest])


@lru_cache(maxsize=32)
def _rest(*, ancestors: str = "'none'", is_secure: bool = False, reports: str = "") -> str:
    """What a policy says beside what may be loaded.

    That nothing is an ``object`` follows from the default; it is said for whoever only looks.
    """
    directives = [
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ]
    if is_secure:
        directives.append("upgrade-insecure-requests")
    directives.append(f"frame-ancestors {ancestors}")
    if reports:
        directives.append(f"report-uri {reports}")
        # Browsers that know the newer word mind no other, and report by https alone.
        if is_secure:
            directives.append("report-to csp")
    return "; ".join(directives)


_OWN = {
    "script": ["'self'"],
    "style": ["'self'"],
    "img": ["'self'", "data:"],
    "media": ["'self'"],
    "font": ["'self'"],
    "connect": ["'self'"],
    "manifest": ["'self'"],
}
# What a file may be shown or asked for as, where its address leads to another origin: the policy
# holds for where a redirect leads, too (CSP level 3, 4.1.2).
_FILES = ("img", "media", "connect")


def _own(files: str) -> Mapping[str, Sequence[str]]:
    """Return where pages load from, ``files`` being the origin that hands those out."""
    if not files:
        return _OWN
    return {kind: [*own, files] if kind in _FILES else own for kind, own in _OWN.items()}


# Of what is nobody's page: a drawing, or a document of the theme's.
PLAIN_POLICY = _written(_OWN, _rest())
