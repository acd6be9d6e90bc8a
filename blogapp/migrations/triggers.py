"""Triggers by which the database itself notes that readers could be shown something else.

They write a new token into `content_version`, in the transaction of the change: whoever sees
the token sees the change. No code path can forget it, and the save of a draft is not noted.
``token`` is for what can be found, ``page_token`` for all that pages show. Which posts changed
with a ``token`` stands in `noted_posts`, so that an index need not read all of them again.
"""

import re
from collections.abc import Iterator

from sqlalchemy import JSON, Connection, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

from blogapp.migrations.noticing import KNOWN, SHOWN, Shown

PREFIX = "note_"
PAGE_PREFIX = f"{PREFIX}page_"
# What the facet index keeps of a post that readers may find, now or from a moment on.
FACETS = (
    *("published_at", "withdrawn_at", "deleted_at", "unlisted", "is_page"),
    *("domain_id", "kind", "series_id", "language", "published_month"),
)
LINKS: dict[str, tuple[str, ...]] = {
    "post_tags": ("post_id", "tag_id"),
    "post_authors": ("post_id", "author_id"),
}
NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("tags", "series", "authors"), ("name", "slug")),
    "domains": ("name", "slug", "position"),
    "site": ("language",),  # of posts that say none
}
# Each of their rows counts, whatever is in it.
WHOLE = ("tag_aliases",)
# So many entries of the log stay.
MOST_NOTED = 1000
# So many changes wait to be told to caches; past that, everything has changed.
MOST_CHANGES = 1000
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def drop_triggers(connection: Connection) -> None:
    """Take the triggers away: SQLite renames no table that a trigger of another one reads."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT name, '' FROM sqlite_master WHERE type = 'trigger' AND name LIKE ?"
        found = connection.exec_driver_sql(asked, (f"{PREFIX}%",)).all()
        for name, _table in found:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    asked = (
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgname LIKE %s AND pg_table_is_visible(tgrelid)"
    )
    for name, table in connection.exec_driver_sql(asked, (f"{PREFIX}%",)).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")


def make_triggers(connection: Connection) -> None:
    """Make the triggers anew, and note a change: without them there may have been any."""
    drop_triggers(connection)
    known = inspect(connection)
    tables = set(known.get_table_names())
    if "noted_posts" not in tables:
        return
    on_sqlite = connection.dialect.name == "sqlite"
    for statement in _on_sqlite(tables) if on_sqlite else _on_postgres(tables):
        connection.exec_driver_sql(statement)
    for table, shown in SHOWN.items():
        columns = [c for c in known.get_columns(table) if c["name"] not in shown.private]
        if on_sqlite:
            pages = _page_on_sqlite(table, shown, columns)
        else:
            key = known.get_pk_constraint(table)["constrained_columns"]
            pages = _page_on_postgres(table, shown, columns, key)
        for statement in pages:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DELETE FROM noted_posts")
    if connection.exec_driver_sql("SELECT id FROM content_version LIMIT 1").first() is None:
        connection.exec_driver_sql("INSERT INTO content_version (token) VALUES (0)")
    token = "random()" if on_sqlite else _TOKEN
    connection.exec_driver_sql(f"UPDATE content_version SET token = {token}, page_token = {token}")  # nosec B608
    logged = "INSERT INTO noted_posts (version_id, token) SELECT id, token FROM content_version"
    connection.exec_driver_sql(logged)


def is_findable(row: str, *, false: str = "false") -> str:
    """Return the condition, in SQL, under which a row of posts stands in the index."""
    return (
        f"{row}.published_at IS NOT NULL AND {row}.withdrawn_at IS NULL "
        f"AND {row}.deleted_at IS NULL AND {row}.unlisted = {false} AND {row}.is_page = {false}"
    )


# SQLite has triggers for each row alone; a new token costs it about a microsecond.


def _on_sqlite(tables: set[str]) -> Iterator[str]:
    for event, rows in EVENTS.items():
        seen = " OR ".join(f"({is_findable(row, false='0')})" for row in rows)
        condition = _unless_same(event, FACETS, seen)
        yield _row_trigger("posts", event, condition, FACETS, posts=(f"{rows[-1]}.id",))
        for table, columns in LINKS.items():
            posts = tuple(f"{row}.post_id" for row in rows)
            ids = ", ".join(posts)
            found = is_findable("posts", false="0")
            seen = f"EXISTS (SELECT 1 FROM posts WHERE posts.id IN ({ids}) AND {found})"  # nosec B608
            condition = _unless_same(event, columns, seen)
            yield _row_trigger(table, event, condition, columns, posts=posts)
        for table in tables & set(WHOLE):
            yield _row_trigger(table, event, "1")
    for table, columns in NAMES.items():
        yield _row_trigger(table, "UPDATE", _unless_same("UPDATE", columns, "1"), columns)
    yield _row_trigger("site", "INSERT", "1")


def _row_trigger(
    table: str,
    event: str,
    condition: str,
    columns: tuple[str, ...] = (),
    posts: tuple[str, ...] = ("NULL",),
) -> str:
    of = f" OF {', '.join(columns)}" if event == "UPDATE" and columns else ""
    return (
        f"CREATE TRIGGER {PREFIX}{table}_{event.lower()} AFTER {event}{of} ON {table} "
        f"WHEN {condition} BEGIN UPDATE content_version SET token = random(); "
        f"{' '.join(map(_log_on_sqlite, posts))} {_FORGET} END"  # nosec B608
    )


def _log_on_sqlite(post: str) -> str:
    return (
        "INSERT INTO noted_posts (version_id, token, post_id) "
        f"SELECT id, token, {post} FROM content_version;"  # nosec B608
    )


_FORGET = (
    f"DELETE FROM noted_posts WHERE number <= (SELECT max(number) FROM noted_posts) - {MOST_NOTED};"  # nosec B608
)


def _unless_same(event: str, columns: tuple[str, ...], condition: str) -> str:
    if event != "UPDATE":
        return condition
    differ = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    return f"({differ}) AND ({condition})"


def _page_on_sqlite(table: str, shown: Shown, columns: list[ReflectedColumn]) -> Iterator[str]:
    # Values are not compared: that would read the whole text of each post, twice.
    of = f" OF {', '.join(column['name'] for column in columns)}"
    for event in shown.events:
        yield (
            f"CREATE TRIGGER {PAGE_PREFIX}{table}_{event.lower()} "
            f"AFTER {event}{of if event == 'UPDATE' else ''} ON {table} "
            f"WHEN {_is_seen(shown, *EVENTS[event])} "
            "BEGIN UPDATE content_version SET page_token = random(); "
            f"{_tell_caches_on_sqlite(shown, event)} END"  # nosec B608
        )


def _tell_caches_on_sqlite(shown: Shown, event: str) -> str:
    keys = dict.fromkeys(_key_of(key, row) for key in shown.keys for row in EVENTS[event])
    return " ".join(
        "INSERT INTO cache_changes (key) SELECT key FROM (SELECT CASE WHEN "
        f"(SELECT count(*) FROM cache_changes) < {MOST_CHANGES} THEN {key} ELSE 'site' END AS key) "
        f"noted WHERE {key} IS NOT NULL AND {_ARE_TOLD} AND NOT EXISTS (SELECT 1 "
        "FROM cache_changes c WHERE c.key = noted.key AND c.seen_at IS NULL);"  # nosec B608
        for key in keys
    )


# Of a blog with no cache in front nothing is noted for one.
_ARE_TOLD = "EXISTS (SELECT 1 FROM cache_marks)"


def _key_of(key: str, row: str) -> str:
    """Return SQL for what a key is of a row: null where its column is.

    >>> _key_of("post-{post_id}", "NEW"), _key_of("listing", "NEW")
    ("'post-' || NEW.post_id", "'listing'")
    """
    named = re.fullmatch(r"([a-z]+-)\{(\w+)\}", key)
    return f"'{named[1]}' || {row}.{named[2]}" if named else f"'{key}'"


def _is_seen(shown: Shown, *rows: str) -> str:
    """The condition under which one of these versions of a row is on a page."""
    known = KNOWN.format(row="p")
    found = []
    for row in rows:
        conditions = [shown.condition.format(row=row)] if shown.condition else []
        conditions += [
            f"EXISTS (SELECT 1 FROM posts p WHERE p.id = {row}.{column} AND {known})"  # nosec B608
            for column in shown.posts
        ]
        found.append(f"({' AND '.join(conditions) or '1 = 1'})")
    return " OR ".join(found)


# PostgreSQL looks at all rows of a statement at once. Each transaction takes a row of
# `content_version` that no other has locked, and adds one when there is none: writers never
# wait for each other. All rows together are the version.

_TOKEN = "(random() * 9007199254740991)::bigint"
_NOTE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE content_version SET {column} = {token} WHERE id =
    (SELECT id FROM content_version ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO content_version (token, page_token) VALUES ({token}, {token});
  END IF;
END $$"""
_NOTE_POSTS = f"""
CREATE OR REPLACE FUNCTION {PREFIX}posts(posts integer[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  version integer;
  noted bigint := {_TOKEN};
BEGIN
  UPDATE content_version SET token = noted WHERE id =
    (SELECT id FROM content_version ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id INTO version;
  IF version IS NULL THEN
    INSERT INTO content_version (token, page_token) VALUES (noted, {_TOKEN})
      RETURNING id INTO version;
  END IF;
  INSERT INTO noted_posts (version_id, token, post_id) SELECT version, noted, unnest(posts);
  DELETE FROM noted_posts WHERE version_id = version AND number <=
    (SELECT max(number) FROM noted_posts WHERE version_id = version) - {MOST_NOTED};
END $$"""  # nosec B608
_CACHES = f"{PAGE_PREFIX}caches"
# Rows of two transactions are two rows: writers that note the same never wait for each other.
_TELL_CACHES = f"""
CREATE OR REPLACE FUNCTION {_CACHES}(keys text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT {_ARE_TOLD} THEN
    RETURN;
  END IF;
  IF (SELECT count(*) FROM (SELECT FROM cache_changes LIMIT {MOST_CHANGES}) waiting)
      + cardinality(keys) > {MOST_CHANGES} THEN
    DELETE FROM cache_changes WHERE id IN (
      SELECT id FROM cache_changes LIMIT {MOST_CHANGES} FOR UPDATE SKIP LOCKED);
    keys := ARRAY['site'];
  END IF;
  INSERT INTO cache_changes (key) SELECT unnest(keys);
END $$"""  # nosec B608
# More at a time are any.
_MOST_AT_ONCE = 500
_ANY = "SELECT NULL::integer"
_PAGE_CHANGE = f"{PAGE_PREFIX}change"


