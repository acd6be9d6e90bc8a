"""What is filled in about an old address."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from blogapp.text.name_lists import one_line
from blogapp.web.forms import Form

MOVED, FOR_A_WHILE, GONE = "301", "302", "410"
_TOO_LONG = _("At most %(max)d characters.")


class RedirectForm(Form):
    """An old address, what becomes of it, and where it leads."""

    old = StringField(
        _("Old address"), filters=[one_line], validators=[Length(max=1000, message=_TOO_LONG)]
    )
    how = RadioField(
        _("What a reader gets"),
        choices=[
            SelectChoice(MOVED, _("Moved for good (301)")),
            SelectChoice(FOR_A_WHILE, _("Moved for a while (302)")),
            SelectChoice(GONE, _("Gone (410)")),
        ],
        default=MOVED,
    )
    new = StringField(
        _("Leads to"), filters=[one_line], validators=[Length(max=2000, message=_TOO_LONG)]
    )
    outside = BooleanField(_("It leads to another site, on purpose"))
