"""Making the blog look otherwise: `theme copy`."""

from pathlib import Path

import click

from blogapp.cli.opening import opened_blog
from blogapp.web.theme_checking import copied
from blogapp.web.theming import FOLDER


@click.group()
def theme() -> None:
    """The theme in the instance folder."""


@theme.command("copy")
@click.argument("name")
def copy_template(name: str) -> None:
    """Copy one of the blog's templates into the theme, to be changed there.

    NAME is its name below templates/, such as public/post.html. The copy's first
    line tells `doctor` which state of the template it was made from.
    """
    with opened_blog() as app:
        try:
            text = copied(app, name)
        except KeyError:
            raise click.ClickException(f"{name}: there is no template of this name") from None
        path = Path(app.instance_path) / FOLDER / "templates" / name
        if path.exists():
            raise click.ClickException(f"{path} is there already")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"Change {path}, then start the blog again.")