def _on_postgres(tables: set[str]) -> Iterator[str]:
    yield _NOTE.format(name=_PAGE_CHANGE, column="page_token", token=_TOKEN)
    yield _NOTE_POSTS
    yield _TELL_CACHES
    yield from _statement_triggers(
        "posts",
        inserted=f"SELECT id FROM new_rows n WHERE {is_findable('n')}",  # nosec B608
        updated=(
            "SELECT id FROM old_rows o JOIN new_rows n USING (id) "
            f"WHERE (({is_findable('o')}) OR ({is_findable('n')})) "
            f"AND {_row_of('o', FACETS)} IS DISTINCT FROM {_row_of('n', FACETS)}"  # nosec B608
        ),
        deleted=f"SELECT id FROM old_rows o WHERE {is_findable('o')}",  # nosec B608
    )
    for table in LINKS:
        inserted, deleted = (
            f"SELECT r.post_id FROM {rows} r JOIN posts p ON p.id = r.post_id "
            f"WHERE {is_findable('p')}"  # nosec B608
            for rows in ("new_rows", "old_rows")
        )
        yield from _statement_triggers(
            table, inserted=inserted, updated=f"{inserted} UNION ALL {deleted}", deleted=deleted
        )
    for table, columns in NAMES.items():
        yield from _statement_triggers(
            table,
            inserted=f"{_ANY} FROM new_rows" if table == "site" else "",
            updated=(
                f"{_ANY} FROM old_rows o JOIN new_rows n USING (id) "
                f"WHERE {_row_of('o', columns)} IS DISTINCT FROM {_row_of('n', columns)}"
            ),
        )
    for table in tables & set(WHOLE):
        yield from _statement_triggers(
            table,
            inserted=f"{_ANY} FROM new_rows",
            updated=f"{_ANY} FROM new_rows",
            deleted=f"{_ANY} FROM old_rows",
        )


