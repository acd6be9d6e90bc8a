"""What Alembic runs around each migration."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from blogapp.extensions import Base, UTCDateTime
from blogapp.migrations import note_serving


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations never import our types: they must run when those have changed."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UTCDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
    note_serving(context.config.attributes["connection"])
