"""From one version to the next: `upgrade`."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from blogapp import create_app
from blogapp.extensions import db
from blogapp.upgrading.changing import Upgrade, demand_newer
from blogapp.upgrading.errors import NeedsRestart, UpgradeError
from blogapp.upgrading.installing import find_wheel, install
from blogapp.upgrading.masters import Master
from blogapp.upgrading.rehearsing import Blog, Rehearsal, rehearse
from blogapp.upgrading.releases import Change, Home, find_home, running_folder, version
from blogapp.web.clock import now
from blogapp.web.media_store import media_store

_HOME = "The folder of the versions; that of this one unless it is a checkout."


@click.command()
@click.argument("wanted", metavar="[VERSION|FILE.whl|FOLDER]", default="")
@click.option("--rehearse", "only_rehearse", is_flag=True, help="Try it on a copy, change nothing.")
@click.option("--no-rehearsal", is_flag=True, help="Leave the rehearsal out.")
@click.option("--accept", is_flag=True, help="Go on although pages differ in the rehearsal.")
@click.option("--undo", is_flag=True, help="Go back to the version before.")
@click.option("--data", is_flag=True, help="With --undo: the database as it was before, too.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--from", "source", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="A folder with all wheels; no package index is asked.")  # fmt: skip
@click.option("--sha256", "digest", default="", help="What the wheel's SHA-256 must be.")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help=_HOME)
@click.option("--backups", type=click.Path(file_okay=False, path_type=Path),
              help="Where the backup goes; backups/ beside the versions.")  # fmt: skip
def upgrade(
    wanted: str,
    only_rehearse: bool,
    no_rehearsal: bool,
    accept: bool,
    undo: bool,
    data: bool,
    yes: bool,
    source: Path | None,
    digest: str,
    home: Path | None,
    backups: Path | None,
) -> None:
    """Install a version beside this one, back up, rehearse, and let it serve without a gap.

    A VERSION comes from the package index, FILE.whl and FOLDER from this machine. Until the new
    version serves and its pages are well, the old one does. Cut short anywhere, the same command
    goes on.
    """
    is_odd = (data and not undo) or (only_rehearse and (no_rehearsal or undo))
    if bool(wanted) == undo or is_odd:
        raise click.UsageError("say a version, a wheel or a folder of wheels, or --undo [--data]")
    with _explained(), _upgrade(home) as work, work.home.locked():
        folder = backups or work.home.path / "backups"
        if undo:
            _undo(work, folder, with_data=data, is_sure=yes)
            return
        old = work.home.serving() or running_folder()
        with (
            find_wheel(wanted, source=source, digest=digest) as wheel,
            _steps(f"Installing {wheel.version} beside {version()}") as told,
        ):
            demand_newer(wheel.version, version())
            new = install(wheel, work.home, told=told).resolve()
        is_there = new == old.resolve()
        if not no_rehearsal and not is_there:
            with _steps("Rehearsing on a copy") as told:
                tried = rehearse(work.blog, old, new, now=work.now, told=told)
            _tell_rehearsal(tried, accept)
        if only_rehearse:
            return
        if is_there:
            _finish(work, new)
        else:
            _change(work, old, new, (version(), wheel.version), folder)


def _change(work: Upgrade, old: Path, new: Path, versions: tuple[str, str], folder: Path) -> None:
    with _steps("Changing to it") as told:
        told("backing up")
        backup = work.back_up(old, folder)
        change = work.begin(old.resolve(), new, versions, backup)
        told("migrating the database")
        work.migrate(new)
        told("letting the new version serve")
        serving = work.switch(change)
    click.echo(f"Backup: {change.backup}")
    _tell_serving(serving, versions[1])
    click.echo("To go back: blogapp upgrade --undo")


def _finish(work: Upgrade, new: Path) -> None:
    """Bring an upgrade to its end that was cut short behind the turning of the link."""
    change = Change.read(work.home)
    if change is None or change.is_done or change.after != str(new):
        click.echo(f"{new.name} serves already.")
        return
    work.migrate(new)
    _tell_serving(work.switch(change), new.name)


def _undo(work: Upgrade, folder: Path, *, with_data: bool, is_sure: bool) -> None:
    change = Change.read(work.home)
    if change is None:
        raise UpgradeError("there is no upgrade to go back from")
    if not with_data and not work.is_served_by(change):
        raise UpgradeError(
            f"the database is no longer one for {change.version_before}: --undo --data restores "
            f"the backup {change.backup}"
        )
    if with_data:
        _tell_loss(work, change)
        if not is_sure:
            click.confirm("Restore it?", abort=True)
        with _steps("Going back") as told:
            told("exporting what there is")
            kept = work.keep_words(change, folder)
            told("restoring the backup")
            work.restore(change)
        click.echo(f"All that was there: {kept}")
    else:
        click.echo("The database stays as it is: the version before serves it, nothing is lost.")
    _tell_serving(work.go_back(change), change.version_before)


def _tell_loss(work: Upgrade, change: Change) -> None:
    since = work.written_since(change)
    said = ", ".join(f"{count} {name}" for name, count in since.items()) or "nothing"
    click.echo(f"Written since the backup {change.backup}, and gone when it is restored: {said}.")
    click.echo("It is exported first, so that no word is lost.")


def _tell_rehearsal(tried: Rehearsal, accept: bool) -> None:
    grave = sum(each.is_grave for each in tried.differences)
    click.echo(
        f"Rehearsed: migrated in {tried.migrated_in:.1f} s, {tried.pages} pages opened, "
        f"{grave} of them wrong, {len(tried.differences) - grave} otherwise than before."
    )
    for each in tried.differences:
        click.echo(f"{'wrong' if each.is_grave else 'other':6} {each.address}: {each.what}")
        for line in each.lines:
            click.echo(f"       {line}")
    if not tried.is_well and not accept:
        raise UpgradeError("nothing has changed; --accept goes on all the same")


def _tell_serving(serving: Sequence[Master], name: str) -> None:
    for master in serving:
        click.echo(f"{name} serves on {master.address}.")
    if not serving:
        click.echo(f"{name} is current. Nothing serves at this moment: systemctl start blog")
    click.echo("Where blogapp worker runs apart: systemctl restart blog-worker")


@contextmanager
def _upgrade(given: Path | None) -> Iterator[Upgrade]:
    """Give the blog as it is: only the new version may migrate it."""
    home = Home(given.resolve()) if given else find_home()
    if home is None:
        raise UpgradeError(
            "this version has no others beside it: --home FOLDER says where they shall lie, "
            "as /srv/blog"
        )
    app = create_app()
    with app.app_context():
        blog = Blog(
            engine=db.engine,
            instance=Path(app.instance_path),
            media=media_store(app).address,
            public=app.config["PUBLIC_URL"],
            environment=dict(os.environ),
        )
        try:
            yield Upgrade(blog, home, now())
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NeedsRestart as error:
        click.echo(f"The version is current. To let it serve: {error}")
    except UpgradeError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _steps(label: str) -> Iterator[Callable[[str], None]]:
    """Show which step is under way."""
    with click.progressbar(
        length=5,
        label=label,
        show_eta=False,
        show_percent=False,
        item_show_func=lambda item: item or "",
    ) as progress:
        yield lambda name: progress.update(1, name)
