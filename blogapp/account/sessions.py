"""Where whoever is signed in is signed in, and the way out of each place."""

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blogapp.accounts.models import AuthorSession
from blogapp.accounts.sessions import (
    end_all_sessions,
    find_own_session,
    limits_of,
    list_sessions,
    renew,
)
from blogapp.extensions import db
from blogapp.web.access import carry_on, current_author, current_session
from blogapp.web.agents import browser_of
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.language import ngettext
from blogapp.web.notices import say


@dataclass(frozen=True)
class Shown:
    """A session as its owner knows it."""

    session: AuthorSession
    browser: str
    method: str
    is_this: bool


def index() -> Response:
    """List the sessions, this one first, then by when they were used last."""
    this = current_session()
    limits = limits_of(this.method)
    found = [_shown(one, this) for one in list_sessions(current_author(), now=now())]
    found.sort(key=lambda one: not one.is_this)
    page = render_template(
        "account/sessions.html",
        sessions=found,
        now=now(),
        idle=_in_words(limits.idle),
        absolute=_in_words(limits.absolute),
    )
    return make_response(page)


def end(id: int) -> Response:
    """End one other session."""
    demand_confirmed()
    found = find_own_session(current_author(), id) or abort(404)
    if found.id == current_session().id:
        return redirect(url_for("auth.logout"), code=303)
    note("session.ended", current_author(), browser=browser_of(found.user_agent))
    db.session.delete(found)
    db.session.commit()
    say(_("That browser is signed out."))
    return redirect(url_for(".list_sessions"), code=303)


def end_others() -> Response:
    """End all sessions but this one, which gets a new id."""
    demand_confirmed()
    this = current_session()
    end_all_sessions(current_author(), but=this)
    carry_on(renew(this))
    note("session.ended", current_author(), which="all others")
    db.session.commit()
    say(_("All other browsers are signed out."))
    return redirect(url_for(".list_sessions"), code=303)


def _shown(session: AuthorSession, this: AuthorSession) -> Shown:
    return Shown(
        session,
        browser=browser_of(session.user_agent),
        method=_method(session.method),
        is_this=session.id == this.id,
    )


def _in_words(span: timedelta) -> str:
    if span.days > 1:
        return ngettext("%(num)s day", "%(num)s days", span.days)
    hours = int(span.total_seconds() // 3600)
    return ngettext("%(num)s hour", "%(num)s hours", hours)


def _method(method: str) -> str:
    """How somebody signed in, in words."""
    return {
        "password": _("password"),
        "password+totp": _("password and code"),
        "password+passkey": _("password and passkey"),
        "link+totp": _("link and code"),
        "link+passkey": _("link and passkey"),
        "recovery": _("recovery code"),
        "passkey": _("passkey"),
        "oidc": _("directory"),
        "oidc+mfa": _("directory"),
        "link": _("link"),
    }.get(method, method)
