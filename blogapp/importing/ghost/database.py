"""Ghost's export as the tables it holds: the small ones in memory, posts one after the other."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blogapp.importing.json_objects import objects

# {"db": [{"meta": …, "data": …}]}, {"meta": …, "data": …}, and what Ghost's API answers.
_PLACE = re.compile(r"(?:db(?:\.item)?\.)?(?:data\.)?(\w+)(?:\.item)?")
_META = re.compile(r"(?:db(?:\.item)?\.)?meta")
_SMALL = {
    "tags", "users", "posts_meta", "posts_tags", "posts_authors", "roles", "roles_users",
    "settings", "members", "labels", "members_labels", "comments",
}  # fmt: skip
# How the site is run, not what it says.
_INTERNAL = re.compile(
    r"permissions|apps?(?:_|$)|access|refresh|client|migrations|sessions|tokens|actions|brute"
    r"|api_keys|integrations|invites|jobs|members_|emails?(?:_|$)|stripe_|subscriptions|outbox"
    r"|products|posts_products|milestones|webhooks|mobiledoc_revisions|post_revisions"
)
_COLUMNS = {
    # Never a password or a token, not even in memory.
    "users": "id name slug email bio website location facebook twitter profile_image cover_image",
    "tags": "id name slug description visibility feature_image meta_title meta_description"
    " og_image twitter_image codeinjection_head codeinjection_foot",
    "members": "id uuid email name note status subscribed created_at",
    "comments": "id post_id member_id parent_id in_reply_to_id status html created_at",
}

Fields = dict[str, Any]


@dataclass
class Database:
    """One export file; `posts` reads it again."""

    path: Path
    version: str = ""
    exported_on: str = ""
    post_count: int = 0
    slugs: set[str] = field(default_factory=set)
    tables: dict[str, dict[str, Fields]] = field(default_factory=lambda: defaultdict(dict))
    tags: dict[str, list[str]] = field(default_factory=dict)
    authors: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    comments: dict[str, list[Fields]] = field(default_factory=lambda: defaultdict(list))
    settings: dict[str, str] = field(default_factory=dict)
    # Tables that nothing is read from, with the number of their rows.
    others: Counter[str] = field(default_factory=Counter)

    def posts(self) -> Iterator[Fields]:
        """Yield the posts and pages in the file's order, one in memory at a time."""
        for place, row in objects(self.path, lambda place: _table(place) in ("posts", "pages")):
            if _table(place) == "pages":
                row.setdefault("type", "page")
            yield row

    def named(self, table: str, ids: list[str]) -> list[Fields]:
        """Return the rows of a table with these ids, in their order; missing ones are skipped."""
        rows = self.tables[table]
        return [rows[id] for id in ids if id in rows]


def read_database(path: Path) -> Database:
    """Return what an export holds. Raises `NoSite` for damaged files."""
    database = Database(path)
    links: dict[str, list[tuple[str, float, str]]] = defaultdict(list)
    for place, row in objects(path, lambda place: _table(place) != ""):
        table = _table(place)
        if table == "meta":
            database.version = str(row.get("version") or "")
            database.exported_on = str(row.get("exported_on") or "")
        elif table in ("posts", "pages"):
            database.post_count += 1
            database.slugs.add(key(row, "slug"))
        elif table in ("posts_tags", "posts_authors"):
            links[table].append(
                (key(row, "post_id"), _order(row), key(row, "tag_id") or key(row, "author_id"))
            )
        elif table in _SMALL:
            _keep(database, table, row)
        elif not _INTERNAL.match(table):
            database.others[table] += 1
    database.tags = _in_order(links["posts_tags"])
    database.authors = _in_order(links["posts_authors"])
    return database


def key(row: Fields, name: str) -> str:
    """Return an id as text: old exports number what newer ones name."""
    value = row.get(name)
    return "" if value is None or isinstance(value, dict | list | bool) else str(value)


def _table(place: str) -> str:
    if _META.fullmatch(place):
        return "meta"
    found = _PLACE.fullmatch(place)
    is_table = found and place.endswith(".item") and found[1] not in ("db", "data", "item")
    return found[1] if found and is_table else ""


def _keep(database: Database, table: str, row: Fields) -> None:
    if table in _COLUMNS:
        row = {name: row[name] for name in _COLUMNS[table].split() if row.get(name) is not None}
    if table == "settings":
        value = row.get("value")
        if isinstance(value, str):
            database.settings[key(row, "key")] = value
    elif table == "roles_users":
        database.roles[key(row, "user_id")].append(key(row, "role_id"))
    elif table == "members_labels":
        database.labels[key(row, "member_id")].append(key(row, "label_id"))
    elif table == "comments":
        database.comments[key(row, "post_id")].append(row)
    elif table == "posts_meta":
        database.tables[table][key(row, "post_id")] = row
    else:
        database.tables[table][key(row, "id")] = row


def _order(row: Fields) -> float:
    value = row.get("sort_order")
    return value if isinstance(value, int | float) else 0


def _in_order(links: list[tuple[str, float, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for post, _order, id in sorted(links, key=lambda link: link[1]):
        found[post].append(id)
    return dict(found)
