"""The keys there are, and the switch that turns single letters off."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.notices import say
from blogapp.extensions import db
from blogapp.web.access import current_author
from blogapp.web.pages import render_page


def show() -> AnyResponse:
    """Every key with what it does; on POST remember whether single letters act."""
    if request.method != "POST":
        return render_page("authoring/shortcuts.html")
    author = current_author()
    author.single_keys = request.form.get("single_keys") == "1"
    db.session.commit()
    say(_("Single letters act.") if author.single_keys else _("Single letters do nothing now."))
    return redirect(url_for(".show_shortcuts"), code=303)
