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
    op.create_table(
        "import_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("asked_kind", sa.String(20), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("is_preview", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_stopping", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["authors.id"],
            name=op.f("fk_import_runs_by_id_authors"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        sa.UniqueConstraint("token", name=op.f("uq_import_runs_token")),
    )
    op.create_index("ix_import_runs_by_id", "import_runs", ["by_id"])


def _count_redirects() -> None:
    """Room for what old addresses are asked for, and for those that nobody knows."""
    op.add_column(
        "redirects", sa.Column("status", sa.Integer(), server_default="301", nullable=False)
    )
    op.add_column(
        "redirects", sa.Column("leads_out", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "redirects",
        sa.Column("came_by", sa.String(20), server_default="renamed", nullable=False),
    )
    # Until now there were only two ways to come here.
    op.execute(
        "UPDATE redirects SET came_by = 'imported' "
        "WHERE path NOT LIKE '/posts/%' AND path NOT LIKE '/pages/%' AND path <> '/about'"
    )
    op.create_table(
        "redirect_hits",
        sa.Column("redirect_id", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["redirect_id"],
            ["redirects.id"],
            name=op.f("fk_redirect_hits_redirect_id_redirects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("redirect_id", name=op.f("pk_redirect_hits")),
    )
    op.create_table(
        "missing_paths",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(1000), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("referrer", sa.String(255), nullable=False),
        sa.Column("is_probe", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missing_paths")),
        sa.UniqueConstraint("path", name=op.f("uq_missing_paths_path")),
    )
    op.create_index("ix_missing_paths_kept", "missing_paths", ["is_probe", "dismissed_at", "hits"])


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
