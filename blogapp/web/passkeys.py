"""Passkeys at this blog's address: whether browsers give any, and to whom they belong."""

import secrets
from enum import StrEnum
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, jsonify, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import InputRequired

from blogapp.accounts.errors import AccountError, PasskeyCopied, PasskeyUnknown, StepExpired
from blogapp.accounts.passkeys import RelyingParty, Unfit, relying_party, unfit
from blogapp.web.filters import current_site
from blogapp.web.forms import Form

_BROWSER = "browser"


class PasskeyForm(Form):
    """What the page's script sends: which challenge it answers, and the device's answer."""

    step = HiddenField(validators=[InputRequired()])
    response = HiddenField(validators=[InputRequired()])


class Hindrance(StrEnum):
    """Why no passkeys are offered on this page."""

    INSECURE = Unfit.INSECURE
    NUMERIC = Unfit.NUMERIC
    # The page was opened by another name than the blog's own.
    ELSEWHERE = "elsewhere"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(passkey_hindrance=hindrance, passkey_party=current_party)


def hindrance() -> Hindrance | None:
    """Return why this page can offer no passkeys, or None."""
    public_url = current_app.config["PUBLIC_URL"]
    if reason := unfit(public_url):
        return Hindrance(reason)
    is_here = urlsplit(f"//{request.host}").hostname == urlsplit(public_url).hostname
    return None if is_here else Hindrance.ELSEWHERE


def current_party() -> RelyingParty:
    """Return whom this blog's passkeys are for."""
    return relying_party(current_app.config["PUBLIC_URL"], current_site().title)


def demand_passkeys() -> None:
    """Answer 404 where there can be none."""
    if hindrance():
        abort(404)


def this_browser() -> str:
    """Return what tells this browser's cookie from all others, made when first asked for."""
    kept = session.get(_BROWSER)
    if not isinstance(kept, str):
        kept = session[_BROWSER] = secrets.token_urlsafe(16)
    return kept


def challenge(step: str, options: dict[str, object]) -> Response:
    """Answer a page's script with what its browser is to ask a device for."""
    return jsonify(step=step, options=options)


def explain_passkey(error: AccountError) -> str:
    """Return what is wrong with a passkey, and what to do, in the interface's words."""
    if isinstance(error, StepExpired):
        return _("That took too long, or was sent twice. Please try once more.")
    if isinstance(error, PasskeyCopied):
        return _(
            "This passkey counts backwards, as a copy would, so it was not accepted. "
            "Sign in another way and remove it."
        )
    if isinstance(error, PasskeyUnknown):
        return _("This passkey is not registered here, or was removed.")
    return _("The passkey's answer was not valid.")
