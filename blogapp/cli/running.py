"""Starting the blog: `init`, `serve`."""

import click

from blogapp import create_app
from blogapp.extensions import db
from blogapp.migrations import migrate


@click.command()
def init() -> None:
    """Create the database and bring it to this version; safe to repeat."""
    app = create_app()
    with app.app_context():
        migrate(db.engine)
    click.echo(f"Ready: {app.instance_path}")


@click.command()
def serve() -> None:
    """Start the blog with gunicorn."""
