"""What is filled in about the menus: rows of links, chosen from what the blog has or typed."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from blogapp.authoring.settings_forms import SectionForm
from blogapp.posts.redirecting import path_of
from blogapp.posts.resolving import Answer, resolve
from blogapp.posts.visiting import list_places
from blogapp.site.models import Link, Site
from blogapp.web.clock import now
from blogapp.web.links_field import LinksField
from blogapp.web.moving import answers

MOST_ENTRIES = 10
GROUPS = {
    "blog": _l("This blog"),
    "page": _l("Static pages"),
    "domain": _l("Domains"),
    "series": _l("Series"),
    "tag": _l("Tags"),
}
ODD = {
    Answer.UNPUBLISHED: _l("This is not published yet: readers do not find it."),
    Answer.GONE: _l("This was taken down: readers are told that it is gone."),
    Answer.LOST: _l("Nothing answers at this address."),
}


class NavigationForm(SectionForm):
    """The menu in the header, and links in the footer."""

    own_navigation = RadioField(
        _l("Menu"),
        choices=[
            SelectChoice("house", _l("The usual one: posts, tags, archive")),
            SelectChoice("own", _l("Your own")),
        ],
    )
    navigation = LinksField(_l("Entries of your own menu"), most=MOST_ENTRIES)
    footer_links = LinksField(_l("Links"), most=MOST_ENTRIES)

    def fill(self, site: Site) -> None:
        """Put what was typed into ``site``; the usual menu is no list at all."""
        super().fill(site)
        if self.own_navigation.data == "house":
            site.navigation = None

    def look_up(self) -> None:
        """Find out what can be chosen, and which rows lead nowhere."""
        offered = offer_places()
        fields = (self.navigation, self.footer_links)
        rows = [row for field in fields for row in field.shown]
        paths = {path_of(row["address"]) for row in rows if row["address"].startswith("/")}
        found = resolve(paths, now=now(), is_fixed=answers)
        for field in fields:
            field.offered = offered
            for at, row in enumerate(field.shown):
                target = found.get(path_of(row["address"]))
                if target and target.answer in ODD:
                    field.odd[at] = str(ODD[target.answer])


def offer_places() -> Mapping[LazyString, Sequence[Link]]:
    """Return what a menu may lead to, by what it is; five statements."""
    offered: dict[LazyString, Sequence[Link]] = {GROUPS["blog"]: house_menu()}
    for kind, places in list_places(now=now()).items():
        if places:
            offered[GROUPS[kind]] = [{"label": name, "address": path} for name, path in places]
    return offered


def house_menu() -> list[Link]:
    """Return the menu of a blog that has none of its own."""
    return [
        {"label": _("Posts"), "address": "/"},
        {"label": _("Tags"), "address": "/tags"},
        {"label": _("Archive"), "address": "/archive"},
    ]
