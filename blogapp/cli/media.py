"""Looking after the files: `media check`."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import select

from blogapp.cli.opening import opened_blog
from blogapp.extensions import db
from blogapp.jobs.running import Hopeless
from blogapp.media.making import look_at, make_missing
from blogapp.media.models import Media
from blogapp.media.storing import plan_work
from blogapp.media.variants import missing_variants, parse_variant, variant_key
from blogapp.posts.models import PostMedia
from blogapp.posts.rendering import rebuild
from blogapp.site.reading import get_site
from blogapp.web.clock import now


@click.group()
def media() -> None:
    """Images and files."""


@media.command()
@click.option("--later", is_flag=True, help="Leave making smaller versions to the running blog.")
def check(later: bool) -> None:
    """Look for missing files, and make the smaller versions of pictures that lack some."""
    with opened_blog() as app:
        folder: Path = app.config["MEDIA_FOLDER"]
        ids = db.session.scalars(select(Media.id).order_by(Media.id)).all()
        lost = _look(ids, folder)
        waiting = [each.id for each in _kept(ids) if missing_variants(each)]
        if later:
            _leave(waiting)
            click.echo(f"{len(waiting)} pictures get their smaller versions from the blog.")
        else:
            made, failed = _make(waiting, folder)
            click.echo(f"{len(ids)} files, {made} smaller versions made.")
            lost += failed
        for line in lost:
            click.echo(line, err=True)
    if lost:
        raise SystemExit(1)


def _look(ids: Sequence[int], folder: Path) -> list[str]:
    """Look at files that nobody has looked at; return what is wrong, a line each."""
    lost, changed = [], set[int]()
    with click.progressbar(ids, label="Looking") as progress:
        for media_id in progress:
            found = db.session.get_one(Media, media_id)
            if not (folder / found.key).is_file():
                if not found.replaced_by_id:
                    lost.append(f"{folder / found.key} is missing: restore it from a copy")
                continue
            if look_at(found, folder):
                used = select(PostMedia.post_id).where(PostMedia.media_id == media_id)
                changed.update(db.session.scalars(used))
            # Versions that were lost with their folder are made anew.
            found.variants = {
                name: size
                for name, size in found.variants.items()
                if not size or (folder / _path(found, name)).is_file()
            }
            db.session.commit()
    zone = get_site().zone
    with click.progressbar(sorted(changed), label="Rendering") as posts:
        for post_id in posts:
            rebuild(post_id, zone)
            db.session.commit()
    return lost


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


def _make(ids: Sequence[int], folder: Path) -> tuple[int, list[str]]:
    made, failed = 0, []
    with click.progressbar(ids, label="Making") as progress:
        for media_id in progress:
            try:
                made += make_missing(media_id, folder)
            except Hopeless as error:
                failed.append(f"the file {media_id} cannot be made smaller: {error}")
    return made, failed
