"""The sign-in page, and the way out."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import sessions, throttling
from blogapp.accounts.registering import authenticate
from blogapp.auth.finishing import after_sign_in, finish
from blogapp.extensions import db
from blogapp.web.access import asking_address, find_current_author, session_token, sign_out
from blogapp.web.clock import now
from blogapp.web.forms import Form

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
    address = asking_address()
    wait = throttling.admit(email, address, now=now())
    if wait:
        return _page(form, problem=NO_MATCH, wait=wait, status=429)
    db.session.commit()
    author = authenticate(email, password)
    if author is None:
        return _page(form, problem=NO_MATCH, status=422)
    throttling.forgive(email, address)
    return finish(author, method="password", is_strong=False)


def show(*, problem: str, status: int) -> Response:
    """Answer with the form as it stands, and what is wrong."""
    return _page(SignInForm(), problem=problem, status=status)


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


def _page(form: SignInForm, *, status: int, problem: str = "", wait: int = 0) -> Response:
    html = render_template("auth/login.html", form=form, problem=problem, wait=wait)
    response = make_response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
