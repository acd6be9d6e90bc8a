"""Signing in and out."""

from flask import Blueprint, Response

from blogapp.auth import confirming, links, signing_in

bp = Blueprint("auth", __name__)

bp.add_url_rule("/login", "login", signing_in.login, methods=["GET", "POST"])
bp.add_url_rule("/logout", "logout", signing_in.logout, methods=["GET", "POST"])
bp.add_url_rule("/login/again", "confirm", confirming.ask, methods=["GET", "POST"])
bp.add_url_rule("/login/<token>", "use_link", links.sign_in, methods=["GET", "POST"])
bp.add_url_rule("/invite/<token>", "invite", links.create_owner, methods=["GET", "POST"])


@bp.after_request
def keep_private(response: Response) -> Response:
    """Nothing here may be kept by anyone, and no address here may leave with a link."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
