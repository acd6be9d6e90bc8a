"""Taking in posts from elsewhere: `import markdown`."""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO, TypeVar
from zoneinfo import ZoneInfo

import click

from blogapp.cli.opening import opened_blog
from blogapp.importing.errors import NoSite
from blogapp.importing.importing import EVERY_SITE, import_tree
from blogapp.importing.reporting import Outcome, Report, Result
from blogapp.site.reading import get_site
from blogapp.web.clock import now

T = TypeVar("T")


@click.group("import")
def importing() -> None:
    """Take in posts from another blog."""


def _read_zones(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, ZoneInfo]:
    zones = {}
    for name, zone in _by_site(given).items():
        try:
            zones[name] = ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise click.BadParameter(f"{zone!r} is not a time zone like Europe/Berlin") from error
    return zones


def _read_permalinks(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    return _by_site(given)


def _by_site(given: tuple[str, ...]) -> dict[str, str]:
    """Return "SITE=VALUE" by site; a value alone counts for every site."""
    pairs = (text.rpartition("=") for text in given)
    return {site or EVERY_SITE: value for site, _, value in pairs}


@importing.command("markdown")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and report everything, keep nothing.")
@click.option(
    "--report",
    "report_file",
    type=click.File("w", encoding="utf-8", errors="backslashreplace", lazy=False),
    help="Write one line of JSON for each source file.",
)
@click.option(
    "--time-zone",
    "zones",
    metavar="[SITE=]ZONE",
    multiple=True,
    callback=_read_zones,
    help="Read dates without an offset in this zone. Without it: the zone in the site's own "
    "settings (_config.yml, hugo.toml, pelicanconf.py), else the blog's.",
)
@click.option(
    "--permalink",
    "permalinks",
    metavar="[SITE=]PATTERN",
    multiple=True,
    callback=_read_permalinks,
    help="How the site's addresses were built, such as /:year/:month/:day/:title/. They lead "
    "to the posts. Without it: the site's own settings, else its generator's habit.",
)
@click.option("--author", default="", help="Who signs posts that name nobody.")
@click.option("--name", default="", help="Tell the site from another whose folder has its name.")
def markdown(
    path: Path,
    dry_run: bool,
    report_file: TextIO | None,
    zones: dict[str, ZoneInfo],
    permalinks: dict[str, str],
    author: str,
    name: str,
) -> None:
    """Take in the Markdown posts under PATH: a site, or a folder of sites.

    Jekyll, Hugo, Pelican, Astro, Eleventy, and plain folders. Safe to repeat and to
    interrupt: only new and changed files are written, posts edited here stay as they are.
    """
    report = Report()
    with opened_blog() as app, _Telling(report, report_file) as telling:
        try:
            import_tree(
                path,
                zone=get_site().zone,
                now=now(),
                media_folder=app.config["MEDIA_FOLDER"],
                source=name,
                author=author,
                zones=zones,
                permalinks=permalinks,
                dry_run=dry_run,
                on_start=telling.start,
                on_outcome=telling.tell,
            )
        except NoSite as error:
            raise click.ClickException(str(error)) from error
        finally:
            telling.stop()
            if report.outcomes:
                _summarize(report, dry_run=dry_run)
    if report.failed:
        sys.exit(1)


class _Telling:
    """Keeps the report, writes its lines as they come, and moves the progress bar."""

    def __init__(self, report: Report, file: TextIO | None) -> None:
        self._report, self._file = report, file
        self._shown = ExitStack()
        self._advance: Callable[[int], None] = lambda _steps: None

    def __enter__(self) -> "_Telling":
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self, total: int) -> None:
        if sys.stderr.isatty():
            bar = click.progressbar(length=total, label="Importing", file=sys.stderr)
            self._advance = self._shown.enter_context(bar).update

    def tell(self, outcome: Outcome) -> None:
        self._report.add(outcome)
        if self._file:
            # A line is on its way before the next file: an interrupted run keeps its report.
            self._file.write(json.dumps(outcome.line, ensure_ascii=False) + "\n")
            self._file.flush()
        self._advance(1)

    def stop(self) -> None:
        self._shown.close()


def _summarize(report: Report, *, dry_run: bool) -> None:
    for problem in report.problems:
        click.echo(str(problem), err=True)
    counts = report.counts
    if dry_run:
        click.echo("Nothing was kept: this was a dry run.")
    for result in Result:
        click.echo(f"{counts[result]:6}  {result}")
    click.echo(f"{len(report.problems):6}  problems")
    for reason, count in _reasons(report):
        click.echo(f"        {count} left out: {reason}")


def _reasons(report: Report) -> list[tuple[str, int]]:
    left_out = (o.line["error"] for o in report.outcomes if o.result is Result.SKIPPED)
    counts: dict[str, int] = {}
    for reason in left_out:
        counts[reason] = counts.get(reason, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])
