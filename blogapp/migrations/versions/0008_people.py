"""Room for people who work together: how they sign in, who approves what, what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _harden_sign_in()
    _add_factors()
    _join_directory()
    _send_messages()
    _keep_audit()
    _show_people()
    _review_posts()
    _arrange_names()
    _count_reports()


def _harden_sign_in() -> None:
    pass


def _add_factors() -> None:
    pass


def _join_directory() -> None:
    pass


def _send_messages() -> None:
    pass


def _keep_audit() -> None:
    pass


def _show_people() -> None:
    pass


def _review_posts() -> None:
    pass


def _arrange_names() -> None:
    pass


def _count_reports() -> None:
    op.create_table(
        "policy_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive", sa.String(40), nullable=False),
        sa.Column("blocked", sa.String(255), nullable=False),
        sa.Column("page", sa.String(500), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_reports")),
        sa.UniqueConstraint(
            "directive", "blocked", "page", name=op.f("uq_policy_reports_directive_blocked_page")
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
