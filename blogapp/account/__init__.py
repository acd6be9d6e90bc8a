"""What belongs to whoever is signed in: profile, ways to sign in, sessions, messages."""

from flask import Blueprint
from flask_wtf.csrf import CSRFError

from blogapp.account import factors, notifications, passwords, profile, sections, sessions
from blogapp.web.access import require_author
from blogapp.web.demanding import demand_second_factor
from blogapp.web.guarding import (
    keep_private,
    offer_to_templates,
    refuse_stale_button,
    tell_scripts,
)

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(tell_scripts)
bp.before_request(require_author)
bp.before_request(demand_second_factor)
bp.after_request(keep_private)
bp.register_error_handler(CSRFError, refuse_stale_button)
bp.context_processor(offer_to_templates)
bp.context_processor(sections.offer_to_templates)

bp.add_url_rule("", "edit_profile", profile.edit, methods=["GET", "POST"])

bp.add_url_rule("/password", "edit_password", passwords.edit)
bp.add_url_rule("/password", "change_password", passwords.change_password, methods=["POST"])
bp.add_url_rule("/email", "change_email", passwords.change_address, methods=["POST"])
bp.add_url_rule("/sessions", "list_sessions", sessions.index)
bp.add_url_rule("/sessions/others/end", "end_other_sessions", sessions.end_others, methods=["POST"])
bp.add_url_rule(
    "/sessions/<int(min=1, max=2147483647):id>/end", "end_session", sessions.end, methods=["POST"]
)

_APP, _PASSKEYS = "/factors/app", "/passkeys"
_PASSKEY = f"{_PASSKEYS}/<int(min=1, max=2147483647):id>"
bp.add_url_rule("/factors", "edit_factors", factors.edit)
bp.add_url_rule(_APP, "set_up_app", factors.set_up_app, methods=["GET", "POST"])
bp.add_url_rule(f"{_APP}/removal", "drop_app", factors.drop_app, methods=["POST"])
bp.add_url_rule("/factors/recovery", "make_recovery", factors.make_recovery, methods=["POST"])
bp.add_url_rule(f"{_PASSKEYS}/new", "new_passkey", factors.new_passkey, methods=["GET", "POST"])
bp.add_url_rule(f"{_PASSKEYS}/challenge", "begin_passkey", factors.begin_passkey, methods=["POST"])
bp.add_url_rule(_PASSKEY, "rename_passkey", factors.rename_passkey, methods=["POST"])
bp.add_url_rule(f"{_PASSKEY}/removal", "drop_passkey", factors.drop_passkey, methods=["POST"])

bp.add_url_rule("/notifications", "edit_notifications", notifications.edit, methods=["GET", "POST"])
