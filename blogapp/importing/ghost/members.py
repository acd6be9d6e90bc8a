"""The people who read a Ghost site: a list to keep aside, never accounts here."""

from pathlib import Path

from blogapp.importing.ghost.database import Database, Fields, key
from blogapp.importing.sources import AsideList
from blogapp.importing.tables import kept_table
from blogapp.importing.values import Row

_NAME = "ghost-members"
_COLUMNS = ("id", "email", "name", "note", "subscribed_to_emails", "created_at", "labels", "status")


def members_list(databases: list[Database], tables: list[Path]) -> AsideList | None:
    """Return the members that tables name, else those of the exports; None if nobody is.

    Raises `NoSite` for a table that is none.
    """
    if found := kept_table(tables, _NAME):
        return found
    people: dict[str, tuple[str, ...]] = {}
    for database in databases:
        for row in database.tables["members"].values():
            member = _member(row, database)
            people.setdefault(member[1].casefold() or member[0], member)
    return AsideList(name=_NAME, columns=_COLUMNS, rows=tuple(people.values())) if people else None


def _member(row: Fields, database: Database) -> tuple[str, ...]:
    labels = database.named("labels", database.labels.get(key(row, "id"), []))
    values = Row(
        row
        | {
            "subscribed_to_emails": row.get("subscribed"),
            "labels": ", ".join(str(label.get("name")) for label in labels),
        }
    )
    return tuple(values.text(column) for column in _COLUMNS)
