"""Letting people in: by mail where there is a mail server, else by a link to hand over."""

from flask import abort, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blogapp.accounts import inviting, rights
from blogapp.accounts.errors import AccountError, BadEmail, EmailTaken
from blogapp.accounts.invitation_models import Invitation
from blogapp.accounts.models import Role
from blogapp.authoring.people_forms import ROLE_MEANINGS, ROLE_NAMES, InvitationForm
from blogapp.extensions import db
from blogapp.posts.staffing import list_unregistered
from blogapp.web.access import current_author
from blogapp.web.addresses import absolute_url_for
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.explaining import explain
from blogapp.web.mailing import can_mail, send_mail
from blogapp.web.notices import say

# Whoever may do as much is let in by somebody who proved who they are.
_GUARDED = (Role.OWNER, Role.EDITOR)


def invite() -> Response:
    """Show who may be invited as what; on POST make the invitation."""
    author = current_author()
    roles = rights.roles_to_give(author) or abort(403)
    form = InvitationForm()
    authors = list_unregistered()
    form.offer(roles, authors)
    if request.method == "GET":
        form.author.data = request.args.get("author", "")
    if form.validate_on_submit() and (response := _make(form)):
        return response
    page = render_template(
        "authoring/people_invite.html",
        form=form,
        has_unregistered=bool(authors),
        meanings=[(ROLE_NAMES[role], ROLE_MEANINGS[role]) for role in roles],
        can_mail=can_mail(),
    )
    return make_response(page, 422 if form.errors else 200)


def renew(id: int) -> Response:
    """Give an invitation another week and another link, and send or show it."""
    invitation = _get(id)
    _confirm(invitation.role)
    token = inviting.renew(invitation, now=now())
    note("invitation.renewed", _label(invitation), role=invitation.role)
    _deliver(invitation, token)
    return redirect(url_for(".list_people"), code=303)


def revoke(id: int) -> Response:
    """Let an invitation work no more."""
    invitation = _get(id)
    note("invitation.revoked", _label(invitation), role=invitation.role)
    inviting.revoke(invitation)
    db.session.commit()
    say(_("The invitation no longer works."))
    return redirect(url_for(".list_people"), code=303)


def _make(form: InvitationForm) -> Response | None:
    """Make the invitation; None with errors beside the fields."""
    role = Role(form.role.data)
    _confirm(role)
    unregistered = {str(one.id): one for one in list_unregistered()}
    author = unregistered.get(form.author.data or "")
    try:
        invitation, token = inviting.invite(
            by=current_author(),
            role=role,
            email=form.email.data or "",
            name=form.name.data or (author.name if author else ""),
            author=author,
            now=now(),
        )
    except (BadEmail, EmailTaken) as error:
        form.email.errors = [explain(error)]
        return None
    except AccountError as error:
        form.role.errors = [explain(error)]
        return None
    note("invitation.made", _label(invitation), role=role.value)
    _deliver(invitation, token)
    return redirect(url_for(".list_people"), code=303)


def _deliver(invitation: Invitation, token: str) -> None:
    """Send the link, or show it once on the next page. Commits."""
    link = absolute_url_for("auth.invite", token=token)
    invitation.sent_at = None
    if invitation.email and _send(invitation, link):
        invitation.sent_at = now()
        say(_("The invitation was sent to %(address)s.", address=invitation.email))
    else:
        session["handed_link"] = link
        say(_("The invitation is made. Hand its link over; it is shown only this once."))
    db.session.commit()


def _send(invitation: Invitation, link: str) -> bool:
    return send_mail(
        invitation.email,
        "invitation",
        valid=inviting.VALID,
        link=link,
        by=current_author().name,
        role=ROLE_NAMES[invitation.role],
        days=inviting.VALID.days,
    )


def _get(id: int) -> Invitation:
    """Return the invitation, which the author could have made; answers 403 or 404 otherwise."""
    if not rights.may_manage_people(current_author()):
        abort(403)
    invitation = inviting.find_invitation(id) or abort(404)
    if not rights.may_invite(current_author(), invitation.role):
        abort(403)
    return invitation


def _confirm(role: Role) -> None:
    if role in _GUARDED:
        demand_confirmed()


def _label(invitation: Invitation) -> str:
    return invitation.email or invitation.name or f"#{invitation.id}"