def _page_on_postgres(
    table: str, shown: Shown, columns: list[ReflectedColumn], key: list[str]
) -> Iterator[str]:
    old, new = (f"({', '.join(_comparable(row, column) for column in columns)})" for row in "on")
    rows = {
        "INSERT": f"FROM new_rows n WHERE {_is_seen(shown, 'n')}",
        "UPDATE": (
            f"FROM old_rows o FULL JOIN new_rows n USING ({', '.join(key)}) "
            f"WHERE ({_is_seen(shown, 'o', 'n')}) AND {old} IS DISTINCT FROM {new}"
        ),
        "DELETE": f"FROM old_rows o WHERE {_is_seen(shown, 'o')}",
    }
    for event in shown.events:
        keys = [_key_of(key, row[0].lower()) for key in shown.keys for row in EVENTS[event]]
        body = _note_page(rows[event], list(dict.fromkeys(keys)))
        yield from _statement_trigger(table, event, body, prefix=PAGE_PREFIX)


def _comparable(row: str, column: ReflectedColumn) -> str:
    # Values of the type json are not.
    return f"{row}.{column['name']}{'::text' if isinstance(column['type'], JSON) else ''}"


def _statement_triggers(
    table: str, *, inserted: str = "", updated: str = "", deleted: str = ""
) -> Iterator[str]:
    """One trigger for each event: those that see their rows take one alone."""
    for event, rows in {"INSERT": inserted, "UPDATE": updated, "DELETE": deleted}.items():
        if rows:
            yield from _statement_trigger(table, event, _log_on_postgres(rows))


