"""Looking after the blog: `doctor`, `render rebuild`."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import func, select

from blogapp.accounts.models import Author, Role
from blogapp.accounts.registering import has_own_account
from blogapp.backups.remembering import last_backup
from blogapp.cli.directory import check_directory
from blogapp.cli.messages import check_mail
from blogapp.cli.opening import opened_blog
from blogapp.demo.loading import count_posts
from blogapp.extensions import db
from blogapp.jobs.queueing import count_given_up
from blogapp.media.making import IMAGES
from blogapp.media.models import Media
from blogapp.posts.commenting import list_stale, render_anew
from blogapp.posts.models import NOT_FORMATTED, Post
from blogapp.posts.relating import relate_anew
from blogapp.posts.rendering import rebuild
from blogapp.posts.searching import count_missing, count_searchable
from blogapp.site.reading import get_site
from blogapp.text import diagramming, markdown, typesetting
from blogapp.web.cards import forget_lost_cards
from blogapp.web.clock import now
from blogapp.web.theme_checking import check_theme

BATCH = 50


@click.command()
def doctor() -> None:
    """Check settings, database, media and accounts; say what to do about each problem."""
    with opened_blog() as app:
        problems = 0
        for level, message in _findings(app):
            problems += level == "problem"
            click.echo(f"{level:8} {message}")
    if problems:
        raise SystemExit(1)


@click.group()
def render() -> None:
    """What is made from the posts' texts."""


@render.command("rebuild")
@click.option("--all", "everything", is_flag=True, help="Also posts that are up to date.")
def rebuild_posts(everything: bool) -> None:
    """Make HTML, excerpts, drawings and related posts anew where this version differs."""
    with opened_blog():
        zone = get_site().zone
        query = select(Post.id).order_by(Post.id)
        if not everything:
            query = query.where(Post.renderer_version != markdown.VERSION)
        ids = db.session.scalars(query).all()
        _for_each(ids, "Rendering", lambda post_id: rebuild(post_id, zone))
        # Only now do all texts say which words are rare.
        _for_each(ids, "Relating", relate_anew)
        _for_each(list_stale(), "Comments", render_anew)
        forget_lost_cards()
        click.echo(f"Rendered {len(ids)} posts.")


def _for_each(ids: Sequence[int], label: str, make: Callable[[int], None]) -> None:
    with click.progressbar(ids, label=label) as progress:
        for done, post_id in enumerate(progress, start=1):
            make(post_id)
            if done % BATCH == 0:
                db.session.commit()
    db.session.commit()


def _findings(app: Flask) -> Iterator[tuple[str, str]]:
    yield from _check_address(app)
    yield from _check_database(app)
    yield from _check_media(app)
    yield from _check_backup(app)
    yield from _check_people()
    yield from check_directory(app)
    yield from check_mail(app)
    yield from check_theme(app, get_site())
    yield from _check_rendering()
    yield from _check_search()


def _check_rendering() -> Iterator[tuple[str, str]]:
    count, version = select(func.count(Post.id)), Post.renderer_version
    if plain := _count(count.where(version == NOT_FORMATTED)):
        yield "warning", f"{plain} posts are shown as they were typed: formatting costs too much"
    for part, works, name in (
        ("formulas", typesetting, "math"),
        ("diagrams", diagramming, "diagrams"),
    ):
        if not works.is_possible():
            install = f"pip install --requirement requirements/{name}.txt"
            yield "warning", f"{part} are shown as their source: {install}, render rebuild --all"
    if stale := _count(count.where(version.not_in([markdown.VERSION, NOT_FORMATTED]))):
        yield "warning", f"{stale} posts were rendered by another version: blogapp render rebuild"


def _check_search() -> Iterator[tuple[str, str]]:
    total, missing = count_searchable(), count_missing()
    yield "ok", f"search: {total - missing} posts in the index"
    if missing:
        yield "warning", f"{missing} posts are missing from the search: blogapp search rebuild"


def _check_address(app: Flask) -> Iterator[tuple[str, str]]:
    url = app.config["PUBLIC_URL"]
    if app.config["SECURE"]:
        yield "ok", f"readers come to {url}"
    elif app.config["TRUSTED_HOSTS"] == [app.config["TRUSTED_HOSTS"][0]]:
        yield "warning", f"{url} is http: passwords and cookies travel in clear; use https"
    else:
        yield "ok", f"{url} is for this machine alone; set BLOG_PUBLIC_URL to the public address"


def _check_database(app: Flask) -> Iterator[tuple[str, str]]:
    backend = db.engine.dialect.name
    if backend == "sqlite":
        version = ".".join(map(str, sqlite3.sqlite_version_info))
        yield "ok", f"database: SQLite {version}, schema current"
        found = db.session.connection().exec_driver_sql("PRAGMA quick_check").scalar()
        if found != "ok":
            yield "problem", f"the database file is damaged ({found}): restore a copy"
    else:
        yield "ok", f"database: {backend}, schema current"


def _check_media(app: Flask) -> Iterator[tuple[str, str]]:
    folder: Path = app.config["MEDIA_FOLDER"]
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        yield "problem", f"{folder} cannot be written: give it to the user that runs the blog"
    there = Media.deleted_at.is_(None) & Media.replaced_by_id.is_(None)
    keys = db.session.scalars(select(Media.key).where(there)).all()
    missing = [key for key in keys if not (folder / key).is_file()]
    yield "ok", f"media: {len(keys) - len(missing)} files in {folder}"
    for key in missing[:10]:
        yield "problem", f"{folder / key} is missing: restore it from a copy"
    unseen = Media.frames.is_(None) & Media.content_type.in_(sorted(IMAGES))
    if waiting := _count(select(func.count(Media.id)).where(unseen)):
        yield "warning", f"{waiting} pictures have no smaller versions: blogapp media check"
    if given_up := count_given_up():
        yield "warning", f"{given_up} pieces of work were given up: Media, under /write, says why"


def _check_backup(app: Flask) -> Iterator[tuple[str, str]]:
    last = last_backup(Path(app.instance_path))
    if last is None:
        yield "warning", "there is no backup yet: blogapp backup FOLDER"
        return
    size = f"{last.size / 1e6:,.1f} MB"
    said = f"last backup: {last.made_at:%Y-%m-%d %H:%M} UTC, {last.path} ({size})"
    if last.is_overdue(now()):
        yield "warning", f"{said}, more than two days ago: does its timer run?"
    elif not last.path.exists():
        yield "ok", f"{said}, which is elsewhere by now"
    else:
        yield "ok", said


def _check_people() -> Iterator[tuple[str, str]]:
    if not has_own_account():
        yield "warning", "nobody has an account yet: blogapp author add EMAIL --role owner"
        return
    owners = select(func.count(Author.id)).where(
        Author.role == Role.OWNER, Author.email.is_not(None), Author.disabled_at.is_(None)
    )
    yield ("ok", "there is an owner") if _count(owners) else ("warning", "there is no owner")
    if demo := count_posts():
        yield "warning", f"{demo} posts are the demo's: blogapp demo --remove"
    scheduled = select(func.count(Post.id)).where(Post.published_at > now())
    if waiting := _count(scheduled):
        yield "ok", f"{waiting} posts wait for their time"


def _count(query: object) -> int:
    return db.session.scalar(query) or 0  # type: ignore[call-overload]
