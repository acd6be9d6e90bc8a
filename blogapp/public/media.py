"""Images and files, at addresses that hold their hash and so never change."""

import re

from flask import Response, abort, current_app, send_file
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.storing import SVG

_KEY = re.compile(r"[0-9a-f]{16}/[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")
# An SVG is a document when it is opened by itself: this one may draw, nothing else.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FILE_POLICY = "default-src 'none'; sandbox"


def show(key: str) -> Response:
    """Send a stored file: kept for ever, in parts or only when changed, as asked."""
    if not _KEY.fullmatch(key):
        abort(404)
    media = db.session.scalar(select(Media).where(Media.key == key))
    path = current_app.config["MEDIA_FOLDER"] / key
    if media is None or not path.is_file():
        abort(404)
    response = send_file(
        path,
        mimetype=media.content_type,
        as_attachment=not media.content_type.startswith("image/"),
        download_name=media.name,
        etag=media.sha256[:32],
        last_modified=media.created_at,
        max_age=365 * 24 * 3600,
    )
    response.cache_control.public = True
    response.cache_control.immutable = True
    policy = _DRAWING_POLICY if media.content_type == SVG else _FILE_POLICY
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