def _statement_trigger(table: str, event: str, body: str, *, prefix: str = PREFIX) -> Iterator[str]:
    transitions = {
        "INSERT": "NEW TABLE AS new_rows",
        "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "DELETE": "OLD TABLE AS old_rows",
    }
    name = f"{prefix}{table}_{event.lower()}"
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"{body} RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {transitions[event]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _note_page(rows: str, keys: list[str]) -> str:
    noted = f"IF EXISTS (SELECT {rows}) THEN PERFORM {_PAGE_CHANGE}();"  # nosec B608
    if not keys:
        return f"BEGIN {noted} END IF;"
    named = f"(SELECT unnest(ARRAY[{', '.join(keys)}]) AS key {rows}) named"  # nosec B608
    some = f"SELECT DISTINCT key FROM {named} WHERE key IS NOT NULL"  # nosec B608
    some = f"{some} LIMIT {MOST_CHANGES + 1}"
    return f"BEGIN {noted} PERFORM {_CACHES}(ARRAY({some})); END IF;"


def _log_on_postgres(rows: str) -> str:
    some = f"ARRAY(SELECT DISTINCT * FROM ({rows}) seen LIMIT {_MOST_AT_ONCE + 1})"  # nosec B608
    any_posts = "ARRAY[NULL::integer]"
    return (
        f"DECLARE posts integer[] := {some}; BEGIN "
        f"IF cardinality(posts) > {_MOST_AT_ONCE} THEN posts := {any_posts}; END IF; "
        f"IF cardinality(posts) > 0 THEN PERFORM {PREFIX}posts(posts); END IF;"
    )


def _row_of(row: str, columns: tuple[str, ...]) -> str:
    return f"({', '.join(f'{row}.{column}' for column in columns)})"
