"""Second factors that the blog demands: who has none gets no further than to where it is set up."""

from flask import jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from blogapp.accounts.factors import has_second_factor, must_have_second_factor
from blogapp.web.access import find_current_session
from blogapp.web.filters import current_site

# What it takes to get one.
_OPEN = {
    f"account.{name}"
    for name in ("edit_factors", "set_up_app", "new_passkey", "begin_passkey", "make_recovery")
}


def demand_second_factor() -> Response | None:
    """Guard of a blueprint: lead whoever must have a second factor and has none to set one up."""
    session = find_current_session()
    # A directory that says it asked for more than a password is believed (ASVS 5, V6.8.4).
    if session is None or session.method == "oidc+mfa" or request.endpoint in _OPEN:
        return None
    if not must_have_second_factor(session.author, current_site().second_factor_for):
        return None
    if has_second_factor(session.author):
        return None
    address = url_for("account.edit_factors")
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(factors=address), 403)
    return redirect(address, code=303)
