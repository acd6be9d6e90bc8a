"""What finding posts needs: a content version, a search index, aliases of tags, layouts, pins"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _count_changes()
    _index_words()
    _name_aliases()
    _lay_out()
    _pin()


def _count_changes() -> None:
    op.create_table(
        "content_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
    )
    # The facet index is made from it alone, without touching rows with their texts.
    false = "0" if op.get_bind().dialect.name == "sqlite" else "false"
    listed = sa.text(
        "published_at IS NOT NULL AND withdrawn_at IS NULL AND deleted_at IS NULL "
        f"AND unlisted = {false} AND is_page = {false}"
    )
    op.create_index(
        "ix_posts_findable",
        "posts",
        [
            *("published_at", "id", "domain_id", "kind", "series_id", "language"),
            "published_month",
        ],
        sqlite_where=listed,
        postgresql_where=listed,
    )


def _index_words() -> None:
    """What `blogapp.posts.search` keeps; no models are made of it, and it is filled afterwards."""
    op.execute(
        "CREATE TABLE search_vocabulary (word TEXT NOT NULL, length SMALLINT NOT NULL, "
        "ends TEXT NOT NULL, tail TEXT NOT NULL, PRIMARY KEY (word))"
        + (" WITHOUT ROWID" if _is_sqlite() else "")
    )
    for key in ("ends", "tail"):
        op.execute(
            f"CREATE INDEX ix_search_vocabulary_{key} ON search_vocabulary ({key}, length, word)"
        )
    # Searches went through it; now its words are in the index.
    op.drop_column("posts", "folded")
    for statement in _SQLITE_SEARCH if _is_sqlite() else _POSTGRES_SEARCH:
        op.execute(statement)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


_SQLITE_SEARCH = (
    "CREATE TABLE search_posts (post_id INTEGER PRIMARY KEY, version SMALLINT NOT NULL, "
    "packed BLOB NOT NULL, code TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE search_words USING fts5(title, headings, summary, body, code, "
    "content='', tokenize='ascii')",
    "CREATE VIRTUAL TABLE search_code USING fts5(code, content='', detail='none', columnsize=0, "
    "tokenize='trigram')",
    "CREATE VIRTUAL TABLE search_names USING fts5(title, headings, content='', detail='column', "
    "columnsize=0, prefix='1 2 3', tokenize='ascii')",
)
# Words of the C locale, so that the beginning of one is a range of the index everywhere.
_POSTGRES_SEARCH = (
    'ALTER TABLE search_vocabulary ALTER COLUMN word TYPE TEXT COLLATE "C"',
    "CREATE TABLE search_posts (post_id INTEGER PRIMARY KEY REFERENCES posts (id) "
    "ON DELETE CASCADE, version SMALLINT NOT NULL, words TEXT NOT NULL, code TEXT NOT NULL, "
    "vector TSVECTOR NOT NULL, names TSVECTOR NOT NULL, trigrams INTEGER[] NOT NULL)",
    # A list of what is still to be sorted in would be read through by each search.
    *(
        f"CREATE INDEX ix_search_posts_{column} ON search_posts USING gin ({column}) "
        "WITH (fastupdate = off)"
        for column in ("vector", "names", "trigrams")
    ),
    # The planner takes reading all vectors for cheap, because it sees only where they lie.
    "CREATE FUNCTION search_look_up(statement TEXT, given TEXT[]) "
    "RETURNS TABLE (part INTEGER, ids TEXT) LANGUAGE plpgsql STABLE SET enable_seqscan = off "
    "AS 'BEGIN RETURN QUERY EXECUTE statement USING given; END'",
)


def _name_aliases() -> None:
    op.create_table(
        "tag_aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("name_key", sa.String(length=600), nullable=True),
        sa.Column("slug", sa.String(length=200), nullable=True),
        sa.Column("slug_key", sa.String(length=600), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name="fk_tag_aliases_tag_id_tags", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tag_aliases"),
        sa.UniqueConstraint("name_key", name="uq_tag_aliases_name_key"),
        sa.UniqueConstraint("slug_key", name="uq_tag_aliases_slug_key"),
    )
    op.create_index("ix_tag_aliases_tag_id", "tag_aliases", ["tag_id"])
    op.create_table(
        "distinct_tags",
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name="fk_distinct_tags_tag_id_tags", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tags.id"], name="fk_distinct_tags_other_id_tags", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag_id", "other_id", name="pk_distinct_tags"),
    )
    op.create_index("ix_distinct_tags_other_id", "distinct_tags", ["other_id"])
    for table in ("tags", "domains", "series"):
        _compose_keys(table)


def _compose_keys(table: str) -> None:
    """Give names that came decomposed the key of their composed form, where it is free."""
    rows = op.get_bind().execute(sa.text(f"SELECT id, name_key FROM {table}")).all()  # nosec B608
    taken = {row.name_key for row in rows}
    change = sa.text(f"UPDATE {table} SET name_key = :key WHERE id = :id")  # nosec B608
    for row in rows:
        key = unicodedata.normalize("NFC", row.name_key)
        if key not in taken:
            taken.add(key)
            op.get_bind().execute(change, {"key": key, "id": row.id})


def _lay_out() -> None:
    parts = '["timeline", "filters", "layouts", "years", "overview"]'
    for column in (
        sa.Column("layout", sa.String(length=20), server_default="cards", nullable=False),
        sa.Column("list_parts", sa.JSON(), server_default=parts, nullable=False),
        sa.Column("before_preset", sa.JSON(), server_default="{}", nullable=False),
    ):
        op.add_column("site", column)


def _pin() -> None:
    pinned: sa.Column[bool] = sa.Column(
        "pinned", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("posts", pinned)
    op.create_index(
        "ix_posts_pinned",
        "posts",
        ["published_at", "id"],
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
