"""What templates may call: the site itself, its addresses and its clock."""

from datetime import datetime

from flask import Flask, g

from blogapp.site.models import Site
from blogapp.site.reading import get_site, read_site
from blogapp.text.drawing import from_json
from blogapp.web.addresses import absolute_url_for
from blogapp.web.remembering import remembered, versions


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(iso=iso, local=local)
    app.jinja_env.globals.update(absolute_url_for=absolute_url_for, read_drawing=from_json)
    app.context_processor(lambda: {"site": current_site()})


def current_site() -> Site:
    """Return the blog's settings, read once a request, or remembered since they changed."""
    if "site" not in g:
        g.site = remembered("site", read_site, _size) if versions() else get_site()
    site: Site = g.site
    return site


def _size(site: Site) -> int:
    return 4000 + len(site.head_snippet)


def iso(moment: datetime) -> str:
    """Return ``moment`` for ``<time datetime>``, in the site's zone (RFC 3339)."""
    return local(moment).isoformat(timespec="seconds")


def local(moment: datetime) -> datetime:
    """Return ``moment`` in the site's zone."""
    return moment.astimezone(current_site().zone)
