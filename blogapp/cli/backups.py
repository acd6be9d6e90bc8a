"""Copies of the whole blog: `backup`, `restore`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click

from blogapp import create_app
from blogapp.backups import backing_up, restoring
from blogapp.backups.backing_up import Blog, Made
from blogapp.backups.errors import BackupError
from blogapp.backups.files import Place
from blogapp.backups.manifest import Manifest
from blogapp.backups.remembering import remember
from blogapp.backups.restoring import Restored
from blogapp.backups.rotating import name_of, rotate
from blogapp.extensions import db
from blogapp.migrations import is_current
from blogapp.web.auditing import by_operator, note
from blogapp.web.clock import now
from blogapp.web.media_store import media_store


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "--keep",
    type=click.IntRange(1, 10_000),
    help="FILE is a folder: so many of this blog's backups stay in it, the oldest go.",
)
def backup(file: str, keep: int | None) -> None:
    """Copy database, media and theme of the running blog into FILE, and read it again.

    In a folder it is named by date; one that is not there yet is made where FILE ends in a
    slash. The archive is as private as the blog itself: it holds drafts and password hashes,
    though not the secret key.
    """
    with _blog() as blog:
        path = Path(file)
        folder = path if keep or path.is_dir() or file.endswith("/") else None
        with _told(f"{path} holds no new backup"):
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            target = folder / name_of(now()) if folder else path
            with _progress("Backing up", _expected(blog)) as done:
                made = backing_up.back_up(blog, target, now=now(), done=done)
            remember(made, blog.place.instance)
            _note("backup.made", made.path.name, size=made.size)
            gone = rotate(folder, keep=keep, address=blog.address) if folder and keep else []
        _tell_made(made, len(gone))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Read and check all of it; change nothing.")
def restore(file: Path, check: bool) -> None:
    """Make the blog what it was when the backup FILE was made, also while it runs.

    All of FILE is read and checked before anything changes. What is there is kept as a backup
    of its own, and its path is printed. Everyone signs in again afterwards.
    """
    with _blog() as blog, _told(f"{file} is not restored"):
        size = file.stat().st_size if file.is_file() else 0
        with _progress("Checking" if check else "Restoring", size * (1 if check else 2)) as done:
            if check:
                manifest = restoring.check(blog, file, done=done)
            else:
                restored = restoring.restore(blog, file, now=now(), done=done)
        if not check:
            _note("backup.restored", file.name)
    if check:
        click.echo(f"{file} is whole: {_described(manifest)}.")
    else:
        _tell_restored(restored, blog)


@contextmanager
def _blog() -> Iterator[Blog]:
    """Give the blog as it is: a backup before an update is of the database before it."""
    app = create_app()
    with app.app_context():
        bucket = media_store(app) if app.config["BUCKET"] else None
        place = Place(Path(app.instance_path), app.config["MEDIA_FOLDER"], bucket)
        yield Blog(db.engine, place, app.config["PUBLIC_URL"], version("blogapp"))


def _note(act: str, name: str, **details: object) -> None:
    """Write down what was done, where this version's tables are."""
    db.session.remove()
    db.engine.dispose()
    if is_current(db.engine):
        with by_operator():
            note(act, name, **details)
            db.session.commit()


@contextmanager
def _told(outcome: str) -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        raise click.ClickException(f"{outcome}: {error}") from error
    except OSError as error:
        raise click.ClickException(f"{outcome}: {error.strerror} ({error.filename})") from error


@contextmanager
def _progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    with click.progressbar(
        length=max(1, length), label=label, update_min_steps=1 << 20
    ) as progress:

        def done(count: int) -> None:
            progress.length = max(progress.length or 0, progress.pos + count)
            progress.update(count)

        yield done


def _expected(blog: Blog) -> int:
    return blog.database.stat().st_size if blog.kind == "sqlite" and blog.database.exists() else 0


def _tell_made(made: Made, gone: int) -> None:
    size = f"{made.size / 1e6:,.1f} MB"
    click.echo(f"{made.path}: {_described(made.manifest)}, {made.files} files, {size}.")
    if gone:
        click.echo(f"Removed {gone} older.")
    for key in made.missing[:10]:
        click.echo(f"Missing in the media: {key}", err=True)
    if len(made.missing) > 10:
        click.echo(f"and {len(made.missing) - 10} more", err=True)
    for name in made.left_out:
        click.echo(f"Left out, by its name: {name}", err=True)


def _tell_restored(restored: Restored, blog: Blog) -> None:
    click.echo(f"Restored: {_described(restored.manifest)}; {restored.changed} files came back.")
    if restored.was_damaged:
        click.echo(f"The damaged database that was there is kept: {restored.kept}")
    elif restored.kept:
        click.echo(f"What was there is kept: {restored.kept}")
    click.echo("Everyone signs in again.")
    if restored.has_theme_changed:
        click.echo("The theme is another: restart the blog to see it.")
    if restored.manifest.address != blog.address:
        said = (
            f"The backup's blog was at {restored.manifest.address}, this one is at {blog.address}."
        )
        click.echo(said)


def _described(manifest: Manifest) -> str:
    return (
        f"{manifest.rows('posts')} posts and pages, {manifest.rows('authors')} authors and "
        f"{manifest.rows('media')} media of {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    )
