"""Who must have a second factor: a section of the settings, for owners."""

from flask import redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from blogapp.accounts.factors import (
    count_without_factor,
    has_second_factor,
    must_have_second_factor,
)
from blogapp.accounts.models import Role
from blogapp.authoring.notices import say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import db
from blogapp.site.reading import get_site
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.confirming import demand_confirmed
from blogapp.web.forms import Form

NOBODY = ""


class SignInForm(Form):
    second_factor_for = RadioField(
        _l("Who must have a second factor"),
        choices=[
            SelectChoice(NOBODY, _l("Nobody must; everybody may")),
            SelectChoice(Role.OWNER.value, _l("Owners")),
            SelectChoice(Role.EDITOR.value, _l("Owners and editors")),
            SelectChoice(Role.AUTHOR.value, _l("Owners, editors and authors")),
            SelectChoice(Role.CONTRIBUTOR.value, _l("Everybody who signs in")),
        ],
    )


def edit() -> Response:
    """Show who must have a second factor; on POST keep it."""
    section = demand_section("sign-in")
    site = get_site()
    form = SignInForm(obj=site)
    if request.method != "POST":
        return _show(form)
    demand_confirmed()
    if not form.validate():
        return _show(form, status=422)
    chosen = form.second_factor_for.data or NOBODY
    if chosen != site.second_factor_for:
        site.second_factor_for = chosen
        site.origin = None
        db.session.add(site)
        note("settings.saved", "sign-in", second_factor_for=chosen or "nobody")
        db.session.commit()
    say(_("Settings saved."))
    return redirect(section.address, code=303)


def _show(form: SignInForm, status: int = 200) -> Response:
    author, least = current_author(), get_site().second_factor_for
    return show_section(
        "sign-in",
        "authoring/sign_in_settings.html",
        status,
        form=form,
        is_own_missing=not has_second_factor(author),
        missing=count_without_factor(least) if must_have_second_factor(author, least) else 0,
    )
