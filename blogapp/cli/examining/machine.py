"""The machine: versions, memory, disk, clock."""

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from blogapp.backups.remembering import last_backup
from blogapp.extensions import db
from blogapp.upgrading.releases import version
from blogapp.web.clock import now

MEGABYTE = 1_000_000
# Below these a save, a backup or an upgrade may fail.
LITTLE, VERY_LITTLE = 1_000 * MEGABYTE, 100 * MEGABYTE
FEW_INODES = 5_000
# What a worker takes with everything that it renders by, and the software once.
WORKER, SHARED = 90 * MEGABYTE, 120 * MEGABYTE
# Seconds that clocks may be apart.
DRIFT = 5
OLDEST_SQLITE = (3, 34)


def check_versions(app: Flask) -> Iterator[tuple[str, str]]:
    """Say what runs here."""
    python = platform.python_version()
    yield "ok", f"blogapp {version()} on Python {python}, SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield "problem", f"SQLite {sqlite3.sqlite_version} is too old for the search: 3.34 or newer"
    if sys.version_info < (3, 11, 5):
        yield "problem", f"Python {python} is too old: 3.11.5 or newer is needed"


def check_memory(app: Flask) -> Iterator[tuple[str, str]]:
    """Compare what the workers want with what the machine, or its limit for us, has."""
    there = _memory()
    workers = app.config["WORKERS"]
    wanted = SHARED + workers * (WORKER + app.config["KEEP_MB"] * MEGABYTE)
    said = f"{workers} workers want some {wanted / MEGABYTE:,.0f} MB"
    if there is None:
        yield "ok", f"memory: {said}"
    elif wanted > there * 0.8:
        said += f" of {there / MEGABYTE:,.0f} MB"
        yield "warning", f"{said}: lower BLOG_WORKERS or BLOG_KEEP_MB"
    else:
        yield "ok", f"memory: {said} of {there / MEGABYTE:,.0f} MB"


def check_disk(app: Flask) -> Iterator[tuple[str, str]]:
    """Say how much room there is where the blog writes, and for how long."""
    folders = {"the instance": Path(app.instance_path), "the media": app.config["MEDIA_FOLDER"]}
    if store := app.config["PAGE_STORE"]:
        folders["the pages"] = store
    if made := last_backup(Path(app.instance_path)):
        folders["the backups"] = made.path.parent
    seen = set[int]()
    for name, folder in folders.items():
        while not folder.exists():
            folder = folder.parent
        device = folder.stat().st_dev
        if device not in seen:
            seen.add(device)
            yield from _check_room(name, folder)


def check_clock(app: Flask) -> Iterator[tuple[str, str]]:
    """Compare the clocks of this machine, its disk and its database."""
    here = now()
    if here.year < 2026:
        yield "problem", f"the clock says {here:%Y-%m-%d}: set it; scheduled posts go by it"
    yield "ok", f"clock: {here:%Y-%m-%d %H:%M:%S} UTC, here {time.strftime('%H:%M %Z')}"
    others = {"the database": _clock_of_database(), "the disk": _clock_of_disk(app)}
    for name, moment in others.items():
        if moment and abs((moment - now()).total_seconds()) > DRIFT:
            apart = (moment - now()).total_seconds()
            advice = "synchronise both (timedatectl)"
            yield "warning", f"the clock of {name} is {apart:+.0f} seconds off: {advice}"


def _check_room(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    room = shutil.disk_usage(folder)
    said = f"disk of {name}: {room.free / MEGABYTE:,.0f} MB are free ({folder})"
    if room.free < VERY_LITTLE:
        yield "problem", f"{said}: make room, writing will fail"
    elif room.free < LITTLE or room.free < room.total * 0.05:
        yield "warning", f"{said}: make room before the next upgrade"
    else:
        yield "ok", f"{said}{_forecast(folder, room.free)}"
    counted = os.statvfs(folder)
    if counted.f_files and counted.f_favail < FEW_INODES:
        yield "warning", f"{counted.f_favail} more files fit on the disk of {name}: remove some"


def _forecast(folder: Path, free: int) -> str:
    """Say for how many backups there is room, where the disk is that of the backups."""
    largest = max((path.stat().st_size for path in folder.glob("blog-*.tar")), default=0)
    return f", room for {free // largest:,} more backups" if largest else ""


def _memory() -> int | None:
    """Return the bytes that there are for us: the machine's, or a container's limit."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return there
    return min(there, int(limit)) if limit.isdigit() else there


def _clock_of_database() -> datetime | None:
    if db.engine.dialect.name == "sqlite":
        return None
    said: datetime | None = db.session.scalar(text("SELECT clock_timestamp()"))
    return said and said.astimezone(UTC)


def _clock_of_disk(app: Flask) -> datetime | None:
    """Return what the file system says of a file that is made now; None where none can be."""
    try:
        with tempfile.TemporaryFile(dir=app.instance_path) as file:
            file.write(b".")
            file.flush()
            return datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except OSError:
        return None
