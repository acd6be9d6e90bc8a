"""What is filled in about a tag."""

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from blogapp.authoring.forms import LONGEST_NAME
from blogapp.text.name_lists import one_line
from blogapp.text.slugs import is_slug
from blogapp.web.forms import Form

LONGEST_DESCRIPTION = 500


class TagForm(Form):
    """A tag's name, its address, and what its page says of it."""

    name = StringField(
        _("Name"),
        filters=[one_line],
        validators=[
            DataRequired(_("A tag needs a name.")),
            Length(max=LONGEST_NAME, message=_("At most %(max)d characters.")),
        ],
    )
    slug = StringField(_("Address"), filters=[one_line])
    description = TextAreaField(
        _("Description"),
        filters=[one_line],
        validators=[Length(max=LONGEST_DESCRIPTION, message=_("At most %(max)d characters."))],
    )

    def validate_slug(self, field: StringField) -> None:
        if field.data and not is_slug(field.data):
            raise ValidationError(
                _("An address may hold letters, digits, hyphens, dots and underscores.")
            )


class AliasForm(Form):
    """Another name for a tag."""

    alias = StringField(
        _("Another name"),
        filters=[one_line],
        validators=[
            DataRequired(_("An alias needs a name.")),
            Length(max=LONGEST_NAME, message=_("At most %(max)d characters.")),
        ],
    )


class MergerForm(Form):
    """The tag that another one becomes; asked for by GET, so it carries no token."""

    class Meta:
        csrf = False

    into = StringField(_("Merge into"), filters=[one_line])
