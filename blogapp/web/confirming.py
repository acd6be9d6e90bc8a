"""Asking again who somebody is, before what a stranger at their screen must not do.

A button that was pressed meanwhile is kept on the server, and can be pressed again afterwards.
"""

import re
from collections.abc import Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app, jsonify, make_response, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError

from blogapp.accounts import sessions
from blogapp.accounts.sessions import CONFIRMED_FOR
from blogapp.accounts.steps import begin_step
from blogapp.extensions import csrf, db
from blogapp.web.access import carry_on, current_session, way_back
from blogapp.web.clock import now

AGAIN = "again"
# Of what was pressed: as much as a long form holds.
MOST_KEPT = 1_000_000
# Fields so called are typed anew rather than kept.
_SECRET = re.compile(r".*(?:password|secret).*|.*(?:code|token)", re.IGNORECASE)

P = ParamSpec("P")
R = TypeVar("R")


def confirmed(view: Callable[P, R]) -> Callable[P, R]:
    """Make ``view`` ask first, by `demand_confirmed`."""

    @wraps(view)
    def asking(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_confirmed()
        return view(*args, **kwargs)

    return asking


def demand_confirmed(*, keeps: bool = True, secrets: Collection[str] = ()) -> None:
    """Go on where the author proved a moment ago who they are; else lead them to do that.

    They come back to the same page. What a form sent is kept until then, but for files, for
    what is called a password, secret, code or token, and for ``secrets``; ``keeps`` is False
    where a form is too large to be read. A script is answered 403 with the address to go to.
    """
    if is_confirmed():
        return
    back = way_back()
    if keeps and request.method == "POST" and _is_ours():
        _keep_fields(secrets)
        address = url_for("auth.confirm", next=back, kept=1)
    else:
        address = url_for("auth.confirm", next=back)
    if request.accept_mimetypes.best == "application/json":
        abort(make_response(jsonify(confirm=address), 403))
    abort(redirect(address, code=303))


def is_confirmed() -> bool:
    """Return whether whoever is signed in proved it within `CONFIRMED_FOR`."""
    return sessions.is_confirmed(current_session(), now=now())


def confirm() -> None:
    """Note that whoever is signed in has proved it again; their session gets a new id.

    The caller commits.
    """
    carry_on(sessions.confirm(current_session(), now=now()))


def _is_ours() -> bool:
    """Return whether the form was on a page of ours: only such a one may be pressed again."""
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return True
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True


def _keep_fields(secrets: Collection[str]) -> None:
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in secrets and not _SECRET.fullmatch(name)
    ]
    if sum(len(name) + len(value) for name, value in fields) > MOST_KEPT:
        fields = []
    state = {"path": request.script_root + request.full_path.rstrip("?"), "fields": fields}
    author = current_session().author
    session["kept"] = begin_step(AGAIN, now=now(), author=author, state=state, valid=CONFIRMED_FOR)
    db.session.commit()
