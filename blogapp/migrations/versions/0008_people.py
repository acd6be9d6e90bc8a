"""Room for people who work together: how they sign in, who approves what, what was done."""

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
    pass


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
