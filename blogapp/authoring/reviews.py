"""Texts that others look at before readers do: asked for, read, spoken about, decided."""

from collections.abc import Sequence

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.accounts.models import Author
from blogapp.authoring import checks, undone
from blogapp.authoring.forms import PostForm
from blogapp.authoring.guarding import demand_publishing, demand_token, get_post
from blogapp.authoring.notices import complain, say
from blogapp.authoring.preview import Preview
from blogapp.authoring.reviews_reading import html_of, list_remarks, missing
from blogapp.authoring.reviews_telling import tell
from blogapp.authoring.revisions import Comparison, Side
from blogapp.authoring.saving import keep_typed, publish_typed
from blogapp.extensions import csrf, db
from blogapp.posts import publishing, reviewing
from blogapp.posts.awaiting import list_requests
from blogapp.posts.content import content_of
from blogapp.posts.drafting import head_of
from blogapp.posts.errors import PostError
from blogapp.posts.managing import find_for_writing, list_authors
from blogapp.posts.models import Post, State
from blogapp.posts.rendering import media_by_name, render_body
from blogapp.posts.review_models import StepKind
from blogapp.posts.reviewing import Reviewed
from blogapp.posts.rights import may_edit, may_publish, may_review
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.bodies import preview_html
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.filters import current_site
from blogapp.web.forms import row_id
from blogapp.web.pages import render_page

TEXT, LIVE, ASKED = "text", "live", "asked"


def index() -> AnyResponse:
    """What waits for the author, what was sent back to them, and what waits for others."""
    return render_page("authoring/reviews.html", requests=list_requests(current_author()))


def show(id: int) -> AnyResponse:
    """A text that is to be reviewed, what was said of it, and what can be done."""
    reviewed = _reviewed(id)
    view = request.args.get("view", TEXT)
    if view not in (TEXT, LIVE, ASKED):
        abort(400)
    return _show(reviewed, view)


@csrf.exempt  # checks the token itself, so that a stale one loses no text
def ask(id: int) -> AnyResponse:
    """Ask others to look at the text, as it was typed."""
    post = get_post(id)
    if post.is_page:
        abort(404)
    if "body" in request.form:
        post = keep_typed(PostForm(), post)
    else:
        demand_token()
    words = request.form.get("review_note", "")
    try:
        if post.deleted_at:
            complain(_("“%(title)s” is in the trash. Restore it first.", title=post.title))
            return redirect(url_for(".edit_post", id=id), code=303)
        author, people = current_author(), _chosen_reviewers()
        reviewing.ask(post, author=author, note=words, reviewers=people, now=now())
        reviewed = reviewing.look_at(_found(id))
        tell(reviewed, StepKind.ASKED, words=words)
        db.session.commit()
        say(_("Asked for a review. You can go on writing; what is approved is one text."))
    except PostError as error:
        db.session.rollback()
        complain(explain(error))
        return redirect(url_for(".edit_post", id=id), code=303)
    return _back(id)


def comment(id: int) -> AnyResponse:
    """Say something about the text, or about a passage of it."""
    reviewed = _reviewed(id)
    words, quote = request.form.get("remark", ""), request.form.get("quote", "")
    if not words.strip():
        complain(_("Write what you want to say first."))
        return _back(id)
    try:
        author = current_author()
        step = reviewing.comment(reviewed.post, author=author, body=words, quote=quote, now=now())
    except PostError:
        complain(_("Nobody has asked for a review of this post yet."))
        return _back(id)
    tell(reviewed, StepKind.COMMENTED, words=step.body, quote=step.quote)
    db.session.commit()
    say(_("Your remark stands under the text."))
    return _back(id, f"step-{step.id}")


def settle(id: int, step: int) -> AnyResponse:
    """Say that a remark is done with, or open it again."""
    reviewed = _reviewed(id)
    found = reviewing.find_step(reviewed.post, step)
    if found is None or found.kind != StepKind.COMMENTED:
        abort(404)
    is_resolved = request.form.get("resolved") == "1"
    reviewing.settle(found, author=current_author(), is_resolved=is_resolved, now=now())
    db.session.commit()
    return _back(id, f"step-{step}")


def approve(id: int) -> AnyResponse:
    """Approve the text that was on the page; publish it in the same act where that is asked."""
    reviewed = _reviewed(id)
    is_publishing = "publish" in request.form
    if is_publishing:
        demand_publishing(reviewed.post)
    words, digest = request.form.get("words", ""), request.form.get("digest", "")
    try:
        reviewed = reviewing.approve(
            reviewed.post, author=current_author(), digest=digest, body=words, now=now()
        )
    except PostError as error:
        return _refuse(id, error)
    tell(reviewed, StepKind.APPROVED, words=words)
    note("review.approved", reviewed.post)
    db.session.commit()
    if is_publishing:
        return _publish(_found(id))
    say(_("Approved."))
    return _back(id)


