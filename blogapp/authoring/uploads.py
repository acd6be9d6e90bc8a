"""Files that a page's script sends in parts, so that one that breaks off goes on where it was."""

from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, jsonify, make_response, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from blogapp.authoring.guarding import get_post
from blogapp.authoring.image_names import attach, markdown_for
from blogapp.extensions import csrf, db
from blogapp.media import receiving
from blogapp.media.errors import MediaError
from blogapp.media.models import Media
from blogapp.media.storing import store_upload
from blogapp.media.variants import thumbnail_key
from blogapp.text.name_lists import one_line
from blogapp.web import jobs
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import row_id
from blogapp.web.media_store import media_store

LONGEST = 1000  # characters of what is said of a file


def show(token: str) -> Response:
    """Answer how many bytes of an upload have arrived."""
    return jsonify(received=receiving.count_received(*_place(token)))


@csrf.exempt  # checks the token itself: a script wants to be told in JSON
def add_part(token: str) -> Response:
    """Take in the part of a file that begins at the byte ``start``."""
    if not _is_from_our_page():
        return _refuse(400, csrf=True)
    start = request.args.get("start", type=int)
    length = request.content_length
    if start is None or start < 0 or length is None:
        abort(400)
    try:
        received = receiving.receive(
            *_place(token), start=start, part=request.stream, length=length, now=now()
        )
    except MediaError as error:
        return _refuse(413, error=explain(error))
    finally:
        # Also of one that breaks off somebody has to know.
        db.session.commit()
    return jsonify(received=received)


@csrf.exempt  # as above
def complete(token: str) -> Response:
    """Put a file that has arrived into the library, and into a post where one is named."""
    if not _is_from_our_page():
        return _refuse(400, csrf=True)
    data = receiving.take(*_place(token))
    if len(data) != request.form.get("size", type=int):
        return _refuse(409, received=len(data))
    post = get_post(request.form.get("post", 0, type=row_id)) if request.form.get("post") else None
    try:
        media = store_upload(
            data,
            request.form.get("name", ""),
            store=media_store(),
            now=now(),
            uploaded_by_id=current_author().id,
        )
    except MediaError as error:
        db.session.rollback()
        receiving.forget(*_place(token))
        db.session.commit()
        return _refuse(422, error=explain(error))
    name = attach(post, media) if post else ""
    answer = describe(media, name)
    db.session.commit()
    # Not before: what is uploaded is in one of the two places at any time.
    receiving.forget(*_place(token))
    db.session.commit()
    jobs.wake()
    return make_response(jsonify(answer), 201)


def drop(token: str) -> Response:
    """Forget what has arrived of an upload that was cancelled."""
    receiving.forget(*_place(token))
    db.session.commit()
    return jsonify(received=0)


def describe(media: Media, name: str = "") -> dict[str, Any]:
    """Return what a script wants to know of a stored file; ``name`` is what a post calls it."""
    return {
        "id": media.id,
        "name": name or media.name,
        "isImage": media.content_type.startswith("image/"),
        "markdown": markdown_for(media, name) if name else "",
        "thumbnail": url_for("public.media", key=thumbnail_key(media)),
        "address": url_for(".edit_media", id=media.id),
        "alt": media.alt,
        "isDecorative": media.is_decorative,
        "found": _("Places that the picture told of were taken out of it.")
        if "gps" in media.metadata_found
        else "",
    }


def read_line(name: str) -> str:
    """Return what a form's field says, on one line and not too long to keep."""
    return one_line(request.form.get(name, ""))[:LONGEST]


def _place(token: str) -> tuple[receiving.Place, int, str]:
    if not receiving.TOKEN.fullmatch(token):
        abort(404)
    store = media_store()
    is_here = store.path("any") is not None
    folder: Path = current_app.config["MEDIA_FOLDER"]
    return folder if is_here else store, current_author().id, token


def _is_from_our_page() -> bool:
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return True
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except ValidationError:
        return False
    return True


def _refuse(status: int, **why: Any) -> Response:
    return make_response(jsonify(**why), status)
