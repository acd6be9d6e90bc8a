"""Signing in and out."""

from flask import Blueprint, Response
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from blogapp.accounts.errors import TooBusy
from blogapp.auth import (
    confirming,
    directory,
    directory_session,
    invitations,
    links,
    passkeys,
    resetting,
    second_step,
    signing_in,
)
from blogapp.extensions import db
from blogapp.web.errors import show_error

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

bp.add_url_rule("/reset", "ask_link", resetting.ask, methods=["GET", "POST"])
bp.add_url_rule("/reset/<token>", "reset", resetting.reset, methods=["GET", "POST"])
bp.add_url_rule(
    "/login/email/<token>", "confirm_email", links.confirm_email, methods=["GET", "POST"]
)
bp.add_url_rule("/login/directory", "sign_in_by_directory", directory.begin)
bp.add_url_rule("/login/directory/back", "come_back_from_directory", directory.come_back)
bp.add_url_rule(
    "/login/directory/logout", "end_by_directory", directory_session.end, methods=["POST"]
)
bp.add_url_rule("/login/again/directory", "confirm_by_directory", directory.begin_again)
bp.add_url_rule("/login/<token>", "use_link", links.sign_in, methods=["GET", "POST"])
bp.add_url_rule("/invite/<token>", "invite", invitations.take_up, methods=["GET", "POST"])

bp.context_processor(second_step.offer_to_templates)
bp.context_processor(directory.offer_to_templates)


@bp.app_errorhandler(TooBusy)
def ask_for_patience(error: TooBusy) -> AnyResponse:
    """Too many sign-ins at once for the machine's memory: a moment later there is room."""
    db.session.rollback()
    return show_error(ServiceUnavailable(retry_after=1))


@bp.after_request
def keep_private(response: Response) -> Response:
    """Nothing here may be kept by anyone, and no address here may leave with a link.

    It stays with our own forms, though: without it they would say that they come from nowhere.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
