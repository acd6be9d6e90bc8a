"""The whole blog as files that anybody can read: `export`, `verify`."""

import sys
from pathlib import Path
from time import perf_counter

import click
from sqlalchemy import func, select

from blogapp.cli.opening import opened_blog
from blogapp.exporting.errors import ExportError
from blogapp.exporting.folders import write_folder
from blogapp.exporting.verifying import Verdict
from blogapp.exporting.verifying import verify as compare
from blogapp.exporting.zips import write_zip
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.posts.models import Post
from blogapp.posts.revision_models import Revision
from blogapp.web.auditing import note
from blogapp.web.media_store import media_store


@click.command()
@click.argument("place", metavar="DIR", type=click.Path(path_type=Path, allow_dash=True))
def export(place: Path) -> None:
    """Write the whole blog into DIR: Markdown, media, settings, people, revisions.

    DIR is new, empty or from an earlier export, of which only what changed is written; what
    somebody else put there stays. FILE.zip instead of DIR writes an archive, and - sends one
    to standard output. Passwords, sessions and tokens are never in it.
    """
    with opened_blog() as app:
        store, begun = media_store(app), perf_counter()
        try:
            if str(place) == "-":
                write_zip(sys.stdout.buffer, store=store)
                return
            with _progress("Exporting") as progress:
                if place.suffix == ".zip" and not place.is_dir():
                    files = _write_archive(place, store, progress)
                    told = f"{files} files in {place}"
                else:
                    written = write_folder(place, store=store, done=lambda: progress.update(1))
                    files = written.files
                    told = (
                        f"{files} files in {place}: {written.changed} new or changed, "
                        f"{written.removed} removed"
                    )
        except ExportError as error:
            raise click.ClickException(str(error)) from error
        note("export.made", by="export")
        db.session.commit()
        click.echo(f"{told}; {files / (perf_counter() - begun):.0f} files a second.")
        click.echo("E-mail addresses and drafts are in it: it is not for everybody's eyes.")


@click.command()
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def verify(folder: Path) -> None:
    """Compare the blog with the export in DIR, byte by byte; exit with 0 only if they are equal."""
    with opened_blog() as app:
        try:
            with _progress("Comparing") as progress:
                verdict = compare(
                    folder,
                    store=media_store(app),
                    done=lambda: progress.update(1),
                )
        except ExportError as error:
            raise click.ClickException(str(error)) from error
    _tell(verdict)
    if not verdict.is_equal:
        sys.exit(1)


def _progress(label: str) -> "click._termui_impl.ProgressBar[int]":
    counts = (select(func.count(model.id)) for model in (Post, Revision, Media))
    total = sum(db.session.scalar(count) or 0 for count in counts)
    db.session.rollback()
    return click.progressbar(length=total + 20, label=label, file=sys.stderr)


def _write_archive(
    place: Path, store: Store, progress: "click._termui_impl.ProgressBar[int]"
) -> int:
    """Write the archive beside its place first: it is there whole or not at all."""
    new = place.with_name(f".{place.name}.new")
    try:
        with new.open("wb") as file:
            count = write_zip(file, store=store, done=lambda: progress.update(1))
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)
    return count


def _tell(verdict: Verdict) -> None:
    if first := verdict.first:
        click.echo(f"{first.path}:{first.line}: the first difference", err=True)
        click.echo(f"  blog:   {first.here}", err=True)
        click.echo(f"  export: {first.there}", err=True)
    click.echo(
        f"{verdict.equal} files equal, {verdict.different} different, "
        f"{verdict.missing} missing in the export, {verdict.surplus} only there."
    )
