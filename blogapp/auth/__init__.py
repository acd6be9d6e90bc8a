"""Signing in and out."""

from flask import Blueprint, Response

from blogapp.auth import confirming, links, passkeys, second_step, signing_in

bp = Blueprint("auth", __name__)

bp.add_url_rule("/login", "login", signing_in.login, methods=["GET", "POST"])
bp.add_url_rule("/logout", "logout", signing_in.logout, methods=["GET", "POST"])
bp.add_url_rule("/login/again", "confirm", confirming.ask, methods=["GET", "POST"])
bp.add_url_rule("/login/step", "second_factor", second_step.ask, methods=["GET", "POST"])
bp.add_url_rule("/login/again/code", "confirm_by_code", second_step.confirm, methods=["POST"])

_PASSKEYS = [
    ("/login/passkey", "passkey", passkeys.begin, passkeys.sign_in),
    ("/login/step/passkey", "second_passkey", passkeys.begin_second, passkeys.give_second),
    ("/login/again/passkey", "confirm_passkey", passkeys.begin_confirming, passkeys.confirm),
]
for path, name, begin, complete in _PASSKEYS:
    bp.add_url_rule(f"{path}/challenge", f"begin_{name}", begin, methods=["POST"])
    bp.add_url_rule(path, f"use_{name}", complete, methods=["POST"])

bp.add_url_rule("/login/<token>", "use_link", links.sign_in, methods=["GET", "POST"])
bp.add_url_rule("/invite/<token>", "invite", links.create_owner, methods=["GET", "POST"])

bp.context_processor(second_step.offer_to_templates)


@bp.after_request
def keep_private(response: Response) -> Response:
    """Nothing here may be kept by anyone, and no address here may leave with a link.

    It stays with our own forms, though: without it they would say that they come from nowhere.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
