"""Whose post it is, and what becomes of the text of somebody who no longer may."""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.notices import complain, offered_undos
from blogapp.config import MEGABYTE
from blogapp.extensions import csrf, db
from blogapp.posts.content import FIELDS
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.rights import (
    may_edit,
    may_manage_site,
    may_manage_tags,
    may_move_blog,
    may_publish,
)
from blogapp.web.access import current_author, find_current_author
from blogapp.web.guarding import referring_page

# What a browser would choose anew, or must not carry over to another session.
_NOT_KEPT = {"csrf_token", "image"}
# A form that sends one of these was filled in by hand.
_TYPED = {"body", "keep"}
# Forms that are read part by part, whose files may be larger than memory.
_STREAMED = {"authoring.edit_imports"}
# What a draft made from the text of another post must not take over.
_OF_ONE_POST = {"slug", "version", "authors", "is_page"}


def keep_typed_text() -> Response | None:
    """Hand a text back to somebody whose session ended while it was being written.

    Their form arrives without a session: sending them to sign in would lose it. The
    page holds the text in a form that can be sent again after signing in elsewhere.
    """
    if request.method != "POST" or find_current_author() or not _is_from_here():
        return None
    if request.endpoint in _STREAMED:
        return None
    if not _TYPED & request.form.keys():
        return None
    fields = _typed_fields(_NOT_KEPT)
    page = render_template("authoring/signed_out.html", fields=fields, action=_address())
    return make_response(page, 403)


def get_post(id: int) -> Post:
    """Return the post, which the author may edit; answers 404 or 403 otherwise.

    A text that comes along is handed back: the right, or the post itself, may have gone
    while it was written.
    """
    post = find_for_writing(id)
    if post and may_edit(current_author(), post):
        return post
    status = 403 if post else 404
    if "body" not in request.form:
        abort(status)
    fields = _typed_fields(_NOT_KEPT | _OF_ONE_POST)
    page = render_template("authoring/locked_out.html", fields=fields, is_gone=post is None)
    abort(make_response(page, status))


def demand_publishing(post: Post) -> None:
    """Answer 403 to an author who may not decide whether readers see ``post``."""
    if not may_publish(current_author(), post):
        abort(403)


def demand_token() -> None:
    """Answer a form that was not on a page of ours as Flask-WTF does, by `CSRFError`."""
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def admit_long_texts() -> None:
    """Take in what is over our limits, within reason: the answer can then hold it again."""
    request.max_content_length = 64 * MEGABYTE
    request.max_form_memory_size = 12 * MEGABYTE


def demand_site() -> None:
    """Answer 403 to an author who may not change the blog's settings."""
    if not may_manage_site(current_author()):
        abort(403)


def demand_tags() -> None:
    """Answer 403 to an author who may not change what belongs to everybody's posts."""
    if not may_manage_tags(current_author()):
        abort(403)


def refuse_collision(error: StaleDataError) -> AnyResponse:
    """Two people pressed a button of the same post at once: the second looks again first."""
    db.session.rollback()
    complain(_("Somebody else changed this post in the same moment. Look at it, then try again."))
    return redirect(referring_page() or url_for("authoring.list_posts"), code=303)


def offer_to_templates() -> dict[str, Any]:
    """What pages here may ask besides: what they may do, what was just done to posts."""
    return {
        "content_fields": FIELDS,
        "offered_undos": offered_undos,
        "moves_blog": lambda: may_move_blog(current_author()),
        "publishes": lambda post: may_publish(current_author(), post),
    }


def _is_from_here() -> bool:
    """Whether the form was on a page of ours: another site must not put words into ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _typed_fields(except_for: set[str]) -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.form.items(multi=True) if k not in except_for]


def _address() -> str:
    return request.script_root + request.path
