"""The page that asks again who somebody is: `/login/again`."""

from flask import make_response, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from blogapp.accounts import throttling
from blogapp.accounts.passwords import matches
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.steps import find_step
from blogapp.auth.finishing import after_sign_in, may_come_by_here
from blogapp.auth.signing_in import tell_of_failure
from blogapp.extensions import db
from blogapp.web import confirming
from blogapp.web.access import (
    asking_address,
    current_author,
    current_session,
    require_author,
)
from blogapp.web.clock import now
from blogapp.web.forms import Form

NO_MATCH = _("That is not your password.")


class ConfirmForm(Form):
    password = PasswordField(_("Password"), [InputRequired(_("The password is missing."))])


def ask() -> Response:
    """Ask for the password; then go on to where the author was going, or to what they sent."""
    if strangers := require_author():
        return strangers
    if request.method != "POST" and confirming.is_confirmed():
        return _go_on()
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _page(form, status=422 if form.errors else 200)

    author = current_author()
    counted = throttling.session_counters(current_session().id)
    if wait := throttling.admit_to(counted, now=now()):
        return _page(form, problem=NO_MATCH, wait=wait, status=429)
    db.session.commit()
    kept = author.password_hash if may_come_by_here("password", author) else None
    if not matches(form.password.data or "", kept, is_known=True):
        tell_of_failure(asking_address())
        return _page(form, problem=NO_MATCH, status=422)
    throttling.forget(counted)
    return finish_confirming()


def finish_confirming() -> Response:
    """Note that whoever is signed in has proved it, and lead back to what they were doing.

    For every way to prove it: password, code, passkey, directory. Commits.
    """
    confirming.confirm()
    db.session.commit()
    given = request.args
    return redirect(url_for(".confirm", next=given.get("next"), kept=given.get("kept")), code=303)


def show(*, problem: str, status: int, wait: int = 0) -> Response:
    """Answer with the page as it stands, and what is wrong."""
    return _page(ConfirmForm(), problem=problem, status=status, wait=wait)


def _go_on() -> Response:
    """Lead back, or show again the form that was sent when this was asked."""
    kept = _kept()
    if kept is None:
        return redirect(after_sign_in(), code=303)
    return make_response(render_template("auth/go_on.html", sent=kept.state))


def _kept() -> SignInStep | None:
    if "kept" not in request.args:
        return None
    step = find_step(confirming.AGAIN, session.get("kept"), now=now())
    return step if step and step.author_id == current_author().id else None


def _page(form: ConfirmForm, *, status: int, problem: str = "", wait: int = 0) -> Response:
    author = current_author()
    html = render_template(
        "auth/confirm.html",
        form=form,
        problem=problem,
        wait=wait,
        author=author,
        has_password=author.password_hash and may_come_by_here("password", author),
        sent=_kept() is not None,
    )
    response = make_response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
