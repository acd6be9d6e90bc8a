"""The whole blog as files: `freeze`."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import click

from blogapp.caching import freezing
from blogapp.caching.freezing import Busy, Frozen, NotEmpty
from blogapp.caching.walking import count_addresses
from blogapp.cli.opening import opened_blog
from blogapp.config import Config

_CANNOT = (
    "What a place for files cannot do: search, filters of several choices, signing in,\n"
    "scheduled posts that appear by themselves, Markdown for who prefers it at a page's address"
)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--compress", is_flag=True, help="Write .gz and .br beside what gets smaller.")
def freeze(folder: Path, compress: bool) -> None:
    """Write the whole public site into FOLDER, for any place that serves files.

    The folder is new, empty or from an earlier freeze, and is replaced as a whole when
    everything is written.
    """
    # The page store is the running blog's, and shows other pages.
    config = replace(Config.from_env(), FROZEN=True, PAGE_STORE=None)
    with opened_blog(config) as app:
        begun = perf_counter()
        with click.progressbar(length=count_addresses(app), label="Freezing") as progress:

            def done() -> None:
                progress.length = max(progress.length or 0, progress.pos + 1)
                progress.update(1)

            try:
                frozen = freezing.freeze(app, folder, is_compressed=compress, done=done)
            except (NotEmpty, Busy) as error:
                raise click.ClickException(f"{error}: nothing was changed") from error
            # Some addresses are counted, and have no page.
            progress.update(max(0, (progress.length or 0) - progress.pos))
        _tell(frozen, folder, app.config["PUBLIC_URL"], perf_counter() - begun)


def _tell(frozen: Frozen, folder: Path, address: str, seconds: float) -> None:
    click.echo(
        f"{frozen.pages} pages and {frozen.files} other files in {folder}, {frozen.written} of "
        f"them new or changed; {frozen.pages / seconds:.0f} pages a second."
    )
    click.echo(f"They call the blog {address} (BLOG_PUBLIC_URL): put them there.")
    for left in frozen.left_out:
        click.echo(f"Left out: {left}", err=True)
    if frozen.has_changed:
        click.echo("Content changed meanwhile: freeze again to have all of it.", err=True)
    if frozen.redirects:
        click.echo(f"{frozen.redirects} old addresses lead on by pages; _redirects lists them all.")
    click.echo(f"{_CANNOT}.")
