"""What kept pages and quick lists need of the database."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _note_pages()
    _index_orders()


def _note_pages() -> None:
    """Triggers tell what readers' pages show, beside what can be found."""


def _index_orders() -> None:
    """Indexes that carry the order of each way into the listing."""


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
