"""The form of a profile: one's own under /account, another person's under /write/people."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from blogapp.accounts.models import Author
from blogapp.accounts.profiles import LONGEST_BIO, MOST_LINKS, is_web_address
from blogapp.extensions import db
from blogapp.media.storing import MOST_BYTES
from blogapp.posts.author_addresses import call
from blogapp.posts.errors import BadSlug, SlugTaken
from blogapp.text.name_lists import clean, one_line
from blogapp.web.clock import now
from blogapp.web.explaining import explain
from blogapp.web.forms import Form
from blogapp.web.links_field import ROWS, LinksField, asked_change
from blogapp.web.media_store import REFUSED, media_store
from blogapp.web.portraits import store_portrait


class ProfileForm(Form):
    """What readers see of a person."""

    name = StringField(
        _l("Name"), [DataRequired(_l("A name is missing.")), Length(max=200)], filters=[one_line]
    )
    slug = StringField(
        _l("Address of the page"),
        [DataRequired(_l("The page needs an address.")), Length(max=200)],
        filters=[one_line],
    )
    bio = TextAreaField(
        _l("In a few words"),
        [Length(max=LONGEST_BIO)],
        filters=[lambda text: "\n".join(clean(text).splitlines()).strip()],
    )
    links = LinksField(_l("Links"), most=MOST_LINKS)
    upload = FileField(_l("Picture"))
    remove_picture = BooleanField(_l("Show initials in its place"))

    @classmethod
    def of(cls, author: Author) -> "ProfileForm":
        """Return the form with what is kept of ``author``, or what was sent."""
        return cls(obj=author)

    def validate_links(self, field: LinksField) -> None:
        for at, row in enumerate(field.shown):
            if row["address"] and not is_web_address(row["address"]):
                field.wrong[at, "address"] = _("Write a whole address: https://…")
        if field.wrong:
            raise ValidationError(_("A row needs another look."))


def change_rows(form: ProfileForm) -> bool:
    """Whether a button asked for another order of the links, which the form then shows."""
    change = asked_change(request.form.get(ROWS, ""))
    if change is None or change[0] != form.links.name:
        return False
    form.links.change(*change[1:])
    return True


def keep(form: ProfileForm, author: Author) -> bool:
    """Put what was sent into ``author`` and commit; False with errors beside the fields."""
    if not form.validate():
        return False
    try:
        call(author, name=form.name.data or "", slug=form.slug.data or "", now=now())
    except (BadSlug, SlugTaken) as error:
        form.slug.errors = [explain(error)]
        return False
    author.bio = form.bio.data or ""
    author.links = [{"label": row["label"], "address": row["address"]} for row in form.links.data]
    if not _take_picture(form, author):
        db.session.rollback()
        return False
    try:
        db.session.commit()
    except IntegrityError:
        # Somebody else took the address in the same moment.
        db.session.rollback()
        form.slug.errors = [explain(SlugTaken())]
        return False
    return True


def _take_picture(form: ProfileForm, author: Author) -> bool:
    file: Any = form.upload.data
    if form.remove_picture.data:
        author.picture = ""
    elif isinstance(file, FileStorage) and file.filename:
        with file.stream as stream:
            data = stream.read(MOST_BYTES + 1)
        try:
            picture = store_portrait(data, author, store=media_store(), now=now())
        except REFUSED as error:
            form.upload.errors = [explain(error)]
            return False
        picture.is_decorative = True  # the name stands beside it
        author.picture = picture.key
    return True
