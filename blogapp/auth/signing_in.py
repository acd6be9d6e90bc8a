"""The sign-in page, and the way out."""

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import sessions, throttling
from blogapp.accounts.models import Author
from blogapp.accounts.registering import authenticate
from blogapp.extensions import db
from blogapp.web.access import find_current_author, session_token, sign_in, sign_out
from blogapp.web.addresses import local_path
from blogapp.web.clock import now
from blogapp.web.forms import Form
from blogapp.web.proxies import client_address

NO_MATCH = _("That email and password do not match.")


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
    if not form.validate_on_submit():
        return _page(form, status=422 if form.errors else 200)

    email, password = form.email.data or "", form.password.data or ""
    address = client_address(request, current_app.config["TRUSTED_PROXIES"])
    wait = throttling.admit(email, address, now=now())
    if wait:
        return _page(form, problem=NO_MATCH, wait=wait, status=429)
    db.session.commit()
    author = authenticate(email, password)
    if author is None:
        return _page(form, problem=NO_MATCH, status=422)
    throttling.forgive(email, address)
    start(author)
    return redirect(after_sign_in(), code=303)


def logout() -> Response:
    """Ask once, then end the session on the server and drop the cookie."""
    if request.method != "POST":
        return make_response(render_template("auth/logout.html", author=find_current_author()))
    if token := session_token():
        sessions.end_session(token)
        db.session.commit()
    sign_out()
    response = redirect(url_for("public.index"), code=303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def start(author: Author) -> None:
    """Sign ``author`` in with a new session, ending the one this browser had."""
    if old := session_token():
        sessions.end_session(old)
    agent = request.headers.get("User-Agent", "")
    sign_in(sessions.start_session(author, now=now(), user_agent=agent))
    db.session.commit()


def after_sign_in() -> str:
    """Return the path the author was going to, if it is on this site."""
    return local_path(request.args.get("next")) or url_for("authoring.dashboard")


def _page(form: SignInForm, *, status: int, problem: str = "", wait: int = 0) -> Response:
    html = render_template("auth/login.html", form=form, problem=problem, wait=wait)
    response = make_response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
