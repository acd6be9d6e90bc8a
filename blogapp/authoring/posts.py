"""The page where a post is written, and what is done with the one that is open there."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring import images, reviews_gate, sketches
from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PAGE, PostForm
from blogapp.authoring.guarding import demand_site, get_post
from blogapp.authoring.notices import complain, say
from blogapp.authoring.saving import change, save_typed
from blogapp.extensions import csrf, db
from blogapp.posts import drafting, publishing
from blogapp.posts.errors import NotApproved
from blogapp.posts.models import Post, State
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.failing import failure_of
from blogapp.web.filters import current_site


def start_page() -> AnyResponse:
    """Show the editor for a static page that is not saved yet."""
    demand_site()
    form = _empty_form()
    form.is_page.data = PAGE
    form.slug.data = request.args.get("slug", "")
    if form.slug.data == "about":
        form.title.data, form.body.data = _("About"), sketches.about()
    return show_editor(form, None)


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def edit(id: int | None = None) -> AnyResponse:
    """Show the editor; save on POST, a new draft where no post is named."""
    if request.method == "POST" and images.is_chosen():
        return images.add(id)
    post = get_post(id) if id else None
    if request.method != "POST":
        return _open(post) if post else show_editor(_empty_form(), None)
    form = PostForm()
    if "keep_writing" in request.form:
        return show_editor(form, post, is_saved=False)

    was_slug = post and post.slug
    saved = save_typed(form, post)
    moved = was_slug and was_slug != saved.slug and saved.published_at
    if moved:
        say(_("Saved. The old address leads to %(address)s now.", address=saved.path))
    elif saved.state(now()) is State.SCHEDULED and saved.saved_at != now():
        say(_("Saved beside the text that goes live, which stays as it was approved."))
    else:
        say(_("Saved."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


@csrf.exempt  # `change` checks the token where no form does
def trash(id: int) -> AnyResponse:
    """Put a post aside."""
    post = change(id, _put_aside)
    text = _("“%(title)s” is in the trash.", title=post.title)
    say(text, undo=url_for(".restore_post", id=id))
    return redirect(url_for(".list_pages" if post.is_page else ".list_posts"), code=303)


@csrf.exempt  # as above
def restore(id: int) -> AnyResponse:
    """Bring a post back from the trash."""
    try:
        post = change(id, _bring_back)
    except NotApproved as error:
        db.session.rollback()
        complain(explain(error))
    else:
        say(_("“%(title)s” is back, as it was.", title=post.title))
    return redirect(url_for(".edit_post", id=id), code=303)


def _put_aside(post: Post) -> None:
    publishing.trash(post, now=now())
    note("post.trashed", post)


def _bring_back(post: Post) -> None:
    reviews_gate.bring_back(post)
    note("post.restored", post)


def _open(post: Post) -> AnyResponse:
    """Show the working copy, with what changed the post past the editor merged into it."""
    try:
        drafting.open_draft(post, now=now())
        db.session.commit()
    except (OperationalError, IntegrityError) as error:
        failure = failure_of(error)
        if failure and not failure.is_readable:
            raise
        # Somebody writes for long, or opens it too: what is there already can be shown.
        db.session.rollback()
    post = get_post(post.id)
    form = PostForm.showing(drafting.working_copy(post), post, head=drafting.head_of(post))
    return show_editor(form, post)


def _empty_form() -> PostForm:
    return PostForm(
        formdata=None,
        data={"authors": [current_author().name], "language": current_site().language},
    )
