"""The sign-in page, and the way out."""

import logging

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import sessions, throttling
from blogapp.accounts.registering import authenticate, list_owners
from blogapp.auth import directory_session
from blogapp.auth.devices import device_of
from blogapp.auth.finishing import after_sign_in, finish, may_come_by_here
from blogapp.extensions import db
from blogapp.web.access import (
    asking_address,
    current_author,
    find_current_author,
    session_token,
    sign_out,
)
from blogapp.web.auditing import LOGGER, actor_at_the_door, note, note_by
from blogapp.web.clock import now
from blogapp.web.filters import local
from blogapp.web.forms import Form
from blogapp.web.letting_in import has_passwords
from blogapp.web.mailing import send_mail

NO_MATCH = _("That email and password do not match.")

_log = logging.getLogger(LOGGER)


class SignInForm(Form):
    email = EmailField(
        _("Email"), [InputRequired(_("Your e-mail address is missing.")), Length(max=320)]
    )
    password = PasswordField(_("Password"), [InputRequired(_("The password is missing."))])


def login() -> Response:
    """Show the sign-in form; on POST sign in and go where the author was going."""
    if request.method != "POST" and find_current_author():
        return redirect(after_sign_in(), code=303)
    form = SignInForm()
    if not has_passwords():
        return _page(form, status=403 if request.method == "POST" else 200)
    if not form.validate_on_submit():
        return _page(form, status=422 if form.errors else 200)

    email, password = form.email.data or "", form.password.data or ""
    address, device = asking_address(), device_of(email)
    wait = throttling.admit(email, address, now=now(), device=device)
    if wait:
        return _page(form, problem=NO_MATCH, wait=wait, status=429)
    db.session.commit()
    author = authenticate(email, password, is_known=bool(device))
    if author is None or not may_come_by_here("password", author):
        tell_of_failure(address)
        return _page(form, problem=NO_MATCH, status=422)
    throttling.forgive(email, address, device=device)
    return finish(author, method="password", is_strong=False)


def show(*, problem: str, status: int) -> Response:
    """Answer with the form as it stands, and what is wrong."""
    return _page(SignInForm(), problem=problem, status=status)


def logout() -> Response:
    """Ask once, then end the session on the server and drop the cookie."""
    if request.method != "POST":
        return make_response(render_template("auth/logout.html", author=find_current_author()))
    leads_out = directory_session.way_out()
    if token := session_token():
        if find_current_author():
            note("session.ended", current_author())
        sessions.end_session(token)
        db.session.commit()
    sign_out()
    response: Response = redirect(url_for("public.index"), code=303)
    if leads_out:
        response = make_response(render_template("auth/directory_left.html", way_out=leads_out))
    # Where the computer is not theirs: also what was typed there and never sent.
    forgets = "forget" in request.form
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"' if forgets else '"cache"'
    return response


def tell_of_failure(address: str) -> None:
    """Write down that a try failed; tell owners, once an hour, where one network goes on.

    The same work whether the account exists. Commits.
    """
    _log.info('{"act": "sign-in.failed", "from": "%s"}', actor_at_the_door().network)
    failures = throttling.failures_from(address)
    if failures >= throttling.TOLD_AFTER and throttling.may_tell_owners(now=now()):
        note_by(actor_at_the_door(), "sign-in.failed", tries=failures)
        for owner in list_owners():
            send_mail(
                owner.email or "",
                "failed_sign_ins",
                failures=failures,
                network=address,
                when=local(now()),
            )
    db.session.commit()


def _page(form: SignInForm, *, status: int, problem: str = "", wait: int = 0) -> Response:
    html = render_template(
        "auth/login.html", form=form, problem=problem, wait=wait, has_passwords=has_passwords()
    )
    response = make_response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
