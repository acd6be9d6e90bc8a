"""The page store: a folder in which a file server finds the present pages, and the last complete.

    generations/NAME/…   the files of one version of the content, as `filing` names them
    current              leads to the generation of the present version, which is filled as one goes
    complete             leads to the last one that holds every public page
    scratch/             where files are written before they have a name

Both links are switched by a rename, so a server sees one generation or the other. What is
not in the present one yet, it asks the application for. Any number of processes may work here.
"""

import fcntl
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from blogapp.caching.filing import Writer

# Seconds after which nobody reads in a generation any more that no link leads to.
GRACE = 30.0
# Seconds after which a file that has got no name is of a process that was killed.
ABANDONED = 300.0

_MARK = "store.json"
# In each generation; no address has such a name.
_BUILD = "build"
# What a process may have made that was killed before it left its mark.
_OWN = frozenset({"generations", "scratch", "lock"})
_BOOT = Path("/proc/sys/kernel/random/boot_id")

_log = logging.getLogger(__name__)


class ForeignFolder(Exception):
    """The folder belongs to another blog, or to nobody's page store."""


@dataclass(frozen=True)
class Maker:
    """What tells this process's files from others': the blog, and all its pages depend on
    beside the content. ``since`` is when it was started, in seconds since 1970.
    """

    blog: str
    build: str
    since: float


