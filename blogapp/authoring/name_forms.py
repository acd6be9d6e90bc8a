"""What is filled in about a domain or a series, and keeping it."""

from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from blogapp.authoring.forms import LONGEST_NAME
from blogapp.authoring.tag_forms import LONGEST_DESCRIPTION
from blogapp.posts.errors import NameTaken, SlugTaken
from blogapp.posts.models import Domain, Series
from blogapp.posts.renaming import name_anew
from blogapp.text.name_lists import clean, one_line
from blogapp.text.slugs import is_slug
from blogapp.web.forms import Form


class NameForm(Form):
    """A name, its address, what its page says, and what all of it was when the form was shown."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write a name.")),
            Length(max=LONGEST_NAME, message=_l("At most %(max)d characters.")),
        ],
    )
    slug = StringField(_l("Address"), filters=[one_line])
    description = TextAreaField(
        _l("Description"),
        filters=[one_line],
        validators=[Length(max=LONGEST_DESCRIPTION, message=_l("At most %(max)d characters."))],
    )
    seen = HiddenField(filters=[clean])

    def validate_slug(self, field: StringField) -> None:
        if field.data and not is_slug(field.data):
            raise ValidationError(
                _("An address may hold letters, digits, hyphens, dots and underscores.")
            )


def form_of(row: Domain | Series) -> NameForm:
    """Return the form with what is said of ``row``, or with what was sent."""
    return NameForm(obj=row, data={"seen": state_of(row)})


def keep_name(form: NameForm, row: Domain | Series, *, now: datetime) -> bool:
    """Set what the form says; what is wrong stands beside its fields, and nothing is changed.

    Where somebody else changed the same since the form was shown, that is told first: kept the
    second time it is sent.
    """
    if not form.validate():
        return False
    if row.id is not None and form.seen.data != (state := state_of(row)):
        form.seen.data, form.seen.raw_data = state, [state]
        said = _(
            "Somebody else changed this meanwhile: it is called “%(name)s” now.", name=row.name
        )
        form.seen.errors = [said, _("Save once more to put yours in its place.")]
        return False
    try:
        name_anew(
            row,
            name=form.name.data or "",
            slug=form.slug.data or "",
            description=form.description.data or "",
            now=now,
        )
    except NameTaken as taken:
        form.name.errors = [_("“%(name)s” has this name already.", name=taken.holder.name)]
        return False
    except SlugTaken:
        form.slug.errors = [_("Another one has this address.")]
        return False
    return True


def state_of(row: Domain | Series) -> str:
    """Return what changes with what is said of ``row``."""
    said = "\n".join((row.name, row.slug, row.description))
    return sha256(said.encode()).hexdigest()[:12]
