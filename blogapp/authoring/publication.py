"""Whether readers see a post: at once, from a time on, or no longer."""

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring import checks, reviews_gate, undone
from blogapp.authoring.checks import Examined
from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PostForm, PublicationForm
from blogapp.authoring.guarding import demand_publishing, get_post
from blogapp.authoring.notices import complain, say
from blogapp.authoring.saving import change, keep_typed, publish_typed
from blogapp.authoring.telling import tell
from blogapp.authoring.update_form import UpdateForm
from blogapp.extensions import csrf, db
from blogapp.posts import publishing
from blogapp.posts.changing import Act
from blogapp.posts.content import content_of
from blogapp.posts.errors import NotApproved, NothingToPublish
from blogapp.posts.models import Post, State
from blogapp.posts.revising import keep_revision
from blogapp.posts.revision_models import ChangeType, RevisionKind
from blogapp.posts.rights import may_publish_own
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.cards import renew_card
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.filters import current_site, local
from blogapp.web.formatting import clock_time, long_day


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def publish(id: int | None = None) -> AnyResponse:
    """Publish a post now or from a set time on; from the editor, as it was typed there."""
    post = get_post(id) if id else None
    if post:
        demand_publishing(post)
    elif not may_publish_own(current_author()):
        abort(403)
    if post and "update" in request.form and post.is_public(now()):
        return _update(post)
    plan = PublicationForm()
    plan.zone = current_site().zone
    if post and "body" not in request.form:
        return _publish_stored(post, plan)

    form = PostForm()
    form.validate()
    if post and post.deleted_at:
        kept = keep_typed(form, post)
        complain(_in_the_trash(kept))
        return redirect(url_for(".edit_post", id=kept.id), code=303)
    if not (plan.validate() & _has_text(form)):
        return show_editor(form, post, publication=plan, status=422)
    if post and post.is_public(now()):
        saved = change(post.id, lambda post: _set_live(post, plan))
        say(_outcome(saved, plan))
        return redirect(url_for(".edit_post", id=saved.id), code=303)
    examined = checks.examine(form, post)
    if examined.answer:
        return examined.answer
    before = undone.prepare(post)
    saved = publish_typed(form, post, lambda typed: _let_out(typed, plan, examined))
    undone.offer(before, saved, _outcome(saved, plan))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


@csrf.exempt  # `change` checks the token where no form does
def withdraw(id: int) -> AnyResponse:
    """Take a post from readers; a scheduled one becomes a draft again."""
    demand_publishing(get_post(id))
    before: list[State] = []
    post = change(id, lambda post: before.append(_take_back(post)))
    if post.deleted_at:
        complain(_in_the_trash(post))
    elif post.withdrawn_at:
        text = _("“%(title)s” is withdrawn; its address answers that it is gone.", title=post.title)
        # Of one that was withdrawn already, readers may never have seen the text that it has.
        was_read = before == [State.PUBLISHED]
        back = url_for(".publish_post", id=id, undo=reviews_gate.way_back(post))
        say(text, undo=back if was_read else None)
    else:
        say(_("“%(title)s” is a draft and will not go live by itself.", title=post.title))
    return redirect(url_for(".edit_post", id=id), code=303)


def _update(post: Post) -> AnyResponse:
    """Put what was typed before the readers of a live post; its date stays."""
    form, update = PostForm(), UpdateForm()
    form.validate()
    if not (update.validate() & _has_text(form)):
        return show_editor(form, post, update=update, status=422)
    examined = checks.examine(form, post)
    if examined.answer:
        return examined.answer
    before, kept = content_of(post), undone.prepare(post)
    kind = update.change_type.data
    saved = publish_typed(form, post, examined.settle, change_type=kind, note=update.told_note)
    note("post.updated", saved, kind=kind)
    if content_of(saved) == before:
        say(_("Nothing was changed: readers see just this."))
    elif ChangeType(kind).is_told:
        told = _("Updated. Readers are told of it under the text, and feeds have a new date.")
        undone.offer(kept, saved, told)
    else:
        told = _("Updated. The dates that readers and feeds see stay as they were.")
        undone.offer(kept, saved, told)
    return redirect(url_for(".edit_post", id=saved.id), code=303)


def _in_the_trash(post: Post) -> str:
    return _("“%(title)s” is in the trash. Restore it first.", title=post.title)


def _take_back(post: Post) -> State:
    """Take the post from readers; return what it was before."""
    state = post.state(now())
    if state is State.SCHEDULED:
        publishing.unschedule(post, zone=current_site().zone)
        note("post.unscheduled", post)
    elif state is State.PUBLISHED:
        publishing.withdraw(post, now=now())
        note("post.withdrawn", post)
        tell(post, Act.WITHDRAW)
    return state


def _publish_stored(post: Post, plan: PublicationForm) -> AnyResponse:
    """Publish what is stored: the button stood on a page without the text."""
    id = post.id
    try:
        if post.deleted_at:
            complain(_in_the_trash(post))
        elif checks.hides_secrets(post):
            complain(_("Something in the text looks like a secret. Look at it before you publish."))
        elif plan.validate():
            was_public = post.is_public(now())
            if not (was_public or reviews_gate.is_way_back(post)):
                reviews_gate.demand_stored(post)
            _set_live(post, plan)
            if not was_public:
                _keep(post)
            reviews_gate.end_reviews([post.id])
            db.session.commit()
            renew_card(post.id)
            say(_outcome(post, plan))
        else:
            complain(" ".join(problem for field in plan for problem in field.errors))
    except (NothingToPublish, NotApproved) as error:
        db.session.rollback()
        complain(explain(error))
    return redirect(url_for(".edit_post", id=id), code=303)


def _keep(post: Post) -> None:
    """Keep what is published now as a revision."""
    who = current_author().id
    content = content_of(post)
    keep_revision(post, content, kind=RevisionKind.PUBLISHED, author_id=who, now=now())


def _has_text(form: PostForm) -> bool:
    if (form.body.data or "").strip():
        return True
    form.body.errors = [_("There is no text to publish yet.")]
    return False


def _let_out(post: Post, plan: PublicationForm, examined: Examined) -> None:
    examined.settle(post)
    _set_live(post, plan)


def _set_live(post: Post, plan: PublicationForm) -> None:
    """Publish as planned; a time that has passed means now, except to date a public post back."""
    zone, was_public = current_site().zone, post.is_public(now())
    if plan.moment and (plan.moment > now() or post.is_public(now())):
        publishing.schedule(post, at=plan.moment, zone=zone)
        note("post.scheduled", post, at=plan.moment)
        act = Act.SCHEDULE
    else:
        publishing.publish(post, now=now(), zone=zone)
        note("post.published", post)
        act = Act.PUBLISH
    if not was_public:
        tell(post, act)


def _outcome(post: Post, plan: PublicationForm) -> str:
    """Say what was done, which is not always what was asked for."""
    if plan.moment is None:
        return _("Live at %(address)s.", address=post.path)
    if plan.moment != post.published_at:
        return _("That time has passed, so it is live now.")
    moment = {
        "day": long_day(local(plan.moment)),
        "time": clock_time(plan.moment),
        "zone": current_site().time_zone,
    }
    if plan.moment <= now():
        return _("Dated %(day)s, %(time)s (%(zone)s).", **moment)
    return _("Goes live on %(day)s, %(time)s (%(zone)s).", **moment)
