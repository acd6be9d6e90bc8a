"""The page where a post is written, and what is done with the one that is open there."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring import images
from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PAGE, PostForm
from blogapp.authoring.guarding import demand_site, get_post
from blogapp.authoring.notices import say
from blogapp.authoring.saving import change, save_typed
from blogapp.extensions import csrf, db
from blogapp.posts import publishing
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.rendering import render_post
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site


def start_page() -> AnyResponse:
    """Show the editor for a static page that is not saved yet."""
    demand_site()
    form = _empty_form()
    form.is_page.data = PAGE
    form.slug.data = request.args.get("slug", "")
    return show_editor(form, None)


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def edit(id: int | None = None) -> AnyResponse:
    """Show the editor; save on POST, a new draft where no post is named."""
    if request.method == "POST" and images.is_chosen():
        return images.add(id)
    post = get_post(id) if id else None
    if request.method != "POST":
        return show_editor(PostForm.of(post) if post else _empty_form(), post)
    form = PostForm()
    if "keep_writing" in request.form:
        return show_editor(form, post, is_saved=False)

    was_slug = post and post.slug
    saved = save_typed(form, post)
    moved = was_slug and was_slug != saved.slug and saved.published_at
    if moved:
        say(_("Saved. The old address leads to %(address)s now.", address=saved.path))
    else:
        say(_("Saved."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


@csrf.exempt  # as above
def copy(id: int) -> AnyResponse:
    """Keep what was typed as a draft of its own, beside the post it was typed into."""
    post = get_post(id)
    form = PostForm()
    form.title.data = _("%(title)s (copy)", title=form.title.data)
    form.slug.data = ""
    saved = save_typed(form, None, then=lambda draft: _share_media(post, draft))
    say(_("Your text is a draft of its own now. The other post is as it was."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


@csrf.exempt  # `change` checks the token where no form does
def trash(id: int) -> AnyResponse:
    """Put a post aside."""
    post = change(id, lambda post: publishing.trash(post, now=now()))
    text = _("“%(title)s” is in the trash.", title=post.title)
    say(text, undo=url_for(".restore_post", id=id))
    return redirect(url_for(".list_pages" if post.is_page else ".list_posts"), code=303)


@csrf.exempt  # as above
def restore(id: int) -> AnyResponse:
    """Bring a post back from the trash."""
    post = change(id, publishing.restore)
    say(_("“%(title)s” is back, as it was.", title=post.title))
    return redirect(url_for(".edit_post", id=id), code=303)


def _empty_form() -> PostForm:
    return PostForm(
        formdata=None,
        data={"authors": [current_author().name], "language": current_site().language},
    )


def _share_media(post: Post, draft: Post) -> None:
    """Let the copy's images be found under the names its text uses."""
    for used in post.media:
        db.session.add(PostMedia(post_id=draft.id, name=used.name, media_id=used.media_id))
    db.session.flush()
    render_post(draft)
