"""The blog's logo: written anew like every image, or an SVG that only draws."""

from base64 import b64encode
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.datastructures import FileStorage

from blogapp.authoring.settings_forms import LookForm
from blogapp.extensions import db
from blogapp.media import drawings
from blogapp.media.confining import encode
from blogapp.media.errors import MediaError, NotAnImage
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.storing import SVG, is_drawing, store_drawing, store_image
from blogapp.site.models import Site
from blogapp.web.access import current_author
from blogapp.web.explaining import explain
from blogapp.web.look import Logo
from blogapp.web.media_store import REFUSED

# It is on every page: what is larger wants to be made smaller first.
MOST_BYTES = 1_000_000
MOST_PIXELS = 4000  # on a side
_IS_IMAGE = Media.content_type.startswith("image/")


def keep(form: LookForm, store: Store, *, now: datetime) -> bool:
    """Store what was uploaded and let the form name it; False with an error beside the field.

    It stays stored when another field is wrong: the form then holds its key, since no
    browser sends a file again by itself.
    """
    if (upload := _upload(form)) is None:
        return True
    data, name = upload
    try:
        _check(data)
        media = (
            store_drawing(data, name, store=store, now=now)
            if is_drawing(data)
            else store_image(data, name, store=store, now=now, uploaded_by_id=current_author().id)
        )
    except REFUSED as error:
        form.upload.errors = [explain(error)]
        return False
    db.session.commit()
    form.logo_key.data = media.key
    return True


def preview(form: LookForm) -> Logo | None:
    """Return the logo that was uploaded, inside its own address; None where none was."""
    if (upload := _upload(form)) is None:
        return None
    data, _name = upload
    try:
        _check(data)
        if is_drawing(data):
            width, height = _size(data)
            return Logo(_address(data, SVG), width, height)
        encoded = encode(data)
    except REFUSED as error:
        form.upload.errors = [explain(error)]
        return None
    return Logo(_address(encoded.data, encoded.content_type), encoded.width, encoded.height)


def put(form: LookForm, site: Site) -> None:
    """Let ``site`` have the logo that the form names, or none."""
    key = "" if form.remove_logo.data else form.logo_key.data
    media = db.session.scalar(select(Media).where(Media.key == key, _IS_IMAGE)) if key else None
    site.logo_id = media.id if media else None
    set_committed_value(site, "logo", media)


def _upload(form: LookForm) -> tuple[bytes, str] | None:
    file = form.upload.data
    if not isinstance(file, FileStorage) or not file.filename or form.remove_logo.data:
        return None
    with file.stream as stream:
        return stream.read(MOST_BYTES + 1), file.filename


def _check(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise MediaError(_("A logo holds at most 1 MB; every page shows it."))
    if is_drawing(data):
        _size(data)
        return
    encoded = encode(data)
    if max(encoded.width, encoded.height) > MOST_PIXELS:
        raise MediaError(_("A logo is at most %(most)s pixels wide or high.", most=MOST_PIXELS))


def _size(data: bytes) -> tuple[int | None, int | None]:
    try:
        return drawings.check(data)
    except drawings.NotInert as error:
        raise NotAnImage(str(error)) from error


def _address(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"
