"""The static pages there are, and from where readers come to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.navigation_form import MOST_ENTRIES, house_menu
from blogapp.authoring.notices import complain, say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.visiting import find_static_page, list_static_pages
from blogapp.site.models import Link, Site
from blogapp.site.reading import get_site
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.forms import row_id

PLACES = ("menu", "footer")


@dataclass(frozen=True)
class Entry:
    """A page, and whether the menu and the footer lead to it."""

    page: Post
    in_menu: bool
    in_footer: bool


def index() -> AnyResponse:
    """Show all static pages and where they are linked."""
    demand_section("pages")
    site = get_site()
    menu, footer = _addresses(_menu(site)), _addresses(site.footer_links)
    entries = [Entry(page, page.path in menu, page.path in footer) for page in list_static_pages()]
    has_about = any(entry.page.path == "/about" for entry in entries)
    return show_section(
        "pages", "authoring/static_pages.html", entries=entries, has_about=has_about, now=now()
    )


def place() -> AnyResponse:
    """Put a page into the menu or the footer, or take it out."""
    demand_section("pages")
    act, place, id = (*request.form.get("place", "").split(":"), "", "")[:3]
    if act not in {"add", "remove"} or place not in PLACES:
        abort(400)
    try:
        page = find_static_page(row_id(id))
    except ValueError:
        abort(400)
    if page is None:
        complain(_("That page is gone."))
        return redirect(url_for(".edit_pages"), code=303)
    site = get_site()
    links = _menu(site) if place == "menu" else [*site.footer_links]
    others = [link for link in links if link["address"] != page.path]
    if act == "add" and len(others) >= MOST_ENTRIES:
        complain(_("There is no room for another entry. Take one out first."))
        return redirect(url_for(".edit_navigation"), code=303)
    if act == "add":
        others.append({"label": (page.title or page.slug)[:60], "address": page.path})
    if place == "menu":
        site.navigation = others
    else:
        site.footer_links = others
    site.origin = None
    db.session.add(site)
    note("settings.saved", "navigation", page=page.title)
    db.session.commit()
    say(_("The menus are changed."))
    return redirect(url_for(".edit_pages"), code=303)


def _menu(site: Site) -> list[Link]:
    return house_menu() if site.navigation is None else [*site.navigation]


def _addresses(links: Sequence[Link]) -> set[str]:
    return {link["address"] for link in links}
