"""Images of a post: added by a plain file field, under the names its text uses."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from flask import current_app, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import ImageForm, PostForm
from blogapp.authoring.guarding import get_post
from blogapp.authoring.notices import say
from blogapp.authoring.saving import save_typed
from blogapp.extensions import csrf, db
from blogapp.media.errors import MediaError
from blogapp.media.models import Media
from blogapp.media.storing import store_image
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.rendering import render_post
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.pages import render_page


def index(id: int) -> AnyResponse:
    """The images of a post, what to write to show each, and a form for one more."""
    return _show(get_post(id), ImageForm())


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def add(id: int | None = None) -> AnyResponse:
    """Store an image; sent along with the text, it is saved too and the image stands at its end."""
    post = get_post(id) if id else None
    image = ImageForm()
    if post and "body" not in request.form:
        return _add_alone(post, image)

    form = PostForm()
    media = _store(image) if form.validate() & image.validate() else None
    if media is None:
        return show_editor(form, post, image=image, status=422)
    saved = save_typed(form, post, then=lambda typed: _append(typed, media, image))
    say(_("The image stands at the end of the text, and everything is saved."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


def is_chosen() -> bool:
    """Whether the form brings a file along, by whichever button it was sent."""
    file = request.files.get("image")
    return bool(file and file.filename)


def _add_alone(post: Post, image: ImageForm) -> AnyResponse:
    media = _store(image) if image.validate() else None
    if media is None:
        return _show(post, image, status=422)
    name = _attach(post, media)
    # Their version may only follow ours when nobody else has saved since they opened it.
    is_theirs = request.form.get("version") == str(post.version)
    if name in post.body:
        render_post(post)
    db.session.commit()
    added = {"markdown": _markdown(name, image), "version": post.version if is_theirs else ""}
    if "fragment" in request.args:
        return _show(get_post(post.id), ImageForm(formdata=None), added=added, status=201)
    say(_("Write %(markdown)s where the image is to stand.", markdown=added["markdown"]))
    return redirect(url_for(".list_images", id=post.id), code=303)


def _show(
    post: Post, image: ImageForm, *, added: Mapping[str, object] | None = None, status: int = 200
) -> AnyResponse:
    page = render_page(
        "authoring/list_images.html", post=post, images=post.media, image=image, added=added
    )
    return make_response(page, status)


def _store(image: ImageForm) -> Media | None:
    """Return the stored image, or None after noting beside the field what is wrong with it."""
    file = request.files["image"]
    try:
        return store_image(
            file.read(),
            file.filename or "",
            folder=current_app.config["MEDIA_FOLDER"],
            now=now(),
            uploaded_by_id=current_author().id,
            alt=image.alt.data or "",
        )
    except MediaError as error:
        image.image.errors = [explain(error)]
        return None


def _append(post: Post, media: Media, image: ImageForm) -> None:
    """Show the image at the end of the post's text."""
    name = _attach(post, media)
    post.body = f"{post.body.rstrip()}\n\n{_markdown(name, image)}\n".lstrip("\n")
    render_post(post)


def _attach(post: Post, media: Media) -> str:
    """Let the post's text call ``media`` by a name; return the name."""
    names = {used.name: used.media_id for used in post.media}
    path = PurePosixPath(media.key)
    name, number = path.name, 2
    while names.get(name, media.id) != media.id:
        name, number = f"{path.stem}-{number}{path.suffix}", number + 1
    if name not in names:
        db.session.add(PostMedia(post_id=post.id, name=name, media_id=media.id))
        db.session.flush()
    return name


def _markdown(name: str, image: ImageForm) -> str:
    alt = (image.alt.data or "").translate({ord(c): f"\\{c}" for c in "[]\\"})
    return f"![{alt}]({name})"
