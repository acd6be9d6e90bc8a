"""What templates may call: the site itself, its addresses and its clock."""

from datetime import datetime
from hashlib import blake2b

from flask import Flask, current_app, g

from blogapp.site.models import Site
from blogapp.site.reading import get_site, read_site, values_of
from blogapp.text.drawing import from_json
from blogapp.web.addresses import absolute_url_for
from blogapp.web.remembering import remembered, settle, versions


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(iso=iso, local=local)
    app.jinja_env.globals.update(absolute_url_for=absolute_url_for, read_drawing=from_json)
    app.context_processor(lambda: {"site": current_site()})


def current_site() -> Site:
    """Return the blog's settings, read once a request, or remembered since they changed."""
    if "site" not in g:
        g.site = _remembered_site() if versions() else get_site()
    site: Site = g.site
    return site


def last_site() -> Site | None:
    """Return the settings as this process read them last, for when nobody can be asked."""
    found: Site | None = current_app.extensions.get("last_site")
    return found


def _remembered_site() -> Site:
    site, digest = remembered("site", _read, lambda read: 4000 + len(read[0].head_snippet))
    settle(digest)
    return site


def _read() -> tuple[Site, bytes]:
    """The settings, and what tells them from others."""
    site = current_app.extensions["last_site"] = read_site()
    return site, blake2b(repr(values_of(site)).encode(), digest_size=16).digest()


def iso(moment: datetime) -> str:
    """Return ``moment`` for ``<time datetime>``, in the site's zone (RFC 3339)."""
    return local(moment).isoformat(timespec="seconds")


def local(moment: datetime) -> datetime:
    """Return ``moment`` in the site's zone."""
    return moment.astimezone(current_site().zone)
