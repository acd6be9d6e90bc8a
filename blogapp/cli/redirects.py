"""Looking after old addresses: `redirects import`, `redirects export`."""

import sys
from collections import Counter
from pathlib import Path

import click
from flask import Flask

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.importing.redirect_files import UnknownList, read_rules
from blogapp.posts.redirect_listing import table
from blogapp.posts.redirect_ruling import Ruling, Verdict, judge, keep
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.moving import answers


@click.group()
def redirects() -> None:
    """Old addresses, and where they lead."""


@redirects.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Decide and report everything, keep nothing.")
def take_in(file: Path, dry_run: bool) -> None:
    """Take in the redirects of FILE, and say which ones are refused and why.

    CSV, Ghost's redirects.yaml and redirects.json, maps and lists in YAML and JSON, and the
    _redirects of Netlify and Cloudflare. Safe to repeat.
    """
    try:
        wishes = read_rules(file.read_bytes(), file.name)
    except UnknownList as error:
        raise click.ClickException(f"{file}: {error}") from error
    with opened_blog() as app:
        rulings = judge(wishes, base=_base(app), now=now(), is_fixed=answers)
        if not dry_run:
            count = keep(rulings, came_by="imported", now=now())
            note("redirects.imported", number=count)
            db.session.commit()
    for ruling in rulings:
        if ruling.reason:
            click.echo(f"{file}:{_line(ruling)}", err=True)
    counts = Counter(ruling.verdict for ruling in rulings)
    if dry_run:
        click.echo("Nothing was kept: this was a dry run.")
    for verdict in Verdict:
        click.echo(f"{counts[verdict]:6}  {verdict}")
    if leaving := sum(ruling.leads_out for ruling in rulings if not ruling.reason):
        click.echo(f"{leaving:6}  {'leads' if leaving == 1 else 'lead'} to another site")
    if counts[Verdict.REFUSED]:
        sys.exit(1)


@redirects.command("export")
def write_out() -> None:
    """Write all redirects as CSV, with how often each was asked for."""
    with opened_blog():
        for line in table():
            click.echo(line, nl=False)


def _base(app: Flask) -> str:
    base: str = app.config["PUBLIC_URL"]
    return base.rstrip("/")


def _line(ruling: Ruling) -> str:
    old = " ".join(ruling.wish.old.split()) or "(nothing)"
    return f"{ruling.wish.line}: {old}: {ruling.reason}"
