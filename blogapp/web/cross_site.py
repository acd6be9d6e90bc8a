"""Requests that change something come from our own pages, whatever token they carry."""

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import Forbidden

from blogapp.text.origins import origin_of

# What only reads (RFC 9110, 9.2.1).
_SAFE = {"GET", "HEAD", "OPTIONS"}
_OWN = {"same-origin", "none"}
# What browsers send by themselves, and what changes nothing that anybody has.
OPEN = {"public.csp_report"}


class FromElsewhere(Forbidden):
    """Another site asked for a change in somebody's name."""

    words = (
        _("This came from another site"),
        _("Nothing was changed. Open the page here, then press the button again."),
    )


def init_app(app: Flask) -> None:
    # Before the token of a form is looked at.
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_foreign)


def refuse_foreign() -> None:
    """Refuse a change that a page of another origin asks for. Raises `FromElsewhere`.

    Browsers say where a request began, in ``Sec-Fetch-Site`` (Fetch Metadata, 2.3) where they
    reach us by https or on this machine, and in ``Origin`` always (Fetch, 3.2). Programs say
    neither, and have nobody's cookies. An origin that is hidden is another's, unless the
    browser says that it is ours.
    """
    if request.method in _SAFE or request.endpoint in OPEN:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in _OWN:
        raise FromElsewhere
    if origin is None or (origin == "null" and site == "same-origin"):
        return
    if origin not in _own_origins():
        raise FromElsewhere


def _own_origins() -> set[str]:
    """Return what this blog is called: as it is set, and as this request has it.

    A host that is none of ours was refused before.
    """
    config = current_app.config
    asked = f"{request.scheme}://{request.host}"
    return {origin_of(config["PUBLIC_URL"]), origin_of(asked)}
