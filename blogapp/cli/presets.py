"""Ways to list posts: `preset`."""

import click

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.site.presets import BEFORE, PRESETS, apply_preset, changes
from blogapp.site.reading import get_site
from blogapp.web.auditing import note


@click.command()
@click.argument("name", required=False, type=click.Choice([*PRESETS, BEFORE]))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def preset(name: str | None, dry_run: bool) -> None:
    """List posts in one of five ways; without NAME, say which there are.

    What a preset replaces is kept: `blogapp preset before` puts it back.
    """
    if name is None:
        for each in PRESETS:
            click.echo(each)
        return
    with opened_blog():
        site = get_site()
        if name == BEFORE and not site.before_preset:
            raise click.ClickException("no preset has replaced anything yet")
        for column, (now, then) in changes(name, site).items():
            click.echo(f"{column}: {_shown(now)} -> {_shown(then)}")
        if not dry_run:
            apply_preset(name, site)
            db.session.add(site)
            note("settings.saved", "presets", preset=name)
            db.session.commit()


def _shown(value: object) -> str:
    return ", ".join(value) or "nothing" if isinstance(value, list) else str(value)
