"""What is filled in about a file of the library."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField, Field, StringField
from wtforms.validators import Length, ValidationError

from blogapp.text.name_lists import one_line
from blogapp.web.forms import Form


class _Form(Form):
    """The blueprint asks every form for its token; several on a page need not do it again."""

    class Meta:
        csrf = False


_SHORT = Length(max=1000, message=_("At most 1,000 characters."))


class MediaForm(_Form):
    """What a file shows and who made it: proposed wherever it is put into a text."""

    alt = StringField(
        _("What it shows, for people who cannot see it"), [_SHORT], filters=[one_line]
    )
    is_decorative = BooleanField(_("It is decoration and needs no words"))
    caption = StringField(_("Caption"), [_SHORT], filters=[one_line])
    credit = StringField(_("Credit"), [_SHORT], filters=[one_line])


class UploadForm(_Form):
    """Files for the library, as many as one likes."""

    files = MultipleFileField(_("Files"))

    def validate_files(self, field: Field) -> None:
        if not any(file and file.filename for file in field.data or ()):
            raise ValidationError(_("Choose at least one file."))


class ReplacementForm(_Form):
    """The file that is to stand in the place of another one."""

    file = FileField(_("New file"))

    def validate_file(self, field: Field) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose a file."))
