"""The people who write here: who they are, what they may do, and what becomes of their posts."""

from typing import Any
from urllib.parse import urlencode

from flask import abort, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blogapp.accounts import inviting, managing, rights
from blogapp.accounts.errors import AccountError
from blogapp.accounts.models import Author, Role
from blogapp.accounts.sessions import end_all_sessions
from blogapp.authoring.people_forms import (
    PART_NAMES,
    ROLE_MEANINGS,
    ROLE_NAMES,
    HandOverForm,
    RoleForm,
)
from blogapp.extensions import db
from blogapp.posts.handing_over import count_parts
from blogapp.posts.staffing import list_heirs, list_people, state_of
from blogapp.web.access import current_author, current_session
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.explaining import explain
from blogapp.web.forms import LARGEST_ID
from blogapp.web.mailing import send_mail
from blogapp.web.notices import complain, say
from blogapp.web.profile_form import ProfileForm, change_rows, keep

LONGEST_QUERY = 200


def index() -> Response:
    """Everybody who writes here; for those who look after people, who is invited, too."""
    author = current_author()
    manages = rights.may_manage_people(author)
    words, page = _asked()
    staff = list_people(words=words, by_email=manages, page=page)
    if page > staff.pages:
        abort(404)
    moment = now()
    shows_invited = manages and page == 1 and not words
    return make_response(
        render_template(
            "authoring/people.html",
            staff=staff,
            words=words,
            now=moment,
            manages=manages,
            invitations=inviting.list_invitations(now=moment) if shows_invited else [],
            handed=_handed() if manages else "",
            may_open=lambda other: _may_open(author, other),
            may_invite=lambda role: rights.may_invite(author, role),
            role_names=ROLE_NAMES,
            turn=lambda number: _address(words, number),
        )
    )


def show(id: int) -> Response:
    """One person, and what may be done about them."""
    return _show(_get(id))


def change_role(id: int) -> Response:
    """Let somebody be something else from here on."""
    other, author = _get(id), current_author()
    form = RoleForm()
    form.offer(_roles(author, other))
    if not form.validate():
        return _show(other, role_form=form)
    role, was = Role(form.role.data), other.role
    demand_confirmed()
    own = current_session() if other.id == author.id else None
    try:
        managing.change_role(other, role, by=author, but=own)
    except AccountError as error:
        return _refused(error, id)
    if role != was:
        note("role.changed", other, was=was, role=role.value)
        _tell(other, "role_changed", role=ROLE_NAMES[role])
    db.session.commit()
    say(_("%(name)s is %(role)s now.", name=other.name, role=ROLE_NAMES[role]))
    return _back(other)


def disable(id: int) -> Response:
    """Keep somebody from signing in; what they wrote stays."""
    other = _get(id)
    if not rights.may_disable(current_author(), other):
        abort(403)
    demand_confirmed()
    if state_of(other) != "active":
        return _back(other)
    try:
        managing.disable(other, by=current_author(), now=now())
    except AccountError as error:
        return _refused(error, id)
    note("author.disabled", other)
    _tell(other, "account_disabled")
    db.session.commit()
    say(_("%(name)s can no longer sign in. What they wrote stays.", name=other.name))
    return _back(other)


def enable(id: int) -> Response:
    """Let somebody sign in again."""
    other = _get(id)
    if not rights.may_disable(current_author(), other):
        abort(403)
    demand_confirmed()
    if state_of(other) != "disabled":
        return _back(other)
    try:
        managing.enable(other, by=current_author())
    except AccountError as error:
        return _refused(error, id)
    note("author.enabled", other)
    db.session.commit()
    say(_("%(name)s may sign in again.", name=other.name))
    return _back(other)


def end_sessions(id: int) -> Response:
    """Sign somebody out everywhere."""
    other = _get(id)
    if not rights.may_end_sessions(current_author(), other):
        abort(403)
    demand_confirmed()
    own = current_session() if other.id == current_author().id else None
    end_all_sessions(other, but=own)
    note("sessions.ended", other)
    db.session.commit()
    say(_("%(name)s is signed out everywhere.", name=other.name))
    return _back(other)


