"""What belongs to whoever is signed in: profile, ways to sign in, sessions, messages."""

from flask import Blueprint
from flask_wtf.csrf import CSRFError

from blogapp.account import profile, sections
from blogapp.web.access import require_author
from blogapp.web.guarding import (
    keep_private,
    offer_to_templates,
    refuse_stale_button,
    tell_scripts,
)

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(tell_scripts)
bp.before_request(require_author)
bp.after_request(keep_private)
bp.register_error_handler(CSRFError, refuse_stale_button)
bp.context_processor(offer_to_templates)
bp.context_processor(sections.offer_to_templates)

bp.add_url_rule("", "edit_profile", profile.edit, methods=["GET", "POST"])
