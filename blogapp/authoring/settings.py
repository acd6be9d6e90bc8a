"""What belongs to the blog: its name, its look, its words, its clock."""

from flask import Response, abort, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring import logo, site_preview
from blogapp.authoring.navigation_form import NavigationForm, house_menu
from blogapp.authoring.notices import say
from blogapp.authoring.presets_form import PresetForm
from blogapp.authoring.sections import Section, demand_section, open_groups
from blogapp.authoring.settings_forms import (
    GeneralForm,
    LookForm,
    OutsideForm,
    SectionForm,
)
from blogapp.extensions import csrf, db
from blogapp.posts.managing import recompute_months
from blogapp.site.models import SOURCES, Site
from blogapp.site.reading import copy_of, values_by_name
from blogapp.site.report_counting import list_refused
from blogapp.web import policy_reports
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.filters import current_site, local
from blogapp.web.headers import let_frame_previews
from blogapp.web.language import look_up_language
from blogapp.web.links_field import ROWS, LinksField, asked_change
from blogapp.web.look import palette
from blogapp.web.media_store import media_store


@csrf.exempt  # the form checks its token itself, so that a stale one loses no text
def edit(section: str) -> AnyResponse:
    """Show one section of the settings; on POST keep it."""
    chosen = _demanded(section)
    if chosen.name == "outside":
        demand_confirmed()
    site = current_site()
    form = _form_of(chosen, site)
    if request.method == "POST" and (change := asked_change(request.form.get(ROWS, ""))):
        return _change_rows(chosen, form, *change)
    if request.method != "POST":
        return _show(chosen, form)
    _take_offer(form)
    if form.validate() & _take_logo(form):
        _keep(chosen.name, form, site)
        say(_("Settings saved."))
        return redirect(chosen.address, code=303)
    return _show(chosen, form, status=422)


@csrf.exempt  # as above; nothing is kept here
def preview(section: str) -> AnyResponse:
    """A page of the blog as readers would see it with what the form holds; nothing is kept."""
    chosen = _demanded(section)
    site = current_site()
    form = _form_of(chosen, site)
    is_usable = form.validate()
    shown = logo.preview(form) if is_usable and isinstance(form, LookForm) else None
    if not is_usable or form.errors:
        return site_preview.refuse(form)
    draft = copy_of(site)
    form.fill(draft)
    if isinstance(form, LookForm):
        logo.put(form, draft)
    return site_preview.show(draft, page=request.form.get("page", ""), logo=shown)


def _demanded(name: str) -> Section:
    section = demand_section(name)
    return section if section.form else abort(404)


def _form_of(section: Section, site: Site) -> SectionForm:
    more = {name: (site.origins or {}).get(name, []) for name in SOURCES}
    own_menu = "house" if site.navigation is None else "own"
    assert section.form
    form = section.form(obj=site, data={**more, "own_navigation": own_menu})
    if isinstance(form, GeneralForm):
        form.offer_date_formats(site, example=local(now()))
    if isinstance(form, LookForm):
        form.measure_against(palette())
    if isinstance(form, PresetForm):
        form.offer(site, example=local(now()))
    if isinstance(form, OutsideForm):
        policy_reports.write_now()
        form.refused = list_refused()
        if not form.is_submitted():
            form.propose(request.args.get("kind", ""), request.args.get("origin", ""))
    if isinstance(form, NavigationForm) and not form.is_submitted() and site.navigation is None:
        form.navigation.shown = [*house_menu()]
    return form


def _change_rows(section: Section, form: SectionForm, name: str, at: int, act: str) -> Response:
    """Answer with the form as it was sent, but for one row."""
    field = {each.name: each for each in form}.get(name)
    if not isinstance(field, LinksField):
        abort(400)
    if act == "pick" and isinstance(form, NavigationForm):
        form.look_up()
        field.add(request.form.get(f"{name}-pick", ""))
    else:
        field.change(at, act)
    return _show(section, form)


def _take_offer(form: SectionForm) -> None:
    """Put a colour that was offered in the place of the one that is too faint."""
    if isinstance(form, LookForm):
        for field in (form.accent, form.accent_dark):
            field.data = request.form.get(f"use_{field.name}") or field.data


def _take_logo(form: SectionForm) -> bool:
    if not isinstance(form, LookForm) or "csrf_token" in form.errors:
        return True
    return logo.keep(form, media_store(), now=now())


def _keep(section: str, form: SectionForm, site: Site) -> None:
    before, was_zone = values_by_name(site), site.time_zone
    form.fill(site)
    if isinstance(form, LookForm):
        logo.put(form, site)
    after = values_by_name(site)
    note("settings.saved", section, changed=[name for name in after if after[name] != before[name]])
    # From here on the words are the owner's: they stay when the demo goes.
    site.origin = None
    db.session.add(site)
    if site.time_zone != was_zone:
        recompute_months(site.zone)
    db.session.commit()
    look_up_language()  # it may be another language now


def _show(section: Section, form: SectionForm, status: int = 200) -> Response:
    let_frame_previews()
    if isinstance(form, NavigationForm):
        form.look_up()
    page = render_template(
        f"authoring/edit_{section.name}.html",
        form=form,
        chosen=section,
        groups=open_groups(),
        now=now(),
        has_file=any(field.type == "FileField" for field in form),
    )
    return make_response(page, status)
