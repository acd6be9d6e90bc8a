"""What is made from the posts' texts: `render rebuild`."""

from collections.abc import Callable, Sequence

import click
from sqlalchemy import select

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.posts.commenting import list_stale, render_anew
from blogapp.posts.models import Post
from blogapp.posts.relating import relate_anew
from blogapp.posts.rendering import rebuild
from blogapp.site.reading import get_site
from blogapp.text import markdown
from blogapp.web.cards import forget_lost_cards

BATCH = 50


@click.group()
def render() -> None:
    """What is made from the posts' texts."""


@render.command("rebuild")
@click.option("--all", "everything", is_flag=True, help="Also posts that are up to date.")
def rebuild_posts(everything: bool) -> None:
    """Make HTML, excerpts, drawings and related posts anew where this version differs."""
    with opened_blog():
        zone = get_site().zone
        query = select(Post.id).order_by(Post.id)
        if not everything:
            query = query.where(Post.renderer_version != markdown.VERSION)
        ids = db.session.scalars(query).all()
        _for_each(ids, "Rendering", lambda post_id: rebuild(post_id, zone))
        # Only now do all texts say which words are rare.
        _for_each(ids, "Relating", relate_anew)
        _for_each(list_stale(), "Comments", render_anew)
        forget_lost_cards()
        click.echo(f"Rendered {len(ids)} posts.")


def _for_each(ids: Sequence[int], label: str, make: Callable[[int], None]) -> None:
    with click.progressbar(ids, label=label) as progress:
        for done, post_id in enumerate(progress, start=1):
            make(post_id)
            if done % BATCH == 0:
                db.session.commit()
    db.session.commit()
