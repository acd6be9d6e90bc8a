"""What becomes of somebody's posts when they leave, and of their name."""

from flask import abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blogapp.accounts import managing, rights
from blogapp.accounts.errors import AccountError, StepExpired
from blogapp.accounts.models import Author
from blogapp.accounts.steps import begin_step, take_step
from blogapp.authoring.people import get_person, show_person
from blogapp.authoring.people_forms import HandOverForm
from blogapp.extensions import db
from blogapp.posts.forgetting import forget_person
from blogapp.posts.handing_over import HandOver, Part, count_parts, give_back, hand_over
from blogapp.posts.staffing import list_heirs
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.explaining import explain
from blogapp.web.forms import Form
from blogapp.web.language import ngettext
from blogapp.web.notices import complain, say

_PURPOSE = "hand-over"


def hand(id: int) -> Response:
    """Give somebody's posts to somebody else."""
    other = get_person(id)
    if not rights.may_hand_over(current_author(), other):
        abort(403)
    heirs = {str(heir.id): heir for heir in list_heirs(other)}
    form = HandOverForm()
    form.offer(list(heirs.values()))
    if not form.validate():
        return show_person(other, hand_form=form)
    demand_confirmed()
    to = heirs[form.to.data]
    parts = {Part(part) for part in form.parts.data or ()}
    done = hand_over(other, to, parts=parts, replaces=form.how.data == "replace")
    other, to = get_person(id), db.session.get_one(Author, to.id)
    if not done.count:
        db.session.rollback()
        say(_("There was nothing to hand over."))
        return redirect(url_for(".show_person", id=id), code=303)
    note("posts.handed-over", other, to=to.slug, posts=len(done.posts), reviews=len(done.reviews))
    token = begin_step(_PURPOSE, now=now(), author=current_author(), state=done.to_json())
    db.session.commit()
    said = ngettext(
        "%(num)s post or review of %(of)s went to %(to)s.",
        "%(num)s posts and reviews of %(of)s went to %(to)s.",
        done.count,
        of=other.name,
        to=to.name,
    )
    say(said, undo=url_for(".undo_hand_over", token=token))
    return redirect(url_for(".show_person", id=id), code=303)


def undo(token: str) -> Response:
    """Give back what was handed over a moment ago."""
    try:
        step = take_step(_PURPOSE, token, now=now())
    except StepExpired:
        complain(_("This can no longer be undone by itself. Hand the posts over again."))
        return redirect(url_for(".list_people"), code=303)
    if step.author_id != current_author().id:
        db.session.rollback()
        abort(403)
    done = HandOver.from_json(step.state)
    of = db.session.get(Author, done.of)
    if of is None or not rights.may_hand_over(current_author(), of):
        db.session.rollback()
        abort(403)
    count = give_back(done)
    note("posts.given-back", db.session.get(Author, done.of), posts=count)
    db.session.commit()
    say(_("The posts are back where they were."))
    return redirect(url_for(".show_person", id=done.of), code=303)


def remove(id: int) -> Response:
    """Ask, then take somebody out for good; what they wrote stays without their name."""
    other = get_person(id)
    if not rights.may_erase(current_author(), other):
        abort(403)
    form = Form()
    if form.validate_on_submit():
        demand_confirmed()
        try:
            managing.take_turns(other, current_author())
            managing.keep_an_owner(other)
        except AccountError as error:
            db.session.rollback()
            complain(explain(error))
            return redirect(url_for(".show_person", id=id), code=303)
        number = other.id
        is_gone = forget_person(other, name=_("Former author"), now=now())
        # Not the name: this is kept for a year.
        note("author.removed", f"#{number}", is_gone=is_gone)
        db.session.commit()
        say(_("Removed.") if is_gone else _("Removed. Their posts stay under another name."))
        return redirect(url_for(".list_people"), code=303)
    page = render_template("authoring/people_remove.html", person=other, parts=count_parts(other))
    return make_response(page, 422 if request.method == "POST" else 200)
