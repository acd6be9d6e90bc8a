"""What the change of a live post means to those who have read it."""

from flask_babel import lazy_gettext as _
from wtforms import Field, RadioField, TextAreaField
from wtforms.validators import Length, ValidationError

from blogapp.posts.revision_models import ChangeType
from blogapp.text.name_lists import clean
from blogapp.web.forms import Form

LONGEST_NOTE = 1_000


class UpdateForm(Form):
    """What kind of change it is, and what readers are told of it.

    The calm kind comes first: whoever does not choose disturbs nobody.
    """

    # The page calls them by their names: `revision_parts.html`.
    change_type = RadioField(
        _("Kind of change"),
        # The stubs know WTForms before 3.3.
        choices=[kind.value for kind in ChangeType],  # type: ignore[misc]
        default=ChangeType.TYPO.value,
    )
    note = TextAreaField(
        _("Note to readers"),
        [Length(max=LONGEST_NOTE, message=_("A note holds at most 1,000 characters."))],
        filters=[lambda text: clean(text).strip()],
    )

    @property
    def told_note(self) -> str:
        """The note, where readers are told of such a change at all."""
        is_told = ChangeType(self.change_type.data).is_told
        return (self.note.data or "") if is_told else ""

    def validate_note(self, field: Field) -> None:
        try:
            is_told = ChangeType(self.change_type.data).is_told
        except ValueError:
            return
        if is_told and not field.data:
            raise ValidationError(_("Say in a sentence what changed: readers see it."))
