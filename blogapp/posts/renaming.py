"""Domains and series by other names: an address that worked leads on, and a name is one's alone.

These functions change the database and never commit: the caller does, once.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, text, update

from blogapp.extensions import db
from blogapp.posts.errors import BadName, BadSlug, NameTaken, SlugTaken
from blogapp.posts.models import Domain, Named, Post, Redirect, Series
from blogapp.posts.naming import tidy
from blogapp.posts.redirecting import path_of
from blogapp.text.folding import caseless
from blogapp.text.slugs import is_slug, slugify, unique_slug

# What a listing's address calls them, and the folder that each has.
FOLDERS = {"domain": "domains", "series": "series"}
# Takes the lock that writing takes, and changes nothing.
_TAKING_TURNS = {
    "sqlite": "UPDATE domains SET id = id WHERE 0",
    "postgresql": "LOCK TABLE domains, series IN SHARE ROW EXCLUSIVE MODE",
}
_POSTS = Post.metadata.tables[Post.__tablename__]


def take_turns() -> None:
    """Wait until nobody else is changing domains or series, and keep others out until the commit.

    What is read from here on is still so when it is changed: two people may merge two domains
    into each other, and only one of them can be right.
    """
    db.session.execute(text(_TAKING_TURNS[db.session.get_bind().dialect.name]))


def name_anew(
    row: Domain | Series, *, name: str, slug: str, description: str, now: datetime
) -> None:
    """Set what a domain or series is called; without ``slug`` its address is made from the name.

    A new row has no id yet, and is added. An old address leads to the new one. Raises `BadName`,
    `NameTaken`, `BadSlug` or `SlugTaken` before changing anything.
    """
    name, slug = tidy(name), unicodedata.normalize("NFC", slug.strip())
    _refuse_name(row, name)
    if slug and not is_slug(slug):
        raise BadSlug("An address may hold letters, digits, hyphens, dots and underscores.")
    if slug and _is_taken(row, slug):
        raise SlugTaken(f"Another one has the address {slug}.")
    slug = slug or unique_slug(slugify(name, _word(row)), lambda made: _is_taken(row, made))

    was_called, was_at = row.name, row.slug
    row.name, row.slug, row.description = name, slug, description
    # From here on the words are somebody's own: they stay when the demo goes.
    row.origin = None
    if row.id is None:
        db.session.add(row)
    db.session.flush()
    forget(row.__tablename__, slug)
    if was_at is not None and caseless(was_at) != row.slug_key:
        lead_on(row.__tablename__, was_at, slug, now=now)
    if was_called is not None and was_called != name:
        raise_versions(row)


def lead_on(folder: str, old: str, new: str, *, now: datetime) -> None:
    """Let the address ``old`` lead to ``new`` in one hop, and what led to ``old`` likewise."""
    _put(folder, old, f"/{folder}/{new}", now)


def say_gone(folder: str, slug: str, *, now: datetime) -> None:
    """Let an address answer that it is gone, and what led to it likewise."""
    _put(folder, slug, None, now)


def forget(folder: str, slug: str) -> None:
    """Let go of the rule for an address at which something stands from now on."""
    db.session.execute(delete(Redirect).where(Redirect.path == _path(folder, slug)))


def find_renamed(facets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the present slugs of domains and series by facet and folded old slug.

    An empty string stands for one that was deleted. What was never an address is not there. One
    statement, none without a domain or series.
    """
    asked = {
        _path(FOLDERS[facet], slug): (facet, caseless(slug))
        for facet, slug in facets
        if facet in FOLDERS and slug
    }
    if not asked:
        return {}
    query = select(Redirect.path, Redirect.target).where(Redirect.path.in_(asked))
    found = {}
    for path, target in db.session.execute(query):
        folder = f"/{FOLDERS[asked[path][0]]}/"
        led = path_of(target) if target else ""
        # Somebody may have led it elsewhere by hand.
        if target is None or (led.startswith(folder) and "/" not in led[len(folder) :]):
            found[asked[path]] = led.removeprefix(folder)
    return found


def raise_versions(row: Domain | Series) -> None:
    """Let an editor that is open on one of its posts merge what changed, without a save of it."""
    column = _POSTS.c.domain_id if isinstance(row, Domain) else _POSTS.c.series_id
    raised = update(_POSTS).where(column == row.id).values(version=_POSTS.c.version + 1)
    db.session.connection().execute(raised)


def _refuse_name(row: Domain | Series, name: str) -> None:
    if not name:
        raise BadName("It needs a name.")
    model = type(row)
    query = select(model).where(model.name_key == caseless(name), model.id != (row.id or 0))
    holder = db.session.scalar(query)
    if isinstance(holder, Named):
        raise NameTaken(f"“{holder.name}” has that name.", holder)


def _is_taken(row: Domain | Series, slug: str) -> bool:
    model = type(row)
    query = select(func.count()).where(model.slug_key == caseless(slug), model.id != (row.id or 0))
    return bool(db.session.scalar(query))


def _word(row: Domain | Series) -> str:
    return type(row).__name__.lower()


def _path(folder: str, slug: str) -> str:
    """The address as rules keep it: decoded, in one Unicode form, in small letters."""
    return unicodedata.normalize("NFC", f"/{folder}/{slug}").lower()


def _put(folder: str, old: str, target: str | None, now: datetime) -> None:
    """Keep a rule for an old address, and take those along that led there."""
    path = _path(folder, old)
    leads_here = Redirect.target.startswith(f"/{folder}/", autoescape=True)
    for each in db.session.scalars(select(Redirect).where(leads_here)):
        if path_of(each.target or "").lower() == path:
            each.target = target
    rule = db.session.scalar(select(Redirect).where(Redirect.path == path))
    if rule is None:
        rule = Redirect(path=path, created_at=now, came_by="renamed")
        db.session.add(rule)
    rule.post_id, rule.target, rule.status, rule.leads_out = None, target, 301, False
    db.session.flush()
