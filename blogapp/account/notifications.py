"""What somebody wants to be told by mail."""

from flask import make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, ListWidget

from blogapp.extensions import db
from blogapp.web.access import current_author
from blogapp.web.forms import Form
from blogapp.web.mailing import NOTICES, can_mail
from blogapp.web.notices import say


class NoticesForm(Form):
    """Of what there is, what is wanted."""

    notices = SelectMultipleField(
        _l("Write to me when"),
        choices=[SelectChoice(*each) for each in NOTICES.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


def edit() -> Response:
    """Show what this author is told; on POST keep it."""
    author = current_author()
    wanted = [name for name in NOTICES if name not in author.muted_notices]
    form = NoticesForm(data={"notices": wanted})
    if form.validate_on_submit():
        author.muted_notices = [name for name in NOTICES if name not in (form.notices.data or [])]
        db.session.commit()
        say(_("Settings saved."))
        return redirect(url_for("account.edit_notifications"), code=303)
    page = render_template(
        "account/notifications.html", form=form, can_mail=can_mail(), address=author.email
    )
    return make_response(page, 422 if form.errors else 200)
