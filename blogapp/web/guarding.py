"""What guards every page that asks who you are: the desk and the account."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from blogapp.posts.rights import may_manage_site
from blogapp.posts.staffing import has_page
from blogapp.web.access import current_author, find_current_author, require_author
from blogapp.web.clock import now
from blogapp.web.notices import complain, take_notices


def tell_scripts() -> Response | None:
    """Answer 401 to a script of a page whose session is over, which asks its author to sign in."""
    speaks_json = request.is_json or request.accept_mimetypes.best == "application/json"
    if not speaks_json or find_current_author():
        return None
    return make_response(jsonify(login=url_for("auth.login")), 401)


def refuse_stale_button(error: CSRFError) -> AnyResponse:
    """A button on a page older than the session: nothing was done, so it can be pressed again."""
    if strangers := require_author():
        return strangers
    complain(_("That page was too old to act on. Nothing was changed; press the button again."))
    return redirect(referring_page() or url_for("authoring.dashboard"), code=303)


def offer_to_templates() -> dict[str, Any]:
    """What these pages may ask: who is signed in, what they may do, what was just done."""
    return {
        "current_author": current_author,
        "take_notices": take_notices,
        "offered_undos": list,
        "here": _here,
        "has_page": lambda author: has_page(author, now()),
        "manages_site": lambda: may_manage_site(current_author()),
    }


def keep_private(response: Response) -> Response:
    """Nothing here may be kept by anyone or found by search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def referring_page() -> str | None:
    """Return the page the button was on, when that was one of these."""
    referrer = urlsplit(request.referrer or "")
    is_ours = referrer.netloc == request.host and referrer.path.startswith(
        (url_for("authoring.dashboard"), url_for("account.edit_profile"))
    )
    if not is_ours:
        return None
    return referrer.path + (f"?{referrer.query}" if referrer.query else "")


def _here() -> str:
    """Return the address of the page a button is on, to come back to."""
    if request.method != "GET":
        return url_for("authoring.dashboard")
    return request.script_root + request.full_path.rstrip("?")
