"""Reading the blog's settings."""

from blogapp.extensions import db
from blogapp.site.models import Site


def get_site() -> Site:
    """Return the blog's settings; the defaults while nobody has saved any."""
    return db.session.get(Site, 1) or default_site()


def default_site() -> Site:
    """Return the settings of a blog that nobody has described yet, not in any session."""
    columns = Site.__table__.columns
    values = {c.name: c.default.arg for c in columns if c.default is not None}
    return Site(id=1, **values)
