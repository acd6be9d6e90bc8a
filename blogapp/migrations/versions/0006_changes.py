"""Which posts changed last, so that nobody has to read them all."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "noted_posts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_noted_posts")),
    )
    op.create_index("ix_noted_posts_version", "noted_posts", ["version_id", "number"])


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
