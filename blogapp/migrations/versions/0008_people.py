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
    op.create_table(
        "sign_in_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        _of_author("sign_in_steps"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_steps")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_steps_token_hash")),
    )
    op.create_index("ix_sign_in_steps_expires_at", "sign_in_steps", ["expires_at"])
    op.create_table(
        "known_devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        _of_author("known_devices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint(
            "token_hash", "author_id", name=op.f("uq_known_devices_token_hash_author_id")
        ),
    )
    op.create_index("ix_known_devices_author_id", "known_devices", ["author_id"])
    for name, kind in (("method", sa.String(20)), ("address", sa.String(50))):
        op.add_column("author_sessions", sa.Column(name, kind, nullable=False, server_default=""))
    for name in ("ends_at", "confirmed_at"):
        op.add_column("author_sessions", sa.Column(name, sa.DateTime(), nullable=True))
    op.add_column(
        "sign_in_links",
        sa.Column("purpose", sa.String(20), nullable=False, server_default="sign-in"),
    )
    op.add_column("sign_in_links", sa.Column("email", sa.String(320), nullable=True))


def _add_factors() -> None:
    _add_code_apps()
    _add_passkeys()
    op.add_column(
        "site", sa.Column("second_factor_for", sa.String(20), nullable=False, server_default="")
    )


def _add_code_apps() -> None:
    op.create_table(
        "code_apps",
        sa.Column("author_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=True),
        _of_author("code_apps"),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_code_apps")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        _of_author("recovery_codes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index("ix_recovery_codes_author_id", "recovery_codes", ["author_id"])


def _add_passkeys() -> None:
    op.create_table(
        "passkey_users",
        sa.Column("author_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("handle", sa.String(88), nullable=False),
        _of_author("passkey_users"),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_passkey_users")),
        sa.UniqueConstraint("handle", name=op.f("uq_passkey_users_handle")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("credential_id", sa.String(1364), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("aaguid", sa.String(36), nullable=False),
        sa.Column("transports", sa.String(200), nullable=False),
        sa.Column("may_be_backed_up", sa.Boolean(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=True),
        _of_author("passkeys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index("ix_passkeys_author_id", "passkeys", ["author_id"])


def _of_author(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["author_id"],
        ["authors.id"],
        name=op.f(f"fk_{table}_author_id_authors"),
        ondelete="CASCADE",
    )


def _join_directory() -> None:
    op.create_table(
        "directory_people",
        sa.Column("author_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(), nullable=False),
        _of_author("directory_people"),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_directory_people")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_directory_people_issuer_subject")),
    )
    op.create_table(
        "directory_sessions",
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("sid", sa.String(255), nullable=False),
        sa.Column("way_out", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["author_sessions.id"],
            name=op.f("fk_directory_sessions_session_id_author_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_directory_sessions")),
    )
    op.create_index("ix_directory_sessions_subject", "directory_sessions", ["subject"])
    op.create_index("ix_directory_sessions_sid", "directory_sessions", ["sid"])
    op.create_table(
        "spent_logouts",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_spent_logouts")),
    )


def _send_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(300), nullable=False),
        sa.Column("is_notice", sa.Boolean(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("given_up_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_recipient", "messages", ["recipient"])
    op.create_index("ix_messages_given_up_at", "messages", ["given_up_at"])
    op.create_table(
        "message_counts",
        sa.Column("recipient_hash", sa.String(64), nullable=False),
        sa.Column("hour", sa.DateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("recipient_hash", "hour", name=op.f("pk_message_counts")),
    )
    op.add_column("site", sa.Column("chat_kind", sa.String(20), nullable=False, server_default=""))
    op.add_column("site", sa.Column("chat_address", sa.Text(), nullable=False, server_default=""))
    op.add_column("site", sa.Column("chat_steps", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "authors", sa.Column("muted_notices", sa.JSON(), nullable=False, server_default="[]")
    )


def _keep_audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(300), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("act", sa.String(60), nullable=False),
        sa.Column("about_type", sa.String(40), nullable=False),
        sa.Column("about_id", sa.String(40), nullable=False),
        sa.Column("about_label", sa.String(300), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at", "id"])
    op.create_index("ix_audit_events_actor_id", "audit_events", ["actor_id", "at"])
    op.create_index("ix_audit_events_act", "audit_events", ["act", "at"])
    op.add_column(
        "site", sa.Column("audit_days", sa.Integer(), nullable=False, server_default="365")
    )
    _refuse_changed_events()


def _refuse_changed_events() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER refuse_changed_events BEFORE UPDATE ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'audit events do not change'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_changed_events() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events do not change'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuse_changed_events BEFORE UPDATE ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_changed_events()"
    )


def _show_people() -> None:
    op.add_column("authors", sa.Column("links", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("authors", sa.Column("last_seen_at", sa.DateTime(), nullable=True))
    op.add_column(
        "authors", sa.Column("picture", sa.String(300), server_default="", nullable=False)
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name=op.f("fk_invitations_author_id_authors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["authors.id"],
            name=op.f("fk_invitations_invited_by_id_authors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )


def _review_posts() -> None:
    op.add_column(
        "site", sa.Column("tag_makers", sa.String(20), nullable=False, server_default="contributor")
    )
    _set_review_rules()
    _ask_for_reviews()


def _set_review_rules() -> None:
    op.create_table(
        "review_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["domain_id"],
            ["domains.id"],
            name=op.f("fk_review_rules_domain_id_domains"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_rules")),
        sa.UniqueConstraint("domain_id", name=op.f("uq_review_rules_domain_id")),
    )
    op.create_table(
        "review_approvers",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["review_rules.id"],
            name=op.f("fk_review_approvers_rule_id_review_rules"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name=op.f("fk_review_approvers_author_id_authors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "author_id", name=op.f("pk_review_approvers")),
    )
    op.create_index("ix_review_approvers_author_id", "review_approvers", ["author_id"])


def _ask_for_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_reviews_post_id_posts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["authors.id"],
            name=op.f("fk_reviews_asked_by_id_authors"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["domain_id"],
            ["domains.id"],
            name=op.f("fk_reviews_domain_id_domains"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_post_id", "reviews", ["post_id"])
    is_waiting = sa.text("state IN ('open', 'sent-back')")
    op.create_index(
        "ix_reviews_waiting",
        "reviews",
        ["state", "post_id"],
        sqlite_where=is_waiting,
        postgresql_where=is_waiting,
    )
    op.create_table(
        "reviewers",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["reviews.id"],
            name=op.f("fk_reviewers_review_id_reviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name=op.f("fk_reviewers_author_id_authors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("review_id", "author_id", name=op.f("pk_reviewers")),
    )
    op.create_index("ix_reviewers_author_id", "reviewers", ["author_id"])
    _keep_review_steps()


def _keep_review_steps() -> None:
    op.create_table(
        "review_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["reviews.id"],
            name=op.f("fk_review_steps_review_id_reviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name=op.f("fk_review_steps_author_id_authors"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"],
            ["authors.id"],
            name=op.f("fk_review_steps_resolved_by_id_authors"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_steps")),
    )
    op.create_index("ix_review_steps_review_id_id", "review_steps", ["review_id", "id"])


def _arrange_names() -> None:
    # Nobody has put them in order: they stand from A to Z.
    op.add_column("domains", sa.Column("position", sa.Integer(), nullable=True))
    op.add_column("site", sa.Column("footer_links", sa.JSON(), nullable=False, server_default="[]"))


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