class PageStore:
    """The page store of one blog, as one process sees it."""

    def __init__(self, folder: Path, maker: Maker, *, sync: Callable[[], None] = os.sync) -> None:
        self.folder, self.maker, self.sync = folder, maker, sync
        self.generations = folder / "generations"
        self.scratch = folder / "scratch"
        self._writers: dict[str, Writer] = {}

    def demand_own(self) -> None:
        """Raise `ForeignFolder` where this is another blog's, or holds what no page store does."""
        mark = self._mark()
        if mark is not None and mark.get("blog") != self.maker.blog:
            raise ForeignFolder(f"{self.folder} is the page store of another blog")
        if mark is None and self.folder.is_dir():
            names = {path.name for path in self.folder.iterdir()}
            if foreign := sorted(names - _OWN):
                raise ForeignFolder(f"{self.folder} holds {foreign[0]}, which is no page store's")

    def open(self) -> None:
        """Make the folder a page store of this blog, whose pages this process makes from now on.

        Raises `ForeignFolder`, and `OSError` where nothing can be written.
        """
        self.demand_own()
        for folder in (self.folder, self.generations, self.scratch):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o755)
        with self._locked():
            self.demand_own()
            mark = self._mark() or {}
            # Of two versions of the software that run for a while, the one started last counts.
            if mark.get("since", 0) <= self.maker.since and mark.get("build") != self.maker.build:
                made = {"blog": self.maker.blog, "build": self.maker.build}
                self._replace(_MARK, json.dumps({**made, "since": self.maker.since}))

    def is_emptied(self) -> bool:
        """Whether somebody has emptied the folder, which is then to be opened again."""
        return not (self.folder / _MARK).exists()

    def is_ours(self) -> bool:
        """Whether this process's software is the one that makes the pages here."""
        mark = self._mark() or {}
        return mark.get("build") == self.maker.build and mark.get("blog") == self.maker.blog

    def name_of(self, token: str) -> str:
        """Return the name of the generation for a version of the content.

        After a power cut the last files may be hollow: each start of the machine has its own.
        """
        return f"{_boot()}-{_digest(token, self.maker.build)}"

    @property
    def current(self) -> str | None:
        """The name of the generation that is served; None where there is none."""
        return self._led_to("current")

    @property
    def complete(self) -> str | None:
        """The name of the last generation that holds every page."""
        return self._led_to("complete")

    def complete_by_us(self) -> Path | None:
        """Return the folder of the complete generation, if the same software has made it."""
        folder = self.folder / "complete"
        try:
            is_ours = (folder / _BUILD).read_text() == self.maker.build
            return folder.resolve(strict=True) if is_ours else None
        except OSError:
            return None

    def switch(self, look: Callable[[], str]) -> bool:
        """Let the present version be served, and return whether another one was before.

        ``look`` asks for its token; empty is none at all. It is asked while no other process
        switches, so that none who was late leads back to an older version. Raises `OSError`
        where that cannot be written; then the application is asked for every page.
        """
        with self._locked():
            token, before = look(), self.current
            if not token or before == self.name_of(token) or not self.is_ours():
                return False
            try:
                self._make(self.name_of(token))
                self._lead("current", self.name_of(token))
            except OSError:
                # Taking away needs no room: better no page than an old one.
                self.stop_serving()
                raise
            if before:
                with suppress(OSError):
                    os.utime(self.generations / before)  # from now on it grows old
        return True

    def stop_serving(self) -> None:
        """Let the application be asked for every page, for as long as it runs."""
        with suppress(OSError):
            (self.folder / "current").unlink(missing_ok=True)

    def finish(self, name: str) -> None:
        """Let this generation be served where the application does not answer."""
        # What it consists of shall outlast a power cut, since the link to it will.
        self.sync()
        self._lead("complete", name)

    def set_apart(self, name: str) -> str:
        """Rename a generation into which newer pages will be mixed; return its new name.

        It holds more than one version from then on, so nobody may take it for one.
        """
        apart = f"{name}-mixed-{secrets.token_hex(4)}"
        (self.generations / name).rename(self.generations / apart)
        self._writers.pop(name, None)
        return apart

    def writer(self, name: str) -> Writer:
        """Return what writes into a generation, as long as there is one of this name."""
        complete = self.complete
        # A file of another start of the machine may be hollow, unless it was complete.
        before = self.generations / complete if complete and complete != name else None
        writer = self._writers.get(name)
        if writer is None or writer.before != before:
            self._writers.clear()
            folder = self.generations / name
            writer = Writer(folder, self.scratch, before=before, is_stamped=True)
            self._writers[name] = writer
        return writer

    def clear_up(self, *keep: str) -> None:
        """Remove generations that nobody reads in any more, and what killed processes left."""
        for path in _aged(self.scratch, ABANDONED):
            _remove(path)
        for path in _aged(self.generations, GRACE):
            if gone := self._taken_away(path.name, keep):
                _remove(gone)

    @contextmanager
    def walking(self) -> Iterator[bool]:
        """Give whether this process is the one that walks; that ends with it, however it ends."""
        with (self.folder / "walk.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                with _released(file):
                    yield True

    def _taken_away(self, name: str, keep: tuple[str, ...]) -> Path | None:
        """Take a generation's name away while nothing can lead to it; return where it is now."""
        with self._locked():
            if name in {self.current, self.complete, *keep}:
                return None
            gone = self.scratch / f"gone-{secrets.token_hex(8)}"
            with suppress(FileNotFoundError):
                (self.generations / name).rename(gone)
                return gone
        return None

    def _make(self, name: str) -> None:
        folder = self.generations / name
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            (folder / _BUILD).write_text(self.maker.build)

    def _lead(self, link: str, name: str) -> None:
        made = self.scratch / secrets.token_hex(8)
        made.symlink_to(Path("generations") / name)
        made.replace(self.folder / link)

    def _led_to(self, link: str) -> str | None:
        try:
            return (self.folder / link).readlink().name
        except OSError:
            return None

    def _mark(self) -> Mapping[str, Any] | None:
        try:
            mark = json.loads((self.folder / _MARK).read_text())
        except FileNotFoundError:
            return None
        except ValueError:
            mark = None
        return mark if isinstance(mark, dict) else {}

    def _replace(self, name: str, text: str) -> None:
        made = self.scratch / secrets.token_hex(8)
        made.write_text(text)
        made.replace(self.folder / name)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Have no other process or thread in such a block."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with _released(file):
                yield


@contextmanager
def _released(file: IO[str]) -> Iterator[None]:
    """Give up the lock at the end: a child forked meanwhile would hold it with its copy."""
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _digest(*words: str) -> str:
    return blake2b("\0".join(words).encode(), digest_size=10).hexdigest()


@cache
def _boot() -> str:
    """Return a word that is another one after each start of the machine, where that is told."""
    try:
        return _digest(_BOOT.read_text())[:8]
    except OSError:
        return "0"


def _aged(folder: Path, age: float) -> list[Path]:
    """Return what lies in a folder and was not touched for so many seconds."""
    limit, found = time.time() - age, []
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):
            if entry.stat(follow_symlinks=False).st_mtime < limit:
                found.append(Path(entry.path))
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