def send_back(id: int) -> AnyResponse:
    """End the review with what is to be changed."""
    reviewed = _reviewed(id)
    words = request.form.get("words", "").strip()
    if not words:
        complain(_("Say what is to be changed: without that, sending it back helps nobody."))
        return _back(id)
    try:
        reviewing.send_back(reviewed.post, author=current_author(), body=words, now=now())
    except PostError as error:
        return _refuse(id, error)
    reviewed = reviewing.look_at(_found(id))
    tell(reviewed, StepKind.SENT_BACK, words=words)
    note("review.sent-back", reviewed.post)
    db.session.commit()
    say(_("Sent back to its authors."))
    if may_review(current_author(), reviewed.post):
        return _back(id)
    return redirect(url_for(".list_reviews"), code=303)


def withdraw(id: int) -> AnyResponse:
    """Take the request back."""
    post = get_post(id)
    try:
        reviewing.withdraw(post, author=current_author(), now=now())
    except PostError as error:
        return _refuse(id, error)
    tell(reviewing.look_at(_found(id)), StepKind.WITHDRAWN)
    db.session.commit()
    say(_("The request is taken back."))
    return _back(id)


def _publish(post: Post) -> AnyResponse:
    if post.deleted_at or post.is_public(now()):
        say(_("Approved. Publish it from the editor."))
        return redirect(url_for(".edit_post", id=post.id), code=303)
    form = PostForm()
    examined = checks.examine(form, post)
    if examined.answer:
        say(_("Approved, and not published yet: the editor says what to look at first."))
        return redirect(url_for(".edit_post", id=post.id), code=303)
    before = undone.prepare(post)
    saved = publish_typed(
        form, post, lambda typed: publishing.publish(typed, now=now(), zone=current_site().zone)
    )
    note("post.published", saved)
    undone.offer(before, saved, _("Approved, and live at %(address)s.", address=saved.path))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


def _reviewed(id: int) -> Reviewed:
    """Return where a review stands; answers 404, or 403 to who may not read the text."""
    post = find_for_writing(id)
    if post is None or post.is_page:
        abort(404)
    reviewed = reviewing.look_at(post)
    if not may_review(current_author(), post, asked=reviewed.asked):
        abort(403)
    return reviewed


def _show(reviewed: Reviewed, view: str) -> AnyResponse:
    post, author = reviewed.post, current_author()
    state = post.state(now())
    is_open = reviewed.is_open
    return render_page(
        "authoring/reviews_post.html",
        reviewed=reviewed,
        post=post,
        state=state,
        view=view,
        preview=_preview(reviewed) if view == TEXT else None,
        comparison=_comparison(reviewed, view) if view != TEXT else None,
        remarks=list_remarks(reviewed),
        head=head_of(post),
        missing=missing(reviewed),
        edits=may_edit(author, post),
        decides=is_open and reviewing.may_decide(reviewed, author),
        is_own=reviewing.is_own(reviewed, author),
        counts=reviewed.clearance.rule.counts(author),
        publishes_at_once=may_publish(author, post)
        and state in (State.DRAFT, State.WITHDRAWN)
        and _would_clear(reviewed, author),
        has_approved=author.id in {each.id for each in reviewed.clearance.approved_by},
        people=_people(post) if may_edit(author, post) and not is_open else (),
        html_of=html_of,
    )


def _would_clear(reviewed: Reviewed, author: Author) -> bool:
    found = reviewed.clearance
    return found.is_given or (found.missing == 1 and found.rule.counts(author))


def _preview(reviewed: Reviewed) -> Preview:
    post, content = reviewed.post, reviewed.content
    language = content["language"]
    rendered = render_body(
        content.body,
        media=media_by_name(post),
        language=language or current_site().language,
        sections=post.sections if post.is_public(now()) else (),
    )
    return Preview(content.body, rendered, preview_html(rendered.html, language))


def _comparison(reviewed: Reviewed, view: str) -> Comparison | None:
    draft = Side("draft", reviewed.content)
    if view == LIVE:
        return Comparison(reviewed.post, Side("live", content_of(reviewed.post)), draft)
    asked = reviewing.content_asked(reviewed)
    return Comparison(reviewed.post, Side("asked", asked), draft) if asked else None


def _people(post: Post) -> Sequence[Author]:
    """Return who can be asked by name: everybody who can sign in and does not sign the post."""
    signed = {byline.author_id for byline in post.bylines} | {current_author().id}
    return [
        person
        for person in list_authors()
        if person.email and not person.disabled_at and person.id not in signed
    ]


def _chosen_reviewers() -> list[Author]:
    chosen = set(request.form.getlist("reviewer", type=row_id))
    return [
        person
        for person in list_authors()
        if person.id in chosen and person.email and not person.disabled_at
    ]


def _refuse(id: int, error: PostError) -> AnyResponse:
    db.session.rollback()
    complain(explain(error))
    return _back(id)


def _found(id: int) -> Post:
    post = find_for_writing(id)
    return post or abort(404)


def _back(id: int, anchor: str | None = None) -> AnyResponse:
    return redirect(url_for(".show_review", id=id, _anchor=anchor), code=303)
