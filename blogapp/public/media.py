"""Images and files, at addresses that hold their hash and so never change."""

import re
from pathlib import Path

from flask import Response, abort, current_app, make_response, redirect, send_file, url_for
from sqlalchemy import select

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.storing import SVG
from blogapp.media.variants import SOURCE_SUFFIXES, Variant, plan_variants, variant_key

_KEY = re.compile(r"[0-9a-f]{16}/[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")
_VARIANT = re.compile(r"([0-9a-f]{16})/w([1-9][0-9]{2,3})/([a-z0-9][a-z0-9_-]*)\.(avif|webp)")
# An SVG is a document when it is opened by itself: this one may draw, nothing else.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FILE_POLICY = "default-src 'none'; sandbox"
_FOR_EVER = 365 * 24 * 3600
# Seconds: for an answer that is to become another one soon.
_FOR_NOW = 60


def show(key: str) -> Response:
    """Send a stored file: kept for ever, in parts or only when changed, as asked.

    One that was replaced leads to what stands in its place.
    """
    if found := _VARIANT.fullmatch(key):
        return _show_variant(found[1], Variant(int(found[2]), found[4]), found[3])
    if not _KEY.fullmatch(key):
        abort(404)
    media = db.session.scalar(select(Media).where(Media.key == key))
    if media is None or media.deleted_at:
        abort(404)
    if media.replaced_by_id:
        return _lead_on(media)
    return _send(media, _stored(media.key))


def _show_variant(folder: str, variant: Variant, stem: str) -> Response:
    """Send a smaller version; the file itself while that is not made, or where it is larger."""
    keys = [f"{folder}/{stem}{suffix}" for suffix in SOURCE_SUFFIXES]
    media = db.session.scalar(select(Media).where(Media.key.in_(keys)))
    if media is None or media.deleted_at:
        abort(404)
    if media.replaced_by_id:
        return _lead_on(media)
    if variant not in plan_variants(media):
        abort(404)
    if media.variants.get(variant.name):
        path = current_app.config["MEDIA_FOLDER"] / variant_key(media.key, variant)
        if path.is_file():
            return _send(media, path, variant=variant)
    is_final = media.variants.get(variant.name) == 0
    return _send(media, _stored(media.key), age=_FOR_EVER if is_final else _FOR_NOW)


def _stored(key: str) -> Path:
    path: Path = current_app.config["MEDIA_FOLDER"] / key
    if not path.is_file():
        abort(404)
    return path


def _send(
    media: Media, path: Path, *, variant: Variant | None = None, age: int = _FOR_EVER
) -> Response:
    content_type = variant.content_type if variant else media.content_type
    response = send_file(
        path,
        mimetype=content_type,
        as_attachment=not content_type.startswith("image/"),
        download_name=media.name if variant is None else path.name,
        etag=media.sha256[:32] + (f"-{variant.name}" if variant else ""),
        last_modified=media.created_at,
        max_age=age,
    )
    response.cache_control.public = True
    response.cache_control.immutable = age == _FOR_EVER
    policy = _DRAWING_POLICY if content_type == SVG else _FILE_POLICY
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _lead_on(media: Media) -> Response:
    """Lead from a replaced file to what stands in its place now."""
    seen = {media.id}
    while media.replaced_by_id and media.replaced_by_id not in seen:
        seen.add(media.replaced_by_id)
        if (following := db.session.get(Media, media.replaced_by_id)) is None:
            break
        media = following
    if media.deleted_at or media.replaced_by_id:
        abort(404)
    response = make_response(redirect(url_for("public.media", key=media.key), code=302))
    # Another one may follow, or the first come back.
    response.cache_control.public = True
    response.cache_control.max_age = _FOR_NOW
    return response
