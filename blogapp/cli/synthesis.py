"""Filling a database for measuring: `synth`."""

import click
from sqlalchemy import text

from blogapp.cli.opening import opened_blog
from blogapp.demo.synthesizing import synthesize
from blogapp.extensions import db
from blogapp.site.reading import get_site
from blogapp.web.clock import now


@click.command()
@click.option("--posts", type=click.IntRange(1, 1_000_000), required=True, help="How many to add.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same posts.")
def synth(posts: int, seed: int) -> None:
    """Add made-up posts in the shapes that real blogs have, for measuring.

    The word "latency" is in two texts of three, and "quillwort" in the title of one post.
    """
    with (
        opened_blog(),
        click.progressbar(length=posts, label="Writing posts") as progress,
    ):
        for added in synthesize(posts, seed=seed, now=now(), zone=get_site().zone):
            progress.update(added)
        size = _megabytes()
    click.echo(f"Added {posts} posts; the database has {size:,.0f} MB now.")


def _megabytes() -> float:
    pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    on_postgres = db.engine.dialect.name == "postgresql"
    asked = "SELECT pg_database_size(current_database())" if on_postgres else pages
    return (db.session.scalar(text(asked)) or 0) / 1e6
