"""Taking in posts from elsewhere: `import markdown`, and a command for each reader."""

import json
import re
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

import click
from flask import Flask

from blogapp.cli.opening import opened_blog
from blogapp.exporting.restoring import read_back
from blogapp.exporting.trees import is_export
from blogapp.importing.errors import NoSite
from blogapp.importing.importing import import_source, import_tree
from blogapp.importing.readers import READERS, Reader
from blogapp.importing.reporting import Outcome, Report, Result
from blogapp.importing.sites import EVERY_SITE
from blogapp.outgoing.fetching import Fetcher
from blogapp.site.reading import get_site
from blogapp.web.clock import now
from blogapp.web.media_store import media_store

T = TypeVar("T")
# What reading an export back asks for: its dates have zones, and its posts authors.
_OF_EXPORTS = ("now", "store", "dry_run", "on_start", "on_outcome")
# The status of what was ended by SIGTERM, as shells have it.
_TERMINATED = 128 + signal.SIGTERM


@click.group("import")
def importing() -> None:
    """Take in posts from another blog."""


def _read_zones(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, ZoneInfo]:
    return {name: _zone(zone) for name, zone in _by_site(given).items()}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise click.BadParameter(f"{name!r} is not a time zone like Europe/Berlin") from error


def _read_permalinks(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    return _by_site(given)


def _read_base_urls(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    pairs = (re.fullmatch(r"(?:([^:/=]+)=)?(.*)", text, re.DOTALL) for text in given)
    return {pair[1] or EVERY_SITE: _base_url(pair[2]) for pair in pairs if pair}


def _base_url(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise click.BadParameter(f"{text!r} is not an address like https://example.org/blog")
    return text.rstrip("/")


def _by_site(given: tuple[str, ...]) -> dict[str, str]:
    """Return "SITE=VALUE" by site; a value alone counts for every site."""
    pairs = (text.rpartition("=") for text in given)
    return {site or EVERY_SITE: value for site, _, value in pairs}


_REPORTED = (
    click.option("--dry-run", is_flag=True, help="Read and report everything, keep nothing."),
    click.option(
        "--report",
        "report_file",
        type=click.File("w", encoding="utf-8", errors="backslashreplace", lazy=False),
        help="Write one line of JSON for each item.",
    ),
    click.option("--author", default="", help="Who signs posts that name nobody."),
    click.option(
        "--name", default="", help="Tell this source from another that is called the same."
    ),
)


def _reported(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every import has."""
    for option in reversed(_REPORTED):
        command = option(command)
    return command


@importing.command("markdown")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_reported
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
@click.option(
    "--base-url",
    "base_urls",
    metavar="[SITE=]URL",
    multiple=True,
    callback=_read_base_urls,
    help="Where the site was on the web, for the ids of its feed's entries and for addresses "
    "below a path. Without it: the site's own settings.",
)
@click.option("--pages", is_flag=True, help="Take pages such as about.md as static pages.")
def markdown(
    path: Path,
    dry_run: bool,
    report_file: TextIO | None,
    zones: dict[str, ZoneInfo],
    permalinks: dict[str, str],
    base_urls: dict[str, str],
    pages: bool,
    author: str,
    name: str,
) -> None:
    """Take in the Markdown posts under PATH: a site, or a folder of sites.

    Jekyll, Hugo, Pelican, Astro, Eleventy, and plain folders; what `blogapp export` wrote
    comes back with every field. Safe to repeat and to interrupt: only new and changed files
    are written, posts edited here stay as they are.
    """

    def run(_app: Flask, **settings: Any) -> Report:
        if is_export(path):
            return read_back(path, **{name: settings[name] for name in _OF_EXPORTS})
        return import_tree(
            path,
            source=name,
            zones=zones,
            permalinks=permalinks,
            base_urls=base_urls,
            pages=pages,
            **settings,
        )

    _take_in(run, report_file, dry_run=dry_run, author=author)


class _PathOrAddress(click.Path):
    """A file or folder; or an address of the web, which comes as text."""

    def __init__(self) -> None:
        super().__init__(exists=True, path_type=Path)

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> Any:
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            return value
        return super().convert(value, param, context)


def _register(kind: str, reader: Reader) -> None:
    @importing.command(kind, help=reader.about, short_help=reader.about.split(". ")[0])
    @click.argument(
        "path", type=_PathOrAddress() if reader.web else click.Path(exists=True, path_type=Path)
    )
    @_reported
    @click.option(
        "--time-zone",
        "time_zone",
        metavar="ZONE",
        default="",
        callback=lambda _context, _option, given: _zone(given) if given else None,
        help="Read dates without an offset in this zone, not in the blog's.",
    )
    @click.option(
        "--base-url",
        metavar="URL",
        default="",
        callback=lambda _context, _option, given: _base_url(given) if given else "",
        help="Where the source was on the web, if its export does not say so.",
    )
    @click.option(
        "--media",
        "folders",
        metavar="FOLDER",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Look for pictures and files in this folder, such as a copy of wp-content/uploads.",
    )
    @click.option(
        "--fetch-media",
        is_flag=True,
        help="Fetch the pictures that are still on the web; without it they are listed.",
    )
    def command(
        path: Path | str,
        dry_run: bool,
        report_file: TextIO | None,
        author: str,
        name: str,
        time_zone: ZoneInfo | None,
        base_url: str,
        folders: tuple[Path, ...],
        fetch_media: bool,
    ) -> None:
        def run(app: Flask, **settings: Any) -> Report:
            zone = time_zone or settings["zone"]
            fetcher = Fetcher(allow=app.config["FETCH_ALLOW"])
            said: dict[str, Any] = {"name": name, "base_url": base_url, "zone": zone}
            opened = (
                reader.open_web(path, fetcher=fetcher, **said)
                if isinstance(path, str)
                else reader.open(path, **said)
            )
            fetch = fetcher.fetch if fetch_media else None
            with opened as source:
                return import_source(source, folders=folders, fetch=fetch, **settings)

        _take_in(run, report_file, dry_run=dry_run, author=author)


def _take_in(
    run: Callable[..., Report], report_file: TextIO | None, *, dry_run: bool, author: str
) -> None:
    """Run an import and tell how it goes; exit status 1 where an item failed."""
    # As by Ctrl-C: what was unpacked is removed, and what came in is told.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    report = Report()
    with opened_blog() as app, _Telling(report, report_file) as telling:
        try:
            run(
                app,
                zone=get_site().zone,
                now=now(),
                store=media_store(app),
                author=author,
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
            bar: Any = click.progressbar(length=total or None, label="Importing", file=sys.stderr)
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
        if result is not Result.NOTED:
            click.echo(f"{counts[result]:6}  {result}")
    for outcome in report.outcomes:
        for name, rows in outcome.line.get("kept_lists", {}).items():
            click.echo(f"        {rows} rows kept aside: {name}")
    click.echo(f"{len(report.problems):6}  problems")
    for reason, count in _reasons(report):
        click.echo(f"        {count} left out: {reason}")


def _reasons(report: Report) -> list[tuple[str, int]]:
    left_out = (o.line["error"] for o in report.outcomes if o.result is Result.SKIPPED)
    counts: dict[str, int] = {}
    for reason in left_out:
        counts[reason] = counts.get(reason, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])


for _kind, _reader in READERS.items():
    _register(_kind, _reader)
