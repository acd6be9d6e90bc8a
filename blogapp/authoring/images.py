"""Images of a post: uploaded or chosen from the library, under the names its text uses."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from flask import abort, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import ImageForm, PostForm
from blogapp.authoring.guarding import demand_token, get_post
from blogapp.authoring.image_names import attach, markdown_for
from blogapp.authoring.notices import say
from blogapp.authoring.saving import save_typed
from blogapp.extensions import csrf, db
from blogapp.media.models import Media
from blogapp.media.storing import store_upload
from blogapp.media.variants import thumbnail_key
from blogapp.posts.media_library import find_media, list_media, sees
from blogapp.posts.models import Post
from blogapp.posts.rendering import render_post
from blogapp.web import jobs
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import row_id
from blogapp.web.media_store import REFUSED, media_store
from blogapp.web.pages import render_page

LONGEST_QUERY = 200
# As many of the library's files as one looks through beside those of the post.
CHOICES = 12


def index(id: int) -> AnyResponse:
    """The files of a post, what to write to show each, one more by a form or from the library."""
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
    name = attach(post, media) if post else PurePosixPath(media.key).name
    # What the form says may be refused: the file is here in any case.
    db.session.commit()
    jobs.wake()
    form.body.data = _appended(form.body.data or "", _markdown(media, name, image))
    media_id = media.id
    saved = save_typed(form, post, then=lambda typed: _take_along(typed, media_id))
    say(_("The image stands at the end of the text, and everything is saved."))
    return redirect(url_for(".edit_post", id=saved.id), code=303)


def is_chosen() -> bool:
    """Whether the form brings a file along, by whichever button it was sent."""
    file = request.files.get("image")
    return bool(file and file.filename)


def _add_alone(post: Post, image: ImageForm) -> AnyResponse:
    media = _chosen() if request.form.get("media") else None
    if media is None:
        media = _store(image) if image.validate() else None
    if media is None:
        return _show(post, image, status=422)
    markdown = _markdown(media, attach(post, media), image)
    db.session.commit()
    jobs.wake()
    if "fragment" in request.args:
        added = {"markdown": markdown}
        return _show(get_post(post.id), ImageForm(formdata=None), added=added, status=201)
    say(_("Write %(markdown)s where the image is to stand.", markdown=markdown))
    return redirect(url_for(".list_images", id=post.id), code=303)


def _show(
    post: Post, image: ImageForm, *, added: Mapping[str, object] | None = None, status: int = 200
) -> AnyResponse:
    words = " ".join(request.args.get("q", "").split())
    if "\0" in words or len(words) > LONGEST_QUERY:
        abort(400)
    names = {used.media_id for used in post.media}
    library = list_media(current_author(), words=words, size=CHOICES)
    page = render_page(
        "authoring/list_images.html",
        post=post,
        images=[used for used in post.media if not used.media.deleted_at],
        markdown_for=markdown_for,
        choices=[each for each in library.files if each.id not in names],
        thumbnail_key=thumbnail_key,
        words=words,
        image=image,
        added=added,
    )
    return make_response(page, status)


def _chosen() -> Media:
    """Return the file of the library that the form names."""
    demand_token()
    media = find_media(request.form.get("media", 0, type=row_id))
    if media is None or media.replaced_by_id or not sees(current_author(), media):
        abort(404)
    return media


def _store(image: ImageForm) -> Media | None:
    """Return the stored image, or None after noting beside the field what is wrong with it."""
    file = request.files["image"]
    try:
        media = store_upload(
            file.read(),
            file.filename or "",
            store=media_store(),
            now=now(),
            uploaded_by_id=current_author().id,
            alt=image.alt.data or "",
        )
    except REFUSED as error:
        image.image.errors = [explain(error)]
        return None
    media.caption = media.caption or image.image_caption.data or ""
    media.credit = media.credit or image.image_credit.data or ""
    media.is_decorative = media.is_decorative or bool(image.decorative.data and not media.alt)
    return media


def _markdown(media: Media, name: str, image: ImageForm) -> str:
    if request.form.get("media"):
        return markdown_for(media, name)
    alt = "" if image.decorative.data else image.alt.data or ""
    caption, credit = image.image_caption.data or "", image.image_credit.data or ""
    return markdown_for(media, name, alt=alt, caption=caption, credit=credit)


def _appended(body: str, markdown: str) -> str:
    return f"{body.rstrip()}\n\n{markdown}\n".lstrip("\n")


def _take_along(post: Post, media_id: int) -> None:
    """Let a post that was just made show the image that came with its text."""
    if media := db.session.get(Media, media_id):
        db.session.refresh(post, ["media"])
        attach(post, media)
        render_post(post)
