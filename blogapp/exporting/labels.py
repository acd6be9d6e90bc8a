"""Domains, series and tags: names, addresses and words about them, and a tag's other names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadValue, within
from blogapp.exporting.files import File, Here, Told
from blogapp.exporting.snapshots import by_bytes
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.posts.models import DistinctTags, Domain, Series, Tag, TagAlias
from blogapp.text.folding import caseless
from blogapp.text.slugs import is_slug

GONE = "_data/gone_tags.yml"
_MADE = {
    "id": "a number of this database",
    "name_key": "made from the name",
    "slug_key": "made from the slug",
}
SHAPES: Mapping[str, tuple[type[Domain | Series | Tag], Shape]] = {
    f"_data/{name}.yml": (model, Shape(table_of(model), left_out=_MADE))
    for name, model in (("domains", Domain), ("series", Series), ("tags", Tag))
}
ALIASES = Shape(
    table_of(TagAlias),
    left_out=_MADE,
    references={"tag_id": "the tag it stands under"},
)
DISTINCT = Shape(
    table_of(DistinctTags),
    references={"tag_id": "the tag it stands under", "other_id": "distinct_from"},
)


def write(here: Here) -> Iterator[File]:
    """Yield a file for each kind of names, and one of tags that are gone."""
    aliases, distinct = _aliases(here), _distinct(here)
    for path, (model, shape) in SHAPES.items():
        table = table_of(model)
        query = select(table).order_by(by_bytes(here.connection, table.c.slug))
        rows = here.connection.execute(query).all()
        entries: Iterator[dict[str, Any]] = (shape.say(row) for row in rows)
        if model is Tag:
            entries = (_with_others(shape.say(row), row.id, aliases, distinct) for row in rows)
        if rows:
            yield File(path, documents.items(entries))
    if aliases[None]:
        yield File(GONE, documents.items(aliases[None]))


def read(tree: Tree) -> Iterator[Told]:
    """Take in all names; yield what became of each. The caller commits.

    Names that are here get the words and the other names they lack, and keep their own.
    """
    distinct: list[tuple[str, Any]] = []
    for path, (model, shape) in SHAPES.items():
        for said in tree.items(path):
            with within(path):
                values = _checked(shape.read(said))
                row, result, note = _take(model, values)
                if isinstance(row, Tag):
                    for alias in _entries(said, "aliases"):
                        result = _take_alias(row, alias, result)
                    distinct += [(row.slug, other) for other in said.get("distinct_from") or ()]
            yield Told(f"{path}: {values['slug']}", result, note)
    for said in tree.items(GONE):
        with within(GONE):
            result = _take_alias(None, said, Result.UNCHANGED)
        is_new = result is not Result.UNCHANGED
        yield Told(f"{GONE}: {said.get('slug')}", Result.MADE if is_new else result)
    with within("_data/tags.yml"):
        _tell_apart(distinct)


def _aliases(here: Here) -> dict[int | None, list[dict[str, Any]]]:
    table = table_of(TagAlias)
    found: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for row in here.connection.execute(select(table)):
        found[row.tag_id].append(ALIASES.say(row))
    for entries in found.values():
        entries.sort(key=lambda said: (said.get("name", ""), said.get("slug", "")))
    return found


def _distinct(here: Here) -> dict[int, list[str]]:
    """Return from whom a tag is told apart, said once for each two."""
    one, other = aliased(Tag), aliased(Tag)
    query = (
        select(one.id, one.slug, other.id.label("other_id"), other.slug.label("other"))
        .select_from(DistinctTags)
        .join(one, one.id == DistinctTags.tag_id)
        .join(other, other.id == DistinctTags.other_id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in here.connection.execute(query):
        # Which of them has the smaller number is nobody's business.
        first, second = sorted([(row.slug, row.id), (row.other, row.other_id)])
        found[first[1]].append(second[0])
    return found


def _with_others(
    said: dict[str, Any],
    id: int,
    aliases: Mapping[int | None, list[dict[str, Any]]],
    distinct: Mapping[int, list[str]],
) -> dict[str, Any]:
    if id in aliases:
        said["aliases"] = aliases[id]
    if id in distinct:
        said["distinct_from"] = sorted(distinct[id])
    return said


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    if not values["name"].strip():
        raise BadValue("name is missing")
    if not is_slug(values["slug"]):
        raise BadValue(f"slug: {values['slug']!r} cannot be an address")
    return values


def _entries(said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    entries = said.get(name) or []
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise BadValue(f"{name}: is not a list of entries with names")
    return entries


def _take(
    model: type[Domain | Series | Tag], values: dict[str, Any]
) -> tuple[Domain | Series | Tag, Result, str]:
    by_slug = select(model).where(model.slug_key == caseless(values["slug"]))
    by_name = select(model).where(model.name_key == caseless(values["name"]))
    found: Any = db.session.scalar(by_name) or db.session.scalar(by_slug)
    if found is None:
        row: Any = model(**values)
        db.session.add(row)
        db.session.flush()
        return row, Result.MADE, ""
    changed = [name for name in values if getattr(found, name) != values[name]]
    if not changed:
        return found, Result.UNCHANGED, ""
    if changed == ["description"] and not found.description:
        found.description = values["description"]
        return found, Result.CHANGED, ""
    return found, Result.KEPT, f"stays as it is here: {', '.join(changed)}"


def _take_alias(tag: Tag | None, said: Mapping[str, Any], result: Result) -> Result:
    """Give a tag another name where nobody has it; an address alone belongs to no tag."""
    values = ALIASES.read(said)
    taken: list[int] = []
    for name in ("name", "slug"):
        if key := values[name] and caseless(values[name]):
            mine = getattr(TagAlias, f"{name}_key") == key
            theirs = getattr(Tag, f"{name}_key") == key
            taken += db.session.scalars(select(TagAlias.id).where(mine))
            taken += db.session.scalars(select(Tag.id).where(theirs)) if tag is None else []
    if taken or not (values["name"] or values["slug"]):
        return result
    db.session.add(TagAlias(tag_id=tag.id if tag else None, **values))
    db.session.flush()
    return Result.CHANGED if result is Result.UNCHANGED else result


def _tell_apart(pairs: list[tuple[str, Any]]) -> None:
    names = {slug for pair in pairs for slug in pair if isinstance(slug, str)}
    ids: dict[str, int] = {}
    for start in range(0, len(names), 500):
        keys = [caseless(slug) for slug in sorted(names)[start : start + 500]]
        rows = db.session.execute(select(Tag.slug_key, Tag.id).where(Tag.slug_key.in_(keys)))
        ids |= {row.slug_key: row.id for row in rows}
    for one, other in pairs:
        known = {ids.get(caseless(one)), ids.get(caseless(str(other)))} - {None}
        if len(known) < 2:
            raise BadValue(f"distinct_from: {other!r} is no other tag")
        first, second = sorted(id for id in known if id is not None)
        if db.session.get(DistinctTags, (first, second)) is None:
            db.session.add(DistinctTags(tag_id=first, other_id=second))
    db.session.flush()
