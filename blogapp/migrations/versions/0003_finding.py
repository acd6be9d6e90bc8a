"""What finding posts needs: a content version, a search index, aliases of tags, layouts, pins"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _count_changes()
    _index_words()
    _name_aliases()
    _lay_out()
    _pin()


def _count_changes() -> None:
    pass


def _index_words() -> None:
    pass


def _name_aliases() -> None:
    pass


def _lay_out() -> None:
    pass


def _pin() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a blog goes back to an earlier version from its backup")