def edit_profile(id: int) -> Response:
    """What readers see of somebody; on POST keep it."""
    other = _get(id)
    if not rights.may_edit_profile(current_author(), other) or state_of(other) == "removed":
        abort(403)
    form = ProfileForm.of(other)
    address = url_for(".edit_person", id=id)
    if request.method == "POST" and not change_rows(form):
        if other.id != current_author().id:
            note("profile.changed", other)
        if keep(form, other):
            say(_("Profile saved."))
            return redirect(address, code=303)
        db.session.expunge_all()
        other = _get(id)
    page = render_template(
        "authoring/people_profile.html", form=form, person=other, address=address
    )
    return make_response(page, 422 if form.errors else 200)


def get_person(id: int) -> Author:
    """Return the author with this number, whom one may open; answers 404 or 403 otherwise."""
    return _get(id)


def show_person(
    other: Author, *, hand_form: HandOverForm | None = None, status: int = 422
) -> Response:
    """Answer with the page of a person, with a form that needs another look."""
    return _show(other, hand_form=hand_form, status=status)


def _get(id: int) -> Author:
    other = db.session.get(Author, id) or abort(404)
    if not _may_open(current_author(), other):
        abort(403)
    return other


def _may_open(author: Author, other: Author) -> bool:
    return author.id == other.id or rights.may_manage(author, other)


def _roles(author: Author, other: Author) -> list[Role]:
    return [role for role in Role if rights.may_change_role(author, other, role)]


def _show(
    other: Author,
    *,
    role_form: RoleForm | None = None,
    hand_form: HandOverForm | None = None,
    status: int = 200,
) -> Response:
    author = current_author()
    roles = _roles(author, other)
    if role_form is None:
        role_form = RoleForm(None, data={"role": other.role})
        role_form.offer(roles)
    hands_over = rights.may_hand_over(author, other)
    if hand_form is None:
        hand_form = HandOverForm(None)
        hand_form.offer(list_heirs(other))
    page = render_template(
        "authoring/people_person.html",
        person=other,
        state=state_of(other),
        is_self=author.id == other.id,
        now=now(),
        role_form=role_form,
        roles=roles,
        role_names=ROLE_NAMES,
        meanings=ROLE_MEANINGS,
        hand_form=hand_form if hands_over else None,
        parts=count_parts(other),
        part_names=PART_NAMES,
        may_disable=rights.may_disable(author, other),
        may_erase=rights.may_erase(author, other),
        manages=rights.may_manage(author, other),
    )
    return make_response(page, 422 if role_form.errors else status)


def _refused(error: AccountError, id: int) -> Response:
    """Undo what was begun and say on the page why."""
    db.session.rollback()
    complain(explain(error))
    if current_author().disabled_at:
        return redirect(url_for("auth.login"), code=303)
    return redirect(url_for(".list_people"), code=303)


def _tell(other: Author, name: str, **values: Any) -> None:
    """Write to whom it concerns, unless they did it themselves."""
    if other.email and other.id != current_author().id:
        send_mail(other.email, name, person=other.name, by=current_author().name, **values)


def _back(other: Author) -> Response:
    return redirect(url_for(".show_person", id=other.id), code=303)


def _asked() -> tuple[str, int]:
    words, page = request.args.get("q", ""), request.args.get("page", "1")
    if "\0" in words or len(words) > LONGEST_QUERY:
        abort(400)
    if not (page.isascii() and page.isdigit() and 0 < int(page[:12]) <= LARGEST_ID):
        abort(400)
    return words.strip(), int(page)


def _handed() -> str:
    return str(session.pop("handed_link", ""))


def _address(words: str, number: int) -> str:
    asked = {"q": words} if words else {}
    asked |= {"page": str(number)} if number > 1 else {}
    return url_for(".list_people") + (f"?{urlencode(asked)}" if asked else "")
