"""Domain errors and HTTP errors, turned into pages people can read."""

import json
import logging
from urllib.parse import quote, urlencode

from flask import Flask, Response, abort, g, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from blogapp.extensions import db
from blogapp.site.models import Site
from blogapp.site.reading import default_site, get_site
from blogapp.telemetry.work import current
from blogapp.web import failing
from blogapp.web.auditing import LOGGER, actor_at_the_door
from blogapp.web.cross_site import FromElsewhere
from blogapp.web.failing import CannotStore, speaks_json
from blogapp.web.filters import last_site
from blogapp.web.handing_back import typed_fields
from blogapp.web.moving import find_new_address, send_to

WORDS = {
    400: (_("This address does not make sense"), _("Something in it is malformed.")),
    403: (_("Not yours to open"), _("You are signed in, but this belongs to somebody else.")),
    404: (
        _("Nothing lives here"),
        _("The address may be mistyped, or the page was never published."),
    ),
    405: (_("Not that way"), _("This address answers, but not to this kind of request.")),
    410: (_("This was taken down"), _("The page existed once. Its author has withdrawn it.")),
    413: (_("Too large"), _("What you sent is over the limit. Nothing of it was kept.")),
    429: (_("Too many tries"), _("Wait a little, then try again.")),
    500: (_("Something broke here"), _("It is not your doing. The error has been written down.")),
    503: (_("Not ready yet"), _("The blog is being looked after. Try again in a minute.")),
}
STALE_FORM = (
    _("This form has expired"),
    _("Go back, reload the page, then send the form again."),
)

# What somebody was kept from: not theirs, too much, too often.
_REFUSED = {403, 413, 429}

_log = logging.getLogger(LOGGER)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_error)
    for of_the_machine in (SQLAlchemyError, OSError):
        app.register_error_handler(of_the_machine, failing.answer)
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Refuse an address that holds a NUL, which no database can look for."""
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        abort(400)


def show_error(error: HTTPException) -> Answer:
    """Answer with the error's own status, as a page in the blog's design.

    An unknown address that worked once says where to go instead.
    """
    if error.response is not None:  # a redirect raised as an exception
        return make_response(error.response)
    if error.code in _REFUSED or isinstance(error, CSRFError):
        _write_down(error)
    _let_go_of_the_database()
    try:
        if "site" not in g:
            g.site = _site_for(error)
        moved = find_new_address() if _may_have_moved(error) else None
    except SQLAlchemyError:
        g.site, moved = default_site(), None
    except HTTPException as gone:
        error, moved = gone, None
    if moved:
        return send_to(moved)
    return _explain(error)


def _write_down(error: HTTPException) -> None:
    """Say in the log of the machine who was refused what (ASVS 5, V16.3.2 and V16.3.3)."""
    author = g.get("author")
    said = {
        "act": "request.refused",
        # Its identity asks nothing of a database that may be away.
        "actor": inspect(author).identity[0] if author else None,
        "from": actor_at_the_door().network,
        "status": error.code,
        "why": type(error).__name__,
        "about": f"{request.method} {request.endpoint}",
        "id": (request.view_args or {}).get("id"),
    }
    _log.info("%s", json.dumps({name: each for name, each in said.items() if each}))


def _let_go_of_the_database() -> None:
    """Undo what was begun; what was read of the site outlives the session it came from."""
    try:
        if (site := g.get("site")) and site in db.session:
            if site.logo:
                db.session.expunge(site.logo)
            db.session.expunge(site)
        db.session.rollback()
    except SQLAlchemyError:
        db.session.remove()


def _site_for(error: HTTPException) -> Site:
    """Return the settings to speak with; a database that is away is not asked once more."""
    if not isinstance(error, CannotStore):
        return get_site()
    return last_site() or (get_site() if error.is_readable else default_site())


def _may_have_moved(error: HTTPException) -> bool:
    return error.code == 404 and request.method in {"GET", "HEAD"}


def _explain(error: HTTPException) -> Response:
    status = error.code or 500
    words = _own_words(error) or WORDS.get(status)
    title, text = words or (error.name, "")
    if isinstance(error, CannotStore) and speaks_json():
        response = make_response(jsonify(error=error.told, retry=True), status)
    else:
        response = make_response(_page(status, title, text), status)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    if _is_fragment() or status >= 500:
        response.headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, title: LazyString | str, text: LazyString | str) -> str:
    words = {"status": status, "title": title, "text": text, "whole_page": _without_fragment()}
    if _is_fragment():
        return render_template("errors/fragment.html", **words)
    if status >= 500 and (fields := typed_fields()):
        return render_template("errors/unsaved.html", fields=fields, **words)
    work = current() if status == 500 else None
    return render_template("errors/error.html", number=work.id if work else "", **words)


def _own_words(error: HTTPException) -> tuple[LazyString, LazyString] | None:
    if isinstance(error, CSRFError):
        return STALE_FORM
    return error.words if isinstance(error, (FromElsewhere, CannotStore)) else None


def _is_fragment() -> bool:
    """Whether the answer goes into a page that is open already."""
    return "fragment" in request.args or request.headers.get("HX-Request-Type") == "partial"


def _without_fragment() -> str:
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != "fragment"]
    address = quote(request.script_root + request.path)
    return f"{address}?{urlencode(pairs)}" if pairs else address
