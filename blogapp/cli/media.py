"""Looking after the files: `media check`, `media move`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.jobs.running import Hopeless
from blogapp.media import moving
from blogapp.media.checking import list_all, list_unnamed, place_of, remove_unnamed
from blogapp.media.making import look_at, make_missing
from blogapp.media.models import Media
from blogapp.media.moving import Moved, count_wanted, digest_of, list_wanted
from blogapp.media.stores import Entry, Store
from blogapp.media.stores.addresses import SCHEME, BadAddress, BucketAddress, Keys
from blogapp.media.stores.folder import Folder
from blogapp.media.stores.opening import open_store
from blogapp.media.storing import plan_work
from blogapp.media.variants import missing_variants, parse_variant, variant_key
from blogapp.posts.models import PostMedia
from blogapp.posts.rendering import rebuild
from blogapp.site.reading import get_site
from blogapp.web.clock import now
from blogapp.web.media_store import media_store

# Files that broken uploads may leave even where there are hardly any others.
_FEW = 20


@click.group()
def media() -> None:
    """Images and files."""


@media.command()
@click.option("--later", is_flag=True, help="Leave making smaller versions to the running blog.")
@click.option("--deep", is_flag=True, help="Read every file, and compare it with its hash.")
@click.option("--remove", is_flag=True, help="Remove what nothing names, however many they are.")
def check(later: bool, deep: bool, remove: bool) -> None:
    """Look for missing files, and make the smaller versions of pictures that lack some.

    Files that nothing names, as an upload leaves that broke off, go when they are a day old;
    where they are most of what is there, only with --remove: they may be another blog's.
    """
    with opened_blog() as app:
        store = media_store(app)
        ids = db.session.scalars(select(Media.id).order_by(Media.id)).all()
        there = list_all(store)
        lost = _look(ids, store, there)
        if deep:
            lost += _read(store, there)
        lost += _clear(store, there, is_told=remove)
        waiting = [each.id for each in _kept(ids) if missing_variants(each)]
        if later:
            _leave(waiting)
            click.echo(f"{len(waiting)} pictures get their smaller versions from the blog.")
        else:
            made, failed = _make(waiting, store)
            click.echo(f"{len(ids)} files, {made} smaller versions made.")
            lost += failed
        for line in lost:
            click.echo(line, err=True)
    if lost:
        raise SystemExit(1)


def _look(ids: Sequence[int], store: Store, there: Mapping[str, Entry]) -> list[str]:
    """Look at files that nobody has looked at; return what is wrong, a line each."""
    lost, changed = [], set[int]()
    with click.progressbar(ids, label="Looking") as progress:
        for media_id in progress:
            found = db.session.get_one(Media, media_id)
            if found.key not in there:
                if not found.replaced_by_id:
                    lost.append(f"{place_of(store, found.key)} is missing: restore it from a copy")
                continue
            if look_at(found, store):
                used = select(PostMedia.post_id).where(PostMedia.media_id == media_id)
                changed.update(db.session.scalars(used))
            # Versions that were lost with their folder are made anew.
            found.variants = {
                name: size
                for name, size in found.variants.items()
                if not size or _path(found, name) in there
            }
            db.session.commit()
    zone = get_site().zone
    with click.progressbar(sorted(changed), label="Rendering") as posts:
        for post_id in posts:
            rebuild(post_id, zone)
            db.session.commit()
    return lost


def _read(store: Store, there: Mapping[str, Entry]) -> list[str]:
    """Read every file whose hash is known; return what is wrong, a line each."""
    wrong = []
    known = [wanted for wanted in list_wanted() if wanted.sha256 and wanted.key in there]
    with click.progressbar(known, label="Reading") as progress:
        for wanted in progress:
            if digest_of(store, wanted.key) != wanted.sha256:
                place = place_of(store, wanted.key)
                wrong.append(f"{place} is not what was kept: restore it from a copy")
    return wrong


def _clear(store: Store, there: Mapping[str, Entry], *, is_told: bool) -> list[str]:
    """Remove files that nothing names; return what is wrong, a line each."""
    unnamed = list_unnamed(there)
    if not unnamed:
        return []
    if not is_told and len(unnamed) > max(_FEW, len(there) // 2):
        return [
            f"{len(unnamed)} of the {len(there)} files in {store.address} are named by nothing "
            "here. They stay: another blog may keep its files there, and each needs a place of "
            "its own. If none does: blogapp media check --remove"
        ]
    removed = remove_unnamed(store, unnamed, now=now())
    rest = f", {len(unnamed) - removed} stay for a day" if removed < len(unnamed) else ""
    click.echo(f"{len(unnamed)} files that nothing names: {removed} removed{rest}.")
    return []


def _path(found: Media, name: str) -> str:
    return variant_key(found.key, parse_variant(name))


def _kept(ids: Sequence[int]) -> Sequence[Media]:
    query = select(Media).where(
        Media.id.in_(ids), Media.deleted_at.is_(None), Media.replaced_by_id.is_(None)
    )
    return db.session.scalars(query.order_by(Media.id)).all()


def _leave(ids: Sequence[int]) -> None:
    for each in _kept(ids):
        plan_work(each, now=now())
    db.session.commit()


def _make(ids: Sequence[int], store: Store) -> tuple[int, list[str]]:
    made, failed = 0, []
    with click.progressbar(ids, label="Making") as progress:
        for media_id in progress:
            try:
                made += make_missing(media_id, store)
            except Hopeless as error:
                failed.append(f"the file {media_id} cannot be made smaller: {error}")
    return made, failed


@media.command()
@click.argument("to")
@click.option("--from", "origin", help="Where files come from: the present setting, unless given.")
@click.option("--dry-run", is_flag=True, help="Only say what would be copied.")
@click.option("--delete", is_flag=True, help="When all is copied, remove it where it came from.")
def move(to: str, origin: str | None, dry_run: bool, delete: bool) -> None:
    """Copy all files into TO, a folder or s3://…, while the blog goes on.

    Each is read again there and compared with its hash; cut short, run it again. Then set
    BLOG_MEDIA_URL to TO, restart, and run it once more with --from for what came meanwhile.
    """
    with opened_blog() as app:
        here = media_store(app)
        source, target = _named(origin, app) if origin else here, _named(to, app)
        if source.address == target.address:
            raise click.UsageError(f"the files are in {target.address} already")
        with click.progressbar(length=max(1, count_wanted()), label="Moving") as progress:
            moved = moving.move(
                source, target, is_trial=dry_run, done=lambda _bytes: progress.update(1)
            )
        _tell_moved(moved, source, target, is_trial=dry_run)
        if moved.wrong:
            raise SystemExit(1)
        if delete and not dry_run:
            moving.remove_moved(source, target, moved)
            click.echo(f"{moved.removed} files removed from {source.address}.")
        if not dry_run and here.address != target.address:
            click.echo(f"Now set BLOG_MEDIA_URL={target.address} and restart the blog, then run:")
            click.echo(f"  blogapp media move '{target.address}' --from '{source.address}'")


def _named(text: str, app: Flask) -> Store:
    """Return the store that an address names; the second pair of keys opens the other bucket."""
    if text == media_store(app).address:
        return media_store(app)
    if not text.startswith((SCHEME, "file://")) and "://" in text:
        raise click.UsageError(f"{text!r} is neither a folder nor like s3://bucket")
    if not text.startswith(SCHEME):
        return Folder(Path(text.removeprefix("file://")).resolve())
    try:
        address = BucketAddress.parse(text)
    except BadAddress as error:
        raise click.UsageError(f"{text}: {error}") from error
    other: Keys = app.config["OTHER_KEYS"]
    keys = other if other.access else app.config["BUCKET_KEYS"]
    return open_store(app.config["MEDIA_FOLDER"], address, keys)


def _tell_moved(moved: Moved, source: Store, target: Store, *, is_trial: bool) -> None:
    what = "to copy" if is_trial else "copied"
    size = f"{moved.bytes / 1e6:,.1f} MB"
    click.echo(
        f"{moved.copied} files {what} from {source.address} to {target.address}, "
        f"{moved.were_there} were there: {size} in all."
    )
    for key, fate in moved.wrong.items():
        click.echo(f"{key} {fate.value}: blogapp media check --deep", err=True)
