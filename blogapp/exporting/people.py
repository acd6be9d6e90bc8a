"""Authors: what readers see of them and what they may do here, and no word of how they sign in."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from blogapp.accounts.models import Author, Role
from blogapp.accounts.profiles import is_link
from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadValue, within
from blogapp.exporting.files import File, Here, Told
from blogapp.exporting.snapshots import by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.text.slugs import is_slug

PATH = "_data/authors.yml"
SHAPE = Shape(
    table_of(Author),
    left_out={
        "id": "a number of this database",
        "slug_key": "made from the slug",
        "email_key": "made from the e-mail address",
        "password_hash": "a password, though nobody can read it",
        "last_seen_at": "when somebody was here",
    },
)


def write(here: Here) -> Iterator[File]:
    """Yield the file of all authors."""
    authors = table_of(Author)
    query = select(authors).order_by(by_bytes(here.connection, authors.c.slug))
    rows = here.connection.execute(query).all()
    if rows:
        yield File(PATH, documents.items(SHAPE.say(row) for row in rows))


def read(tree: Tree, *, is_empty: bool) -> Iterator[Told]:
    """Take in the authors; yield what became of each. The caller commits.

    Known by e-mail address, else by slug. In an empty blog they become what the export says,
    but for their password; elsewhere those who are here stay as they are, and who comes new
    may not do more than write.
    """
    for said in tree.items(PATH):
        with within(PATH):
            values = _checked(SHAPE.read(said))
        what = f"{PATH}: {values['slug']}"
        found = _find(values)
        if found is None:
            note = "" if is_empty else _tame(values)
            db.session.add(Author(**values))
            yield Told(what, Result.MADE, note or _way_in(values))
        elif not (changed := [name for name in values if getattr(found, name) != values[name]]):
            yield Told(what, Result.UNCHANGED)
        elif is_empty:
            for name in changed:
                setattr(found, name, values[name])
            yield Told(what, Result.CHANGED, "" if found.password_hash else _way_in(values))
        else:
            yield Told(what, Result.KEPT, f"stays as it is here: {', '.join(changed)}")
        db.session.flush()


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    if values["role"] not in {*Role}:
        raise BadValue(f"role: {values['role']!r} is none of {', '.join(Role)}")
    if not is_slug(values["slug"]):
        raise BadValue(f"slug: {values['slug']!r} cannot be an address")
    if not all(is_link(link) for link in values["links"]):
        raise BadValue("links: an entry is no label with an address on the web")
    if values["picture"] and not re.fullmatch(r"[0-9a-f]{16}/[\w.-]+", values["picture"]):
        raise BadValue(f"picture: {values['picture']!r} is no place in the store")
    return values


def _find(values: dict[str, Any]) -> Author | None:
    if values["email"]:
        known = select(Author).where(Author.email_key == values["email"].casefold())
        if found := db.session.scalar(known):
            return found
    return db.session.scalar(select(Author).where(Author.slug_key == values["slug"].casefold()))


def _way_in(values: dict[str, Any]) -> str:
    if not values["email"] or values["disabled_at"]:
        return ""
    return f"has no password yet: blogapp author reset {values['email']}"


def _tame(values: dict[str, Any]) -> str:
    if values["role"] in (Role.AUTHOR, Role.CONTRIBUTOR) or not values["email"]:
        return ""
    said, values["role"] = values["role"], Role.AUTHOR
    return f"was {said} there and is an author here; {_way_in(values)}"


def ids_by_slug() -> dict[str, int]:
    """Return the authors' ids by their slugs in one case."""
    rows = db.session.execute(select(Author.slug_key, Author.id))
    return {row.slug_key: row.id for row in rows}
