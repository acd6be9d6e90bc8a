"""Telling caches in front of the blog what to let go of, by hand: `purge`."""

from collections.abc import Iterator, Sequence

import click
from flask import Flask

from blogapp import create_app
from blogapp.outgoing.asking import Asker
from blogapp.outgoing.purging import ANYWHERE, EVERYTHING, KEY, Hook, NotPurged
from blogapp.outgoing.purging import purge as tell_caches

# What nothing carries: who lets go of it loses nothing.
_NOTHING = "post-0"
_PATIENCE = 3.0


def check_caches(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield what `doctor` says of caches in front of the blog, if any are told of changes."""
    hook: Hook | None = app.config["PURGE"]
    if hook is None:
        return
    try:
        tell_caches(hook, [_NOTHING], Asker(allow=ANYWHERE, seconds=_PATIENCE))
    except NotPurged as error:
        yield "problem", f"caches: {error}; BLOG_PURGE_URL and its token say who is told"
    else:
        yield "ok", f"caches: {hook.hosts} is told what changes"
    if app.config["PAGE_STORE"]:
        yield (
            "warning",
            "caches: they are asked for pages of BLOG_PAGE_STORE each time; use one of the two",
        )


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Everything that caches hold of this blog.")
def purge(keys: Sequence[str], is_all: bool) -> None:
    """Have caches in front of the blog (BLOG_PURGE_URL) let go of what carries these keys.

    Keys are site, listing, feeds, post-7, tag-7, domain-7, series-7, author-7 and media-7, as in
    the header Cache-Tag of answers. What changes in the blog is told by itself.
    """
    if is_all == bool(keys):
        raise click.UsageError("Name keys, or say --all.")
    for key in keys:
        if not KEY.fullmatch(key):
            raise click.UsageError(f"{key!r} is no key, as post-7 or listing.")
    hook: Hook | None = create_app().config["PURGE"]
    if hook is None:
        raise click.ClickException("BLOG_PURGE_URL names no cache that could be told.")
    try:
        count = tell_caches(hook, [EVERYTHING] if is_all else list(dict.fromkeys(keys)))
    except NotPurged as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Told {hook.hosts} in {count} request{'s' if count != 1 else ''}.")
