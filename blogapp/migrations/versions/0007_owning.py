"""What moves in from elsewhere, and what leads to it: comments, lists of people, old addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _keep_comments()
    _remember_imports()
    _follow_imports()
    _count_redirects()


def _keep_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(300), nullable=False),
        sa.Column("parent", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_comments_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("post_id", "source_id", name=op.f("uq_comments_post_id_source_id")),
    )
    op.create_index("ix_comments_post_id_at", "comments", ["post_id", "at", "id"])


def _remember_imports() -> None:
    op.create_table(
        "imported_media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_sha256", sa.String(64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media.id"],
            name=op.f("fk_imported_media_media_id_media"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_media")),
        sa.UniqueConstraint("address_sha256", name=op.f("uq_imported_media_address_sha256")),
    )
    op.create_index("ix_imported_media_media_id", "imported_media", ["media_id"])
    op.create_table(
        "kept_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_lists")),
        sa.UniqueConstraint("source", "name", name=op.f("uq_kept_lists_source_name")),
    )


def _follow_imports() -> None:
    """Room for the runs of imports that the authoring area starts."""


def _count_redirects() -> None:
    """Room for what old addresses are asked for, and for those that nobody knows."""


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
