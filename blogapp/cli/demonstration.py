"""The demo blog, in and out: `demo`, `demo --remove`."""

import click
from flask import Flask

from blogapp.cli.opening import opened_blog
from blogapp.demo.asking import ask_for_review
from blogapp.demo.loading import (
    ORIGIN,
    add_about,
    add_demo_author,
    count_posts,
    has_posts,
    is_cut_short,
    load_posts,
    name_the_site,
)
from blogapp.demo.removing import remove_demo
from blogapp.extensions import db
from blogapp.media.storing import delete_file
from blogapp.web.auditing import note
from blogapp.web.cards import forget_lost_cards
from blogapp.web.clock import now
from blogapp.web.media_store import media_store


@click.command()
@click.option("--remove", is_flag=True, help="Take away all that the demo brought.")
def demo(remove: bool) -> None:
    """Load the demo blog, or take it away."""
    with opened_blog() as app:
        if remove:
            _remove(app)
        else:
            _load(app)


def load_demo_if_empty(app: Flask) -> None:
    """Load the demo into a blog that has no post in any state, or finish loading it."""
    if not has_posts() or is_cut_short():
        _load(app)


def _load(app: Flask) -> None:
    add_demo_author(now=now())
    name_the_site()
    db.session.commit()
    load_posts(media_store(app), now=now())
    add_about(now=now())
    ask_for_review(origin=ORIGIN, now=now())
    note("demo.loaded")
    db.session.commit()
    click.echo(f"The demo blog is here: {count_posts()} posts. `blogapp demo --remove` removes it.")


def _remove(app: Flask) -> None:
    removal = remove_demo()
    note("demo.removed", posts=removal.posts)
    db.session.commit()
    for key in removal.media_keys:
        delete_file(media_store(app), key)
    forget_lost_cards()
    click.echo(f"The demo is gone: {removal.posts} posts and {len(removal.media_keys)} images.")
    if removal.kept:
        click.echo(f"{removal.kept} of its posts hold words of yours and stay.")
