"""Taking up an invitation: to write here, or to own a blog that nobody owns yet."""

from flask import current_app, make_response, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from blogapp.accounts import inviting, throttling
from blogapp.accounts.errors import (
    BadEmail,
    EmailTaken,
    LinkExpired,
    NoSuchAuthor,
    WeakPassword,
)
from blogapp.accounts.invitation_models import Invitation
from blogapp.accounts.models import Author, Role
from blogapp.auth import links
from blogapp.auth.finishing import finish
from blogapp.extensions import db
from blogapp.text.name_lists import one_line
from blogapp.web.access import asking_address
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import Form
from blogapp.web.language import ngettext
from blogapp.web.notices import say

STEP = "invitation"
ROLE_NAMES = {
    Role.OWNER: _("Owner"),
    Role.EDITOR: _("Editor"),
    Role.AUTHOR: _("Author"),
    Role.CONTRIBUTOR: _("Contributor"),
}


class InvitedForm(Form):
    """What somebody says of themselves who was invited."""

    name = StringField(
        _("Your name"),
        [DataRequired(_("Your name is missing.")), Length(max=200)],
        filters=[one_line],
    )
    email = EmailField(
        _("Email"), [InputRequired(_("Your e-mail address is missing.")), Length(max=320)]
    )
    password = PasswordField(_("Password"), [InputRequired(_("The password is missing."))])


def take_up(token: str) -> Response:
    """Show who invites to what; on POST make the account and sign it in."""
    try:
        invitation = inviting.get_invitation(token, now=now())
    except LinkExpired:
        return links.create_owner(token)
    form = _form_of(invitation)
    if not form.validate_on_submit():
        return _show(invitation, form, 422 if form.errors else 200)
    wait = throttling.admit(str(invitation.id), asking_address(), now=now(), step=STEP)
    if wait:
        said = ngettext(
            "Too many tries. You can try again in %(num)s second.",
            "Too many tries. You can try again in %(num)s seconds.",
            wait,
        )
        form.name.errors = [said]
        response = _show(inviting.get_invitation(token, now=now()), form, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    db.session.commit()
    return _accept(token, form)


def _accept(token: str, form: InvitedForm) -> Response:
    try:
        invitation = inviting.get_invitation(token, now=now())
        role = invitation.role
        author = _make(invitation, form)
    except (LinkExpired, NoSuchAuthor):
        db.session.rollback()
        return links.invitation_over()
    if author is None:
        db.session.rollback()
        return _show(inviting.get_invitation(token, now=now()), form, 422)
    throttling.forgive(str(invitation.id), asking_address(), step=STEP)
    note_by(actor_at_the_door(author), "invitation.accepted", author, role=role)
    response = finish(author, method="link", is_strong=False)
    say(gettext("You are in. Under your name above you say what readers see of you."))
    return response


def _make(invitation: Invitation, form: InvitedForm) -> Author | None:
    """Make the account; None with errors beside the fields."""
    try:
        return inviting.accept(
            invitation,
            name=form.name.data or "",
            email=(form.email.data or "") if "email" in form else "",
            password=(form.password.data or "") if "password" in form else None,
            now=now(),
        )
    except BadEmail as error:
        _say(form, "email", explain(error))
    except EmailTaken:
        # Who has an account here is nobody's business who has none.
        _say(form, "email", gettext("This address cannot be used. Ask whoever invited you."))
    except WeakPassword as error:
        _say(form, "password", explain(error))
    return None


def _say(form: InvitedForm, name: str, problem: str) -> None:
    field = getattr(form, name, None) or form.name
    field.errors = [problem]


def _form_of(invitation: Invitation) -> InvitedForm:
    form = InvitedForm(data={"name": invitation.name})
    if invitation.email:
        del form.email
    if not current_app.config["LOCAL_PASSWORDS"]:
        del form.password
    return form


def _show(invitation: Invitation, form: InvitedForm, status: int) -> Response:
    html = render_template(
        "auth/invitation.html",
        form=form,
        invitation=invitation,
        role=ROLE_NAMES[invitation.role],
    )
    return make_response(html, status)
