"""What kept pages and quick lists need of the database."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _note_pages()
    _index_orders()


def _note_pages() -> None:
    """Triggers tell what readers' pages show, beside what can be found."""
    op.add_column(
        "content_version",
        sa.Column("page_token", sa.BigInteger(), server_default="0", nullable=False),
    )


def _index_orders() -> None:
    """Indexes that carry the order of each way into the listing."""
    # An index that began with "is_page" drew every reader's query to it: half of all posts are
    # what it finds, and SQLite takes an equality for the better way while nobody ran ANALYZE.
    op.drop_index("ix_posts_shelf", "posts")
    by = ("saved_at", "is_page", "deleted_at", "withdrawn_at", "published_at")
    also = ("unlisted", "domain_id", "created_at", "renderer_version")
    op.create_index("ix_posts_shelf", "posts", [*by, *also])


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
