"""Reading the blog's settings."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.site.models import Site

_OF_ITSELF = {"id", "origin", "before_preset"}


def get_site() -> Site:
    """Return the blog's settings; the defaults while nobody has saved any."""
    return db.session.get(Site, 1) or default_site()


def default_site() -> Site:
    """Return the settings of a blog that nobody has described yet, not in any session."""
    return Site(id=1, **dict(_defaults()))


def read_site() -> Site:
    """Return the blog's settings in no session, the logo likewise: to be kept after a request."""
    copy = copy_of(get_site())
    if copy.logo:
        logo = {column.key: getattr(copy.logo, column.key) for column in Media.__table__.columns}
        set_committed_value(copy, "logo", Media(**logo))
    return copy


def values_of(site: Site) -> list[Any]:
    """Return all that is set, the logo's own facts likewise."""
    own = [getattr(site, column.key) for column in Site.__table__.columns]
    logo = site.logo
    of_logo = [getattr(logo, column.key) for column in Media.__table__.columns] if logo else []
    return own + of_logo


def values_by_name(site: Site) -> dict[str, Any]:
    """Return what is set, copied, by the names of the columns; how it came is none of it."""
    columns = (column.key for column in Site.__table__.columns)
    return {name: deepcopy(getattr(site, name)) for name in columns if name not in _OF_ITSELF}


def copy_of(site: Site) -> Site:
    """Return the same settings in no session, to be changed and shown without being kept."""
    values = {column.key: getattr(site, column.key) for column in Site.__table__.columns}
    copy = Site(**values)
    # Not through the constructor: what is set by hand marks the media's session.
    set_committed_value(copy, "logo", site.logo)
    return copy


def _defaults() -> Iterator[tuple[str, Any]]:
    for column in Site.__table__.columns:
        if column.default is not None:
            made = column.default.arg
            yield column.key, made(None) if callable(made) else made
