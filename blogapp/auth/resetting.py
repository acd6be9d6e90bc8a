"""Lost access: a link by mail, to sign in or to choose a new password."""

from flask import abort, make_response, render_template, request
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import throttling
from blogapp.accounts.errors import LinkExpired, WeakPassword
from blogapp.accounts.factors import has_second_factor
from blogapp.accounts.models import Author
from blogapp.accounts.passwords import LEAST, LEAST_BESIDE_FACTOR
from blogapp.accounts.registering import RESET, get_link, set_password, spend_link, withdraw_links
from blogapp.auth.devices import device_of
from blogapp.auth.finishing import finish
from blogapp.extensions import db
from blogapp.web.access import asking_address
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import Form
from blogapp.web.letting_in import VALID, Wish, ask_for_link, has_passwords
from blogapp.web.mailing import can_mail, send_mail


class AskForm(Form):
    email = EmailField(
        _("Email"), [InputRequired(_("Your e-mail address is missing.")), Length(max=320)]
    )


class ResetForm(Form):
    password = PasswordField(_("New password"), [InputRequired(_("The password is missing."))])


def ask() -> Response:
    """Ask for an e-mail address; on POST send a link there, whether or not anybody has it."""
    if not has_passwords():
        abort(404)
    form = AskForm()
    if not can_mail() or not form.validate_on_submit():
        return _page(form, status=422 if form.errors else 200)
    email = form.email.data or ""
    counted = throttling.mail_counters(email, asking_address(), device=device_of(email))
    if wait := throttling.admit_to(counted, now=now()):
        return _page(form, status=429, wait=wait)
    wish = Wish.RESET if request.form.get("wish") == Wish.RESET else Wish.SIGN_IN
    ask_for_link(email.strip(), wish)
    return _page(form, status=200, sent_to=email.strip(), minutes=VALID[wish].seconds // 60)


def reset(token: str) -> Response:
    """Ask for a new password; on POST keep it, end all sessions, and go on to sign in."""
    if not has_passwords():
        abort(404)
    form = ResetForm()
    try:
        link = get_link(token, now=now(), purpose=RESET)
        author = link.author or abort(404)
        if form.validate_on_submit() and _set(form, author):
            spend_link(link, now=now())
            return _finish(author)
    except LinkExpired:
        db.session.rollback()
        return make_response(render_template("auth/expired.html"), 410)
    least = LEAST_BESIDE_FACTOR if has_second_factor(author) else LEAST
    html = render_template("auth/reset.html", form=form, author=author, least=least)
    return make_response(html, 422 if form.errors else 200)


def _set(form: ResetForm, author: Author) -> bool:
    try:
        set_password(author, form.password.data or "")
    except WeakPassword as error:
        form.password.errors = [explain(error)]
        return False
    return True


def _finish(author: Author) -> Response:
    """Let no other link work, say what happened, and sign in: a second factor is still asked."""
    withdraw_links(author)
    note_by(actor_at_the_door(author), "password.reset", author)
    if author.email:
        send_mail(author.email, "password_changed", name=author.name, network=asking_address())
    return finish(author, method="link", is_strong=False)


def _page(
    form: AskForm, *, status: int, wait: int = 0, sent_to: str = "", minutes: int = 0
) -> Response:
    html = render_template(
        "auth/ask_link.html",
        form=form,
        wait=wait,
        sent_to=sent_to,
        minutes=minutes,
        can_mail=can_mail(),
    )
    response = make_response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
