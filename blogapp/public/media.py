"""Images and files, at addresses that hold their hash and so never change."""

import re
from contextlib import suppress
from hashlib import sha256
from pathlib import PurePosixPath
from unicodedata import normalize
from urllib.parse import quote

from flask import Response, abort, current_app, make_response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.http import dump_options_header, http_date
from werkzeug.wrappers import Response as Answer

from blogapp.caching.tagging import tagged
from blogapp.caching.watching import watch_of
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.storing import SVG
from blogapp.media.variants import SOURCE_SUFFIXES, Variant, plan_variants, variant_key
from blogapp.public.media_files import File, MediaFiles
from blogapp.public.media_leads import lead_to
from blogapp.web.compressing import may_shrink
from blogapp.web.headers import carried
from blogapp.web.media_store import media_store
from blogapp.web.packing import FOR_EVER, Packed, Stored
from blogapp.web.passing import Passed, wrong

_KEY = re.compile(r"[0-9a-f]{16}/[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")
_VARIANT = re.compile(r"([0-9a-f]{16})/w([1-9][0-9]{2,3})/([a-z0-9][a-z0-9_-]*)\.(avif|webp)")
# An SVG is a document when it is opened by itself: this one may draw, nothing else.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FILE_POLICY = "default-src 'none'; sandbox"
# Seconds: for an answer that is to become another one soon.
_FOR_NOW = 60
_A_MOMENT = f"public, max-age={_FOR_NOW}"
# Bytes: texts and drawings up to here are kept in memory, and compressed.
_MOST_PACKED = 200_000


def show(key: str) -> Answer:
    """Send a stored file: kept for ever, in parts or only when changed, as asked.

    One that was replaced leads to what stands in its place.
    """
    token = watch_of(current_app).look().token
    if found := _VARIANT.fullmatch(key):
        return _show_variant(found[1], Variant(int(found[2]), found[4]), found[3], token)
    if not _KEY.fullmatch(key):
        abort(404)
    media = db.session.scalar(select(Media).where(Media.key == key))
    if media is None or media.deleted_at:
        abort(404)
    if media.replaced_by_id:
        return _lead_on(media)
    return _send(media, token)


def _show_variant(folder: str, variant: Variant, stem: str, token: str) -> Answer:
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
        with suppress(FileNotFoundError):
            return _send(media, token, variant=variant)
    if media.variants.get(variant.name) == 0:
        return _send(media, token)
    return _send(media, cache_control=_A_MOMENT)


def _send(
    media: Media,
    token: str = "",
    *,
    variant: Variant | None = None,
    cache_control: str = FOR_EVER,
) -> Answer:
    """Answer with a file, which is remembered as long as ``token`` is the present version.

    Raises `FileNotFoundError` for a variant that is lost; a file that is answers 404.
    """
    try:
        file = _ready(media, variant, cache_control)
        answer = current_app.response_class.from_app(file, request.environ)
    except FileNotFoundError:
        if variant:
            raise
        abort(404)
    if token:
        remembered: MediaFiles = current_app.extensions["media_files"]
        remembered.remember(request.path, token, file)
    return answer


def _ready(media: Media, variant: Variant | None, cache_control: str) -> File:
    store, kind = media_store(), variant.content_type if variant else media.content_type
    key = variant_key(media.key, variant) if variant else media.key
    # A drawing is a document, and only the blog tells browsers what one may do.
    if kind != SVG and (lead := lead_to(key, is_final=cache_control == FOR_EVER)):
        return lead
    text = kind.startswith("text/") or kind == SVG
    name = PurePosixPath(key).name if variant else media.name
    headers = [
        ("Content-Type", f"{kind}; charset=utf-8" if text else kind),
        ("Content-Disposition", _disposition(kind, name)),
        ("Cache-Control", cache_control),
        ("Last-Modified", http_date(media.created_at)),
        ("Content-Security-Policy", _DRAWING_POLICY if kind == SVG else _FILE_POLICY),
        *carried(current_app.config, is_shared=True),
        *tagged(current_app.config["PURGE"], f"media-{media.id}"),
    ]
    digest = media.sha256[:32] + (f"-{variant.name}" if variant else "")
    path = store.path(key)
    size = media.variants[variant.name] if variant else media.size
    shrinks = media.size <= _MOST_PACKED and may_shrink(kind, media.size)
    if path and not shrinks:
        return Stored(path, digest, headers)
    if size > _MOST_PACKED:
        known = "" if variant else media.sha256
        return Passed(store, key, size, digest, headers, sha256=known)
    # What has to be fetched is fetched once.
    content = store.read(key, 0, size) if path is None else path.read_bytes()
    if path is None and not variant and sha256(content).hexdigest() != media.sha256:
        raise wrong(store, key)
    return Packed(content, digest, headers, shrinks=shrinks)


def _disposition(kind: str, name: str) -> str:
    """Content-Disposition (RFC 6266): pictures are shown, all else is saved by its name."""
    how = "inline" if kind.startswith("image/") else "attachment"
    if name.isascii():
        return dump_options_header(how, {"filename": name})
    simple = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return dump_options_header(
        how, {"filename": simple, "filename*": f"UTF-8''{quote(name, safe='')}"}
    )


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
