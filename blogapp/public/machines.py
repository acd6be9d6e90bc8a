"""What programs ask every site for: robots.txt, icons, a manifest."""

from flask import Response, current_app, jsonify, request, send_from_directory
from werkzeug.wrappers import Response as Answer

from blogapp.web.assets import asset_address
from blogapp.web.filters import current_site

PRIVATE = ("/account", "/invite", "/login", "/logout", "/preview", "/reset", "/write")
A_DAY = 86_400  # seconds


def robots() -> Response:
    """Everything public may be read by anyone (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {request.script_root}{path}" for path in PRIVATE)]
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, content_type="text/plain; charset=utf-8")


def favicon() -> Answer:
    """The icon that browsers ask for without having been told of one."""
    return _icon("favicon.ico")


def touch_icon() -> Answer:
    """The icon for home screens, at the address where phones look for it."""
    return _icon("touch.png")


def manifest() -> Response:
    """What a home screen needs to know (W3C Web Application Manifest)."""
    site = current_site()
    response = jsonify(
        name=site.title,
        start_url=f"{request.script_root}/",
        scope=f"{request.script_root}/",
        display="minimal-ui",
        background_color="#F3F6F0",
        theme_color="#F3F6F0",
        icons=[
            {"src": asset_address("icons/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": asset_address("icons/touch.png"), "sizes": "180x180", "type": "image/png"},
            {"src": asset_address("icons/mark-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
    )
    response.content_type = "application/manifest+json"
    return response


def _icon(name: str) -> Answer:
    folder = current_app.extensions["assets"] / "icons"
    answer = send_from_directory(folder, name)
    answer.headers["Cache-Control"] = f"public, max-age={A_DAY}"
    return answer
