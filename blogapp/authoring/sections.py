"""The pages of the settings: their names, their order, and who may open which.

A page joins by a line in ``SECTIONS``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, abort, make_response, render_template
from flask import url_for as address_of
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from blogapp.accounts.models import Author
from blogapp.accounts.rights import (
    may_demand_factors,
    may_manage_people,
    may_read_audit,
    may_tell_outside,
)
from blogapp.authoring.navigation_form import NavigationForm
from blogapp.authoring.presets_form import PresetForm
from blogapp.authoring.settings_forms import (
    FrameForm,
    FrontForm,
    GeneralForm,
    LookForm,
    OutsideForm,
    SectionForm,
)
from blogapp.posts.rights import may_manage_site, may_move_blog, may_open_outside, may_rule_reviews
from blogapp.web.access import current_author


@dataclass(frozen=True)
class Section:
    """A page of the settings.

    One with a form is shown and kept by `settings.edit`, under ``/write/settings/NAME``; the
    others have views of their own, at ``authoring.edit_NAME`` or at ``endpoint``.
    """

    name: str
    label: LazyString
    form: type[SectionForm] | None = None
    is_previewed: bool = False
    may_open: Callable[[Author], bool] = may_manage_site
    endpoint: str = ""

    @property
    def address(self) -> str:
        return address_of(self.endpoint or f"authoring.edit_{self.name}")

    @property
    def preview_address(self) -> str:
        return address_of(f"authoring.preview_{self.name}")


@dataclass(frozen=True)
class Group:
    """Pages that stand together under a word."""

    label: LazyString
    sections: Sequence[Section]


GROUPS = (
    Group(
        _l("Blog"),
        (
            Section("settings", _l("Name and clock"), GeneralForm, is_previewed=True),
            Section("look", _l("Look"), LookForm, is_previewed=True),
            Section("presets", _l("Presets"), PresetForm, is_previewed=True),
            Section("front", _l("Front page"), FrontForm, is_previewed=True),
            Section("navigation", _l("Navigation"), NavigationForm, is_previewed=True),
            Section("frame", _l("Footer"), FrameForm, is_previewed=True),
        ),
    ),
    Group(
        _l("Content"),
        (
            Section("pages", _l("Static pages")),
            Section("domains", _l("Domains")),
            Section("series", _l("Series")),
            Section("tags", _l("Tags"), endpoint="authoring.list_tags"),
        ),
    ),
    Group(
        _l("Team"),
        (
            Section(
                "people",
                _l("People"),
                may_open=may_manage_people,
                endpoint="authoring.list_people",
            ),
            Section("reviews", _l("Reviews and tags"), may_open=may_rule_reviews),
            Section(
                "sign-in",
                _l("Sign-in"),
                may_open=may_demand_factors,
                endpoint="authoring.edit_sign_in",
            ),
            Section("notifications", _l("Notifications"), may_open=may_tell_outside),
        ),
    ),
    Group(
        _l("Operation"),
        (
            Section("redirects", _l("Redirects")),
            Section("imports", _l("Import and export"), may_open=may_move_blog),
            Section("outside", _l("Outside sources"), OutsideForm, may_open=may_open_outside),
            Section("jobs", _l("Work in the background"), may_open=may_move_blog),
            Section("audit", _l("Audit log"), may_open=may_read_audit),
        ),
    ),
)
SECTIONS: Mapping[str, Section] = {
    section.name: section for group in GROUPS for section in group.sections
}


def open_groups() -> Sequence[Group]:
    """Return the groups with the sections that the author may open; none is empty."""
    author = current_author()
    groups = [
        Group(group.label, [each for each in group.sections if each.may_open(author)])
        for group in GROUPS
    ]
    return [group for group in groups if group.sections]


def demand_section(name: str) -> Section:
    """Return a section, or answer 404 for one that is none, 403 to who may not open it."""
    section = SECTIONS.get(name) or abort(404)
    if not section.may_open(current_author()):
        abort(403)
    return section


def show_section(section: str, template: str, status: int = 200, /, **values: object) -> Response:
    """Answer with a page of the settings that has a view of its own.

    The template extends ``authoring/settings_page.html``.
    """
    page = render_template(template, chosen=SECTIONS[section], groups=open_groups(), **values)
    return make_response(page, status)
