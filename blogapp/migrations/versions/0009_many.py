"""Room for a blog on many machines: work that several processes share, caches to be emptied."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _share_work()
    _empty_caches()


def _share_work() -> None:
    """Who is at which job, how many were done, and who there is to do them."""
    for column in (
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("losses", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("place", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("taken_by", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.Column("taken_until", sa.Float(), nullable=True),
    ):
        op.add_column("jobs", column)
    op.create_table(
        "job_counts",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("hour", sa.DateTime(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "hour", name="pk_job_counts"),
    )
    op.create_table(
        "job_runners",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_embedded", sa.Boolean(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_runners"),
    )


def _empty_caches() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "cache_changes",
        sa.Column("id", number, nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cache_changes")),
    )
    op.create_index("ix_cache_changes_key", "cache_changes", ["key"])
    op.create_table(
        "cache_marks",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cache_marks")),
    )
