"""The files: the instance folder, its secret, media, backups, pages as files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from blogapp.backups.remembering import last_backup
from blogapp.extensions import db
from blogapp.media.checking import place_of
from blogapp.media.making import IMAGES
from blogapp.media.models import Media
from blogapp.web.clock import now
from blogapp.web.media_store import media_store


def check_folders(app: Flask) -> Iterator[tuple[str, str]]:
    """Look at who may read and write what the blog keeps."""
    folder = Path(app.instance_path)
    if os.access(folder, os.W_OK | os.X_OK):
        yield "ok", f"instance: {folder}"
    else:
        yield "problem", f"{folder} cannot be written: give it to the user that runs the blog"
    media: Path = app.config["MEDIA_FOLDER"]
    there = next(path for path in (media, *media.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield "problem", f"{media} cannot be written: give it to the user that runs the blog"
    secret = folder / "secret_key"
    if secret.exists() and not os.environ.get("BLOG_SECRET_KEY"):
        mode = secret.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield "problem", f"{secret} is no secret to other users: chmod 600 {secret}"
    for path in (folder, secret):
        if path.exists() and path.stat().st_uid != os.geteuid() and os.geteuid() != 0:
            yield "warning", f"{path} belongs to another user than the one who asks"


def check_media(app: Flask) -> Iterator[tuple[str, str]]:
    """Look for files that are named and not there."""
    store = media_store(app)
    there = Media.deleted_at.is_(None) & Media.replaced_by_id.is_(None)
    keys = set(db.session.scalars(select(Media.key).where(there)))
    missing = sorted(keys - {entry.key for entry in store.list()}) if keys else []
    yield "ok", f"media: {len(keys) - len(missing)} files in {store.address}"
    for key in missing[:10]:
        yield "problem", f"{place_of(store, key)} is missing: restore it from a copy"
    if len(missing) > 10:
        yield "problem", f"and {len(missing) - 10} more are missing"
    unseen = Media.frames.is_(None) & Media.content_type.in_(sorted(IMAGES))
    if waiting := db.session.scalar(select(func.count(Media.id)).where(unseen)):
        yield "warning", f"{waiting} pictures have no smaller versions: blogapp media check"


def check_backup(app: Flask) -> Iterator[tuple[str, str]]:
    """Say when the last good backup was made from here."""
    last = last_backup(Path(app.instance_path))
    if last is None:
        yield "warning", "there is no backup yet: blogapp backup FOLDER"
        return
    size = f"{last.size / 1e6:,.1f} MB"
    said = f"last backup: {last.made_at:%Y-%m-%d %H:%M} UTC, {last.path} ({size})"
    if last.is_overdue(now()):
        yield "warning", f"{said}, more than two days ago: does its timer run?"
    elif last.made_at > now():
        yield "warning", f"{said}, which is still to come: is the clock right?"
    elif not last.path.exists():
        yield "ok", f"{said}, which is elsewhere by now"
    elif not os.access(last.path, os.R_OK):
        yield "warning", f"{said}, which this user cannot read"
    elif last.path.stat().st_size != last.size:
        yield "problem", f"{said} has another size now: make a new one, blogapp backup FOLDER"
    else:
        yield "ok", said


def check_page_store(app: Flask) -> Iterator[tuple[str, str]]:
    """Look whether pages can be written as files."""
    folder: Path | None = app.config["PAGE_STORE"]
    if folder is None:
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield "warning", f"{folder} cannot be written: pages are not sent as files"
    else:
        yield "ok", f"pages as files: {folder}"
