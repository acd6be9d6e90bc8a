"""What browsers refused on pages of the blog, let go of."""

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blogapp.authoring.notices import say
from blogapp.authoring.sections import demand_section
from blogapp.extensions import db
from blogapp.site.report_counting import forget_reports
from blogapp.web.policy_reports import write_now


def forget() -> Response:
    """Start counting anew."""
    demand_section("outside")
    write_now()
    forget_reports()
    db.session.commit()
    say(_("What browsers refused is counted anew."))
    return redirect(url_for(".edit_outside"), code=303)
