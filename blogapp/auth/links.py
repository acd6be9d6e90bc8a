"""Links that work once: to sign in, or to become the owner of a new blog.

Opening one shows a page with a button; only pressing it uses the link up, so
mail scanners and prefetching browsers do no harm.
"""

from flask import abort, make_response, render_template
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from blogapp.accounts.errors import BadEmail, EmailTaken, LinkExpired, WeakPassword
from blogapp.accounts.models import Author, Role
from blogapp.accounts.registering import (
    EMAIL,
    add_author,
    change_email,
    get_link,
    has_own_account,
    spend_link,
)
from blogapp.auth.finishing import finish
from blogapp.extensions import db
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import Form
from blogapp.web.mailing import send_mail


class OwnerForm(Form):
    name = StringField(_("Your name"), [InputRequired(_("Your name is missing.")), Length(max=200)])
    email = EmailField(_("Email"), [InputRequired(_("Your e-mail address is missing."))])
    password = PasswordField(_("Password"), [InputRequired(_("The password is missing."))])


def sign_in(token: str) -> Response:
    """Show the button; on POST use the link up and sign its author in."""
    try:
        link = get_link(token, now=now())
        author = link.author or abort(404)
        form = Form()
        if form.validate_on_submit():
            spend_link(link, now=now())
            return finish(author, method="link", is_strong=False)
    except LinkExpired:
        return _expired()
    return make_response(render_template("auth/use_link.html", form=form, author=author))


def confirm_email(token: str) -> Response:
    """Show the button; on POST make the address that the link was sent to its author's own."""
    form = Form()
    try:
        link = get_link(token, now=now(), purpose=EMAIL)
        author, email = link.author or abort(404), link.email or ""
        if form.validate_on_submit():
            spend_link(link, now=now())
            return _take_email(author, email)
    except LinkExpired:
        db.session.rollback()
        return _expired()
    return make_response(
        render_template("auth/confirm_email.html", form=form, author=author, email=email)
    )


def create_owner(token: str) -> Response:
    """Show the form for the first owner; on POST make the account and sign it in."""
    form = OwnerForm()
    try:
        link = get_link(token, now=now())
        if link.author is not None:
            abort(404)
        if form.validate_on_submit() and (owner := _add_owner(form)):
            spend_link(link, now=now())
            return finish(owner, method="link", is_strong=True)
    except LinkExpired:
        db.session.rollback()
        return invitation_over()
    html = render_template("auth/create_owner.html", form=form)
    return make_response(html, 422 if form.errors else 200)


def invitation_over() -> Response:
    """Say that an invitation has been used, withdrawn, or waited too long."""
    html = render_template(
        "auth/expired.html", is_invitation=True, is_unowned=not has_own_account()
    )
    return make_response(html, 410)


def _take_email(author: Author, email: str) -> Response:
    before = author.email
    try:
        change_email(author, email)
    except (BadEmail, EmailTaken):
        db.session.rollback()
        return _expired()
    note_by(actor_at_the_door(author), "email.changed", author, before=before or "", after=email)
    if before:
        send_mail(before, "email_changed", name=author.name, email=email)
    db.session.commit()
    return make_response(render_template("auth/email_confirmed.html", email=email))


def _add_owner(form: OwnerForm) -> Author | None:
    try:
        return add_author(
            name=form.name.data or "",
            email=form.email.data or "",
            role=Role.OWNER,
            password=form.password.data or "",
            now=now(),
        )
    except (BadEmail, EmailTaken) as error:
        form.email.errors = [explain(error)]
    except WeakPassword as error:
        form.password.errors = [explain(error)]
    return None


def _expired() -> Response:
    return make_response(render_template("auth/expired.html"), 410)
