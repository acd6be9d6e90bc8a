"""How whoever is signed in signs in: their password and their e-mail address."""

from datetime import timedelta

from flask import abort, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import throttling
from blogapp.accounts.directory.joining import is_joined
from blogapp.accounts.errors import BadEmail, EmailTaken, WeakPassword
from blogapp.accounts.factors import has_second_factor
from blogapp.accounts.models import Author
from blogapp.accounts.passwords import LEAST, LEAST_BESIDE_FACTOR, matches
from blogapp.accounts.registering import (
    EMAIL,
    change_email,
    free_email,
    make_link,
    set_password,
    withdraw_links,
)
from blogapp.accounts.sessions import renew
from blogapp.extensions import db
from blogapp.web.access import asking_address, carry_on, current_author, current_session
from blogapp.web.addresses import absolute_url_for
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.directory import find_directory
from blogapp.web.explaining import explain
from blogapp.web.forms import Form
from blogapp.web.letting_in import has_passwords
from blogapp.web.mailing import can_mail, send_mail
from blogapp.web.notices import say

LINK_VALID = timedelta(hours=1)


class PasswordForm(Form):
    # Missing where there is none so far: it is compared all the same.
    current = PasswordField(_l("Your password so far"))
    password = PasswordField(_l("New password"), [InputRequired(_l("The password is missing."))])


class EmailForm(Form):
    email = EmailField(
        _l("New address"), [InputRequired(_l("Your e-mail address is missing.")), Length(max=320)]
    )


def edit() -> Response:
    """Show both forms."""
    return _page(PasswordForm(), EmailForm())


def change_password() -> Response:
    """Keep a new password; all other sessions end, and this one gets a new id."""
    if not _is_own():
        abort(404)
    demand_confirmed()
    author, form = current_author(), PasswordForm()
    if not form.validate_on_submit():
        return _page(form, EmailForm(), status=422)
    counted = throttling.session_counters(current_session().id)
    if wait := throttling.admit_to(counted, now=now()):
        form.current.errors = [_("Too many tries. Wait a little, then try again.")]
        return _page(form, EmailForm(), status=429, wait=wait)
    db.session.commit()
    kept = author.password_hash
    if kept and not matches(form.current.data or "", kept, is_known=True):
        form.current.errors = [_("That is not your password.")]
        return _page(form, EmailForm(), status=422)
    throttling.forget(counted)
    try:
        set_password(author, form.password.data or "", but=current_session())
    except WeakPassword as error:
        form.password.errors = [explain(error)]
        return _page(form, EmailForm(), status=422)
    withdraw_links(author)
    carry_on(renew(current_session()))
    note("password.changed", author)
    if author.email:
        send_mail(author.email, "password_changed", name=author.name, network=asking_address())
    db.session.commit()
    say(_("Password changed. All other browsers are signed out."))
    return redirect(url_for(".edit_password"), code=303)


def change_address() -> Response:
    """Send a link to the new address; it is theirs once that is used. Without mail, at once."""
    if not _is_own():
        abort(404)
    demand_confirmed()
    author, form = current_author(), EmailForm()
    if not form.validate_on_submit():
        return _page(PasswordForm(), form, status=422)
    before, email = author.email or "", (form.email.data or "").strip()
    # What is taken tells who has an account.
    counted = throttling.address_counters(author.id)
    if wait := throttling.admit_to(counted, now=now()):
        form.email.errors = [_("Too many tries. Wait a little, then try again.")]
        return _page(PasswordForm(), form, status=429, wait=wait)
    db.session.commit()
    try:
        free_email(email)
        if not can_mail():
            change_email(author, email)
    except (BadEmail, EmailTaken) as error:
        form.email.errors = [explain(error)]
        return _page(PasswordForm(), form, status=422)
    if can_mail():
        return _send_link(author, form, email)
    note("email.changed", author, before=before, after=email)
    db.session.commit()
    say(_("You sign in with the new address from now on."))
    return redirect(url_for(".edit_password"), code=303)


def _is_own() -> bool:
    """Whether password and address are this blog's, and not a directory's."""
    return has_passwords() and not is_joined(current_author(), find_directory())


def _send_link(author: Author, form: EmailForm, email: str) -> Response:
    """Write to both addresses: the new one confirms, the old one is told."""
    counted = throttling.change_counters(author.id)
    if wait := throttling.admit_to(counted, now=now()):
        form.email.errors = [_("Too many tries. Wait a little, then try again.")]
        return _page(PasswordForm(), form, status=429, wait=wait)
    withdraw_links(author, EMAIL)
    token = make_link(author, now=now(), valid=LINK_VALID, purpose=EMAIL, email=email)
    link = absolute_url_for("auth.confirm_email", token=token)
    send_mail(email, "confirm_email", valid=LINK_VALID, name=author.name, email=email, link=link)
    if author.email:
        send_mail(author.email, "email_changing", name=author.name, email=email)
    note("email.asked", author, after=email)
    db.session.commit()
    say(_("A link went to %(email)s. The address is yours once you have opened it.", email=email))
    return redirect(url_for(".edit_password"), code=303)


def _page(
    password: PasswordForm, email: EmailForm, *, status: int = 200, wait: int = 0
) -> Response:
    author = current_author()
    if author.password_hash is None:
        del password.current
    page = render_template(
        "account/password.html",
        password_form=password,
        email_form=email,
        least=LEAST_BESIDE_FACTOR if has_second_factor(author) else LEAST,
        is_own=_is_own(),
        can_mail=can_mail(),
    )
    response = make_response(page, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
