"""Looking after the search index: `search rebuild`."""

import click

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.posts.searching import count_searchable, rebuild


@click.group()
def search() -> None:
    """What readers search in."""


@search.command("rebuild")
def rebuild_index() -> None:
    """Make the search index anew from the posts. Until it is done, searches find fewer."""
    with opened_blog():
        total, done = count_searchable(), 0
        with click.progressbar(length=total, label="Indexing") as progress:
            for count in rebuild():
                # After each batch, so that authors can save in between.
                db.session.commit()
                progress.update(count)
                done += count
        db.session.commit()
        click.echo(f"Indexed {done} posts.")
