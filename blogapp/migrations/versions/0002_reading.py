"""Static pages, the owner's look, related posts and anchors that stay"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CARD_FIELDS = '["drawing", "domain", "kind", "minutes", "date", "title", "summary", "tags"]'


def upgrade() -> None:
    with op.batch_alter_table("site", schema=None) as batch_op:
        for column in _site_columns():
            batch_op.add_column(column)
        batch_op.create_foreign_key(op.f("fk_site_logo_id_media"), "media", ["logo_id"], ["id"])

    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_page", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("code_lines", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("figures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("sections", sa.JSON(), server_default="[]", nullable=False))
        batch_op.drop_constraint(op.f("uq_posts_slug_key"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_posts_slug_key_is_page"), ["slug_key", "is_page"]
        )

    op.create_table(
        "post_keywords",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_post_keywords_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "word", name=op.f("pk_post_keywords")),
    )
    with op.batch_alter_table("post_keywords", schema=None) as batch_op:
        batch_op.create_index("ix_post_keywords_word", ["word", "post_id", "weight"], unique=False)

    op.create_table(
        "related_posts",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["posts.id"],
            name=op.f("fk_related_posts_other_id_posts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_related_posts_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "other_id", name=op.f("pk_related_posts")),
    )
    with op.batch_alter_table("related_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_related_posts_other_id"), ["other_id"], unique=False)


def downgrade() -> None:
    op.drop_table("related_posts")
    op.drop_table("post_keywords")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_posts_slug_key_is_page"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_posts_slug_key"), ["slug_key"])
        for name in ("sections", "figures", "code_lines", "is_page"):
            batch_op.drop_column(name)
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_site_logo_id_media"), type_="foreignkey")
        for column in _site_columns():
            batch_op.drop_column(column.name)


def _site_columns() -> list[sa.Column[object]]:
    """The owner's look; what is stored already gets what a new blog has."""
    return [
        sa.Column("breadcrumb", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("hero", sa.Text(), server_default="", nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.Column("logo_alt", sa.String(length=300), server_default="", nullable=False),
        sa.Column("shows_name", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("accent", sa.String(length=7), server_default="", nullable=False),
        sa.Column("accent_dark", sa.String(length=7), server_default="", nullable=False),
        sa.Column("fonts", sa.String(length=20), server_default="house", nullable=False),
        sa.Column("prose", sa.String(length=20), server_default="serif", nullable=False),
        sa.Column("card_fields", sa.JSON(), server_default=CARD_FIELDS, nullable=False),
        sa.Column("navigation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("social_links", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("social_icons", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("origins", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("head_snippet", sa.Text(), server_default="", nullable=False),
    ]
