"""Trying a version on a copy of the blog, beside the one that readers read.

Both versions are started on the same copy, one after the other: the old one as it is, the new one
after it has migrated it. Neither writes a mail, works on jobs, purges a cache or asks Redis, and
both listen to this machine alone.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from blogapp.backups.files import FILES, FOLDERS
from blogapp.upgrading.copying import copied
from blogapp.upgrading.errors import UpgradeError
from blogapp.upgrading.pages import Difference, choose, compare, fetch, fetch_all
from blogapp.upgrading.releases import PROGRAM

# Seconds until a version serves on a copy.
PATIENCE = 60.0
SCRATCH = ".rehearsing-"
# What would reach others, or be shared with the blog that serves.
_QUIET = (
    *("BLOG_MAIL_URL", "BLOG_REDIS_URL", "BLOG_PAGE_STORE", "BLOG_METRICS_TOKEN"),
    *("BLOG_METRICS_ALLOW", "GUNICORN_CMD_ARGS", "GUNICORN_PID", "GUNICORN_FD"),
    *("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "PYTHONPATH", "PYTHONHOME"),
)
_QUIET_KINDS = ("BLOG_PURGE_",)


@dataclass
class Rehearsal:
    """What came of it."""

    # Seconds that the migration took.
    migrated_in: float = 0.0
    pages: int = 0
    differences: Sequence[Difference] = field(default=())

    @property
    def is_well(self) -> bool:
        return not any(each.is_grave for each in self.differences)


@dataclass(frozen=True)
class Blog:
    """The blog that is to be upgraded: its database, its folder, how readers call it."""

    engine: Engine
    instance: Path
    media: str
    public: str
    environment: Mapping[str, str]


def rehearse(
    blog: Blog, old: Path, new: Path, *, now: datetime, told: Callable[[str], None]
) -> Rehearsal:
    """Migrate a copy with ``new``, open pages of both versions on it, and compare them.

    ``old`` and ``new`` are folders of releases. The blog itself is only read. Raises
    `UpgradeError` where a version does not come up on the copy.
    """
    for left in blog.instance.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=blog.instance, prefix=SCRATCH) as scratch:
        folder = Path(scratch)
        told("copying the database")
        with copied(blog.engine, folder, now=now) as address:
            environment = _surroundings(blog, folder, address, _free_port())
            copy = create_engine(address, poolclass=NullPool)
            paths = choose(copy, now=now)
            told("opening pages as they are")
            with _serving(old, environment) as at:
                before = fetch_all(at, paths, blog.public, lambda _count: None)
            told("migrating the copy")
            said = run(new, ["init"], environment)
            found = Rehearsal(_seconds(said), len(paths))
            told("opening pages as they will be")
            with _serving(new, environment) as at:
                after = fetch_all(at, paths, blog.public, lambda _count: None)
        found.differences = list(compare(before, after))
        return found


def run(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a command of the version in a folder; return what it says. Raises `UpgradeError`."""
    command = [str(folder / PROGRAM), *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()
        raise UpgradeError(f"blogapp {arguments[0]} of {folder.name} failed: {lines[-1]}")
    return done.stdout


def plain(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which another version's Python finds its own packages alone."""
    others = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    return {name: text for name, text in environment.items() if name not in others}


def _surroundings(blog: Blog, folder: Path, address: str, port: int) -> dict[str, str]:
    names = {*_QUIET, *(f"{name}_FILE" for name in _QUIET)}
    kept = {
        name: text
        for name, text in plain(blog.environment).items()
        if name not in names and not name.startswith(_QUIET_KINDS)
    }
    for name in ("BLOG_DATABASE_URL", "BLOG_MEDIA_URL", "BLOG_PUBLIC_URL"):
        kept.pop(f"{name}_FILE", None)
    for part in (*FOLDERS, *FILES, "secret_key"):
        source = blog.instance / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        elif source.is_file():
            shutil.copy2(source, folder / part)
    return kept | {
        "BLOG_INSTANCE": str(folder),
        "BLOG_DATABASE_URL": address,
        "BLOG_MEDIA_URL": blog.media,
        "BLOG_PUBLIC_URL": blog.public,
        "BLOG_HOST": "127.0.0.1",
        "BLOG_PORT": str(port),
        "BLOG_WORKERS": "1",
        "BLOG_JOBS": "apart",
        "BLOG_ACCESS_LOG": "0",
        # What is kept would answer for what is not there any more.
        "BLOG_KEEP_MB": "0",
    }


@contextmanager
def bound(pid: int) -> Iterator[None]:
    """Have a process of ours end with us within the block, however we end (``kill -9``)."""
    # The pipe is closed by whatever ends this process, and by nothing else.
    guard = subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill "$1"', "guard", str(pid)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    with guard:
        try:
            yield
        finally:
            guard.kill()


@contextmanager
def _serving(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Serve with a version; give HOST:PORT. Its log is kept for what it says when it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [str(folder / PROGRAM), "serve"],
            env=environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True,
        )  # fmt: skip
        try:
            with bound(process.pid):
                address = f"127.0.0.1:{environment['BLOG_PORT']}"
                _await(process, address, environment["BLOG_PUBLIC_URL"], folder, log)
                yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()


def _await(
    process: "subprocess.Popen[bytes]", address: str, public: str, folder: Path, log: IO[str]
) -> None:
    end = monotonic() + PATIENCE
    while process.poll() is None and monotonic() < end:
        try:
            if fetch(address, "/readyz", public).status == 200:
                return
        except UpgradeError:
            pass
        sleep(0.05)
    log.seek(0)
    lines = [line for line in log.read().splitlines() if line.strip()]
    raise UpgradeError(f"{folder.name} does not come up on the copy: {(lines or ['no word'])[-1]}")


def _seconds(said: str) -> float:
    """Return how long a version says that its migration took."""
    found = re.search(r"Migrated in ([\d.]+) s", said)
    return float(found[1]) if found else 0.0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
