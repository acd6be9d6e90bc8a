"""What owners and editors fill in about people."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from blogapp.accounts.models import Author, Role
from blogapp.posts.handing_over import Part
from blogapp.text.name_lists import one_line
from blogapp.web.forms import Form

ROLE_NAMES = {
    Role.OWNER: _l("Owner"),
    Role.EDITOR: _l("Editor"),
    Role.AUTHOR: _l("Author"),
    Role.CONTRIBUTOR: _l("Contributor"),
}
ROLE_MEANINGS = {
    Role.OWNER: _l("May do everything: people, settings, imports, outside sources."),
    Role.EDITOR: _l("Edits and publishes everybody’s posts; looks after authors and contributors."),
    Role.AUTHOR: _l("Writes and publishes what they sign."),
    Role.CONTRIBUTOR: _l("Writes; somebody else publishes."),
}
PART_NAMES = {
    Part.DRAFTS: _l("Drafts"),
    Part.POSTS: _l("Published and scheduled posts"),
    Part.REVIEWS: _l("Reviews they are asked for"),
}


class InvitationForm(Form):
    """Who is invited, and as what."""

    email = EmailField(
        _l("Email"),
        [Optional(), Length(max=320)],
        filters=[one_line],
    )
    name = StringField(_l("Name"), [Length(max=200)], filters=[one_line])
    role = RadioField(_l("Role"))
    author = SelectField(_l("Whose posts are here already"), default="")

    def offer(self, roles: Sequence[Role], authors: Sequence[Author]) -> None:
        """Let the form hold the roles one may give, and the authors without an account."""
        self.role.choices = [SelectChoice(role.value, ROLE_NAMES[role]) for role in roles]
        self.author.choices = [
            SelectChoice("", _l("Nobody’s: they are new here")),
            *(SelectChoice(str(author.id), author.name) for author in authors),
        ]
        if not self.is_submitted() and not self.role.data:
            usual = Role.AUTHOR if Role.AUTHOR in roles else roles[-1]
            self.role.data = usual.value


class RoleForm(Form):
    """What somebody may do from here on."""

    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))])

    def offer(self, roles: Sequence[Role]) -> None:
        self.role.choices = [SelectChoice(role.value, ROLE_NAMES[role]) for role in roles]


class HandOverForm(Form):
    """Whose name stands over posts from here on."""

    to = SelectField(_l("To"), [InputRequired(_l("Choose somebody."))])
    parts = SelectMultipleField(
        _l("What"),
        [InputRequired(_l("Choose at least one of these."))],
        choices=[SelectChoice(part.value, name) for part, name in PART_NAMES.items()],
        default=[part.value for part in Part],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    how = RadioField(
        _l("How"),
        choices=[
            SelectChoice("replace", _l("In their place")),
            SelectChoice("add", _l("Beside them, as another author")),
        ],
        default="replace",
    )

    def offer(self, heirs: Sequence[Author]) -> None:
        self.to.choices = [
            SelectChoice("", _l("Choose somebody")),
            *(SelectChoice(str(heir.id), heir.name) for heir in heirs),
        ]
