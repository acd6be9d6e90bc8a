"""Starting the blog: `init`, `serve`."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic

import click
import gunicorn
from flask import Flask
from gunicorn.app.wsgiapp import run as run_gunicorn

from blogapp import create_app
from blogapp.accounts.registering import has_own_account, make_link
from blogapp.cli.demonstration import load_demo_if_empty
from blogapp.cli.examining.settings import misspelt
from blogapp.cli.opening import opened_blog
from blogapp.demo.loading import find_demo_author
from blogapp.extensions import db
from blogapp.media import confining as media_confining
from blogapp.migrations import fill_index, is_enough, migrate
from blogapp.text import confining
from blogapp.web.addresses import absolute_url_for
from blogapp.web.clock import now
from blogapp.web.media_store import media_store

LINK_VALID = timedelta(hours=24)
# What gunicorn starts itself anew with, at USR2.
GUNICORN = Path(gunicorn.__file__).with_name("__main__.py")
# Beside the package in a checkout, in it where it is installed.
_PLACES = (Path(__file__).parents[2], Path(__file__).parents[1])
GUNICORN_CONF = next(path for place in _PLACES if (path := place / "gunicorn.conf.py").is_file())


@click.command()
def init() -> None:
    """Create the database and bring it to this version. Safe to repeat."""
    app = create_app()
    with app.app_context():
        was_there, began = is_enough(db.engine), monotonic()
        migrate(db.engine)
        if was_there:
            # What a migration that was cut short has left, or an older version wrote meanwhile.
            fill_index(db.engine)
        else:
            click.echo(f"Migrated in {monotonic() - began:.1f} s")
        click.echo(f"Ready: {app.instance_path}")


@click.command()
@click.option("--demo", is_flag=True, help="Load the demo blog first if there are no posts.")
def serve(demo: bool) -> None:
    """Migrate the database, say where the blog is, and run it with gunicorn."""
    for sentence in misspelt(os.environ):
        click.echo(f"Warning: {sentence}", err=True)
    with opened_blog() as app:
        if demo:
            load_demo_if_empty(app)
        if "GUNICORN_PID" not in os.environ:  # another version's, which serves on
            _announce(app)
        address = f"{_bracketed(app.config['HOST'])}:{app.config['PORT']}"
        workers = str(app.config["WORKERS"])
        db.session.remove()
        db.engine.dispose()
        confining.close()
        media_confining.close()
        can_be_forked = media_store(app).can_be_forked
    sys.stdout.flush()
    sys.argv = [str(GUNICORN), "--bind", address, "--workers", workers]
    sys.argv += ["--config", str(GUNICORN_CONF), "blogapp.wsgi:app"]
    if not can_be_forked:
        # What talks to a bucket by now has threads that no worker would inherit.
        os.execv(sys.executable, [sys.executable, "-P", "-m", "gunicorn", *sys.argv[1:]])  # nosec B606
    # In this process: half of what a start takes is imports, and those are done.
    run_gunicorn()


def _announce(app: Flask) -> None:
    with app.test_request_context(base_url=app.config["PUBLIC_URL"]):
        click.echo(f"\n  The blog:   {absolute_url_for('public.index')}")
        if has_own_account():
            click.echo(f"  Sign in:    {absolute_url_for('auth.login')}\n")
            return
        author = find_demo_author()
        token = make_link(author, now=now(), valid=LINK_VALID)
        db.session.commit()
        if author:
            click.echo(f"  Sign in:    {absolute_url_for('auth.use_link', token=token)}")
            click.echo(f"              once, as {author.name}, within a day\n")
        else:
            click.echo(f"  Begin here: {absolute_url_for('auth.invite', token=token)}")
            click.echo("              to create its owner, once, within a day\n")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
