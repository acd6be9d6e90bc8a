"""Filling a database for measuring: `synth`."""

import click

from blogapp.cli.opening import opened_blog
from blogapp.demo.synthesizing import synthesize
from blogapp.site.reading import get_site
from blogapp.web.clock import now


@click.command()
@click.option("--posts", type=click.IntRange(1, 1_000_000), required=True, help="How many to add.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same posts.")
def synth(posts: int, seed: int) -> None:
    """Add made-up posts in the shapes that real blogs have, for measuring."""
    with (
        opened_blog(),
        click.progressbar(length=posts, label="Writing posts") as progress,
    ):
        for added in synthesize(posts, seed=seed, now=now(), zone=get_site().zone):
            progress.update(added)
    click.echo(f"Added {posts} posts.")
