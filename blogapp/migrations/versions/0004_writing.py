"""What writing needs: working copies and their journal, revisions, a media library, previews"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _keep_journal()
    _keep_revisions()
    _keep_media()
    _run_jobs()
    _share_previews()
    _arrange_desk()


def _keep_journal() -> None:
    op.add_column(
        "posts",
        sa.Column("slug_follows_title", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("saved_head", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("base_fields", sa.JSON(), nullable=False),
        sa.Column("base_body", sa.Text(), nullable=False),
        sa.Column("is_pending", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        _belongs_to("drafts", "posts", "post_id"),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["authors.id"],
            name="fk_drafts_changed_by_id_authors",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_drafts"),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("client", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        _belongs_to("journal_entries", "posts", "post_id"),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name="fk_journal_entries_author_id_authors",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_journal_entries"),
        sa.UniqueConstraint("post_id", "head", name="uq_journal_entries_post_id_head"),
        sa.UniqueConstraint("client", "sequence", name="uq_journal_entries_client_sequence"),
    )
    op.create_index("ix_journal_entries_at", "journal_entries", ["at"])
    op.create_index("ix_journal_entries_branch_id", "journal_entries", ["branch_id"])
    is_open = sa.text("kind = 'branch' AND settled_at IS NULL")
    op.create_index(
        "ix_journal_entries_open",
        "journal_entries",
        ["author_id", "post_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _keep_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("change_type", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("restored_number", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("words_added", sa.Integer(), nullable=False),
        sa.Column("words_removed", sa.Integer(), nullable=False),
        _belongs_to("revisions", "posts", "post_id"),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name="fk_revisions_author_id_authors",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("post_id", "number", name="uq_revisions_post_id_number"),
    )


def _keep_media() -> None:
    """What the library knows of a file: caption, credit, what replaced it, its variants."""
    for column in (
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.Column("credit", sa.Text(), server_default="", nullable=False),
        sa.Column("is_decorative", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=True),
        sa.Column("variants", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("metadata_found", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
    ):
        op.add_column("media", column)
    # SQLite adds a reference with its column alone, and Alembic would split the two.
    op.execute(
        "ALTER TABLE media ADD COLUMN replaced_by_id INTEGER"
        " CONSTRAINT fk_media_replaced_by_id_media REFERENCES media (id)"
    )
    op.create_index("ix_media_replaced_by_id", "media", ["replaced_by_id"])
    op.create_index("ix_media_uploaded_by_id", "media", ["uploaded_by_id"])


def _run_jobs() -> None:
    """Work that no request waits for, a row each."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("given_up_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("kind", "key", name="uq_jobs_kind_key"),
    )
    op.create_index("ix_jobs_due_at", "jobs", ["due_at"])


def _share_previews() -> None:
    """Links to a preview for people without an account; what publishing remembers."""
    op.create_table(
        "preview_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        _belongs_to("preview_links", "posts", "post_id"),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["authors.id"], name="fk_preview_links_created_by_id_authors"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_preview_links"),
        sa.UniqueConstraint("token_hash", name="uq_preview_links_token_hash"),
    )
    op.create_index("ix_preview_links_post_id", "preview_links", ["post_id"])
    op.create_table(
        "confirmed_secrets",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        _belongs_to("confirmed_secrets", "posts", "post_id"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name="fk_confirmed_secrets_author_id_authors"
        ),
        sa.PrimaryKeyConstraint("post_id", "digest", name="pk_confirmed_secrets"),
    )
    op.create_table(
        "publications",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("was_public", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _belongs_to("publications", "posts", "post_id"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name="fk_publications_author_id_authors"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_publications"),
    )


def _arrange_desk() -> None:
    """What an undo needs, a switch for keys, and thirty days for what is in the trash already."""
    op.create_table(
        "undos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        _belongs_to("undos", "authors", "author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_undos"),
    )
    op.create_index("ix_undos_author_id_at", "undos", ["author_id", "at"])
    op.create_index(
        "ix_drafts_pending",
        "drafts",
        ["changed_at", "post_id"],
        sqlite_where=sa.text("is_pending"),
        postgresql_where=sa.text("is_pending"),
    )
    op.add_column(
        "authors",
        sa.Column("single_keys", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    by = ("is_page", "saved_at", "deleted_at", "withdrawn_at", "published_at")
    also = ("unlisted", "domain_id", "created_at", "renderer_version")
    op.create_index("ix_posts_shelf", "posts", [*by, *also])
    # Nobody was told so far that the trash empties itself.
    posts = sa.table("posts", sa.column("deleted_at", sa.DateTime()))
    today = datetime.now(UTC).replace(tzinfo=None)
    trashed = posts.c.deleted_at.is_not(None)
    if not op.get_bind().scalar(sa.select(sa.func.count()).select_from(posts).where(trashed)):
        return
    op.execute(posts.update().where(trashed).values(deleted_at=today))
    jobs = sa.table(
        "jobs",
        *(sa.column(name, sa.DateTime()) for name in ("created_at", "due_at")),
        *(sa.column(name) for name in ("kind", "key", "attempts", "error")),
    )
    op.execute(
        jobs.insert().values(
            kind="empty-trash",
            key="from before",
            created_at=today,
            due_at=today + timedelta(days=31),
            attempts=0,
            error="",
        )
    )


def _belongs_to(table: str, owner: str, column: str) -> sa.ForeignKeyConstraint:
    """A row of ``table`` that goes when what it belongs to goes."""
    name = f"fk_{table}_{column}_{owner}"
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
