"""What is kept of a blog is what its export gives back: row by row, column by column."""

import pytest
from sqlalchemy import inspect, select

import blogapp.importing.models
import blogapp.posts.comment_models
import blogapp.posts.draft_models
import blogapp.posts.publication_models
import blogapp.posts.revision_models  # noqa: F401
from blogapp.exporting import (
    comments,
    labels,
    media,
    origins,
    people,
    posts,
    redirects,
    revisions,
    settings,
    working_copies,
)
from blogapp.exporting.columns import Shape
from blogapp.exporting.leaving_out import TABLES
from blogapp.extensions import Base, db
from tests.exporting.conftest import content

PARTS = [comments, labels, media, origins, people, posts, redirects, revisions, settings]
SHAPES = {
    shape.table.name: shape
    for part in [*PARTS, working_copies]
    for shape in [*vars(part).values(), *(shape for _, shape in labels.SHAPES.values())]
    if isinstance(shape, Shape)
}


def test_each_table_is_exported_or_left_out_for_a_reason(app):
    tables = {*inspect(db.engine).get_table_names(), *(t.name for t in db.metadata.sorted_tables)}
    tables -= {f"{table}_{part}" for table in TABLES for part in
               ("config", "content", "data", "docsize", "idx")}  # fmt: skip

    assert tables >= SHAPES.keys()
    assert tables <= SHAPES.keys() | TABLES.keys()
    assert not SHAPES.keys() & TABLES.keys()


def test_each_column_is_said_or_left_out_for_a_reason(app):
    for shape in SHAPES.values():
        said = {column.name for column in shape.columns}
        named = said | shape.left_out.keys() | shape.references.keys()

        assert named == set(shape.table.columns.keys()), shape.table.name


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 60))]
)
def test_every_column_of_every_table_comes_back(
    app, full, write_out, read_back, elsewhere, verified, seed
):
    full(seed)
    before = {name: rows(shape) for name, shape in SHAPES.items()}
    assert all(before.values()), [name for name in before if not before[name]]
    export = write_out()

    with elsewhere():
        report = read_back(export)
        after = {name: rows(shape) for name, shape in SHAPES.items()}
        again = write_out("again")
        verdict = verified(export)

    assert not report.failed, report.problems
    for name in SHAPES:
        assert after[name] == before[name], name
    assert content(again) == content(export)
    assert verdict.is_equal
    assert verdict.first is None


def rows(shape):
    """Return a table's rows, with what they refer to in place of its number."""
    derived = shape.left_out.keys() - {"position"}
    query = select(shape.table)
    if shape.table.name == "imported_files":
        query = query.where(shape.table.c.source != origins.READ_BACK)
    if shape.table.name == "drafts":
        query = query.where(shape.table.c.is_pending)
    found = []
    for row in db.session.execute(query).mappings():
        values = {
            column.name: resolved(column, row[column.name])
            for column in shape.table.columns
            if column.name not in derived
        }
        if shape is labels.DISTINCT:
            # Which of the two has the smaller number says nothing.
            values = dict(zip(values, sorted(values.values()), strict=True))
        found.append(repr(sorted(values.items())))
    return sorted(found)


def resolved(column, value):
    if value is None or not column.foreign_keys:
        return value
    [key] = column.foreign_keys
    table = Base.metadata.tables[key.column.table.name]
    names = {"posts": "entry_id", "media": "key"}
    return db.session.scalar(
        select(table.c[names.get(table.name, "slug")]).where(table.c.id == value)
    )
