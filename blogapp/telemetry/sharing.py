"""Where the processes of one start count together: a folder of files that each maps into memory.

prometheus-client reads them as one (its "multiprocess mode"). The folder is of one start of the
server: two blogs on a machine, and the old and the new server of an update, have each their own.
"""

import fcntl
import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import IO, Any

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "blog-figures-"
# Held by whoever serves, for as long as it lives, however it ends.
_ALIVE = "alive"
# Held while what dead workers counted is put together, and while all is read.
_READING = "reading"
# A file per kind of figure and process. It is given its room before it is mapped: a page of memory
# that the disk has no room for would kill the process that counts (SIGBUS).
_ROOM = {"counter": 1 << 20, "histogram": 1 << 21, "gauge_livesum": 1 << 18}
_DEAD = "dead"

_log = logging.getLogger(__name__)


class Folder:
    """The folder of one start; made by the process that starts workers, inherited by them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = os.getpid()
        self._held: IO[bytes] | None = None

    @classmethod
    def for_this_start(cls) -> "Folder | None":
        """Make a folder where settings ask for figures, and name it to prometheus-client.

        What ended servers left is removed.
        """
        asking = ("BLOG_METRICS_ALLOW", "BLOG_METRICS_TOKEN")
        if not any(os.environ.get(f"{name}{more}") for name in asking for more in ("", "_FILE")):
            return None
        place = Path("/dev/shm")  # nosec B108
        place = place if os.access(place, os.W_OK) else Path(gettempdir())
        _remove_old(place)
        try:
            folder = cls(Path(mkdtemp(prefix=_PREFIX, dir=place)))
            folder._held = (folder.path / _ALIVE).open("wb")
            fcntl.flock(folder._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder.path / _READING).touch()
        except OSError:
            _log.warning("there is no room for figures: /metrics tells less", exc_info=True)
            return None
        os.environ[VARIABLE] = str(folder.path)
        return folder

    @classmethod
    def of_this_process(cls) -> "Folder | None":
        """Return the folder that whoever started this process made."""
        path = os.environ.get(VARIABLE)
        return cls(Path(path)) if path else None

    def take_room(self) -> None:
        """Take the room that this process needs to count; raises `OSError` where there is none."""
        for kind, size in _ROOM.items():
            whole = self.path / f"{kind}_{os.getpid()}.db"
            begun = whole.with_suffix(".begun")
            with begun.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
            # Whoever reads meanwhile could make nothing of a file without its first bytes.
            os.replace(begun, whole)

    def reading(self) -> IO[bytes]:
        """Return a lock, held until it is closed, under which nothing is put together."""
        file = (self.path / _READING).open("rb")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def bury(self, pid: int) -> None:
        """Put what a dead process has counted to what others before it have; never raises.

        Otherwise files would become more and more where workers die again and again.
        """
        try:
            with (self.path / _READING).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                (self.path / f"gauge_livesum_{pid}.db").unlink(missing_ok=True)
                for kind in ("counter", "histogram"):
                    _add(self.path / f"{kind}_{pid}.db", self.path / f"{kind}_{_DEAD}.db")
        except Exception:
            _log.warning("what a worker has counted could not be kept", exc_info=True)

    def remove(self) -> None:
        """Remove the folder; in the process that made it, and in no other."""
        if self._owner == os.getpid():
            shutil.rmtree(self.path, ignore_errors=True)

    def workers(self) -> list[int]:
        """Return the numbers of the processes that count here now."""
        names = (path.stem for path in self.path.glob("gauge_livesum_*.db"))
        return sorted(int(name.rpartition("_")[2]) for name in names)


def _add(source: Path, target: Path) -> None:
    """Add one file's figures to another's, so that the sum of both is what it was."""
    from prometheus_client.mmap_dict import MmapedDict

    figures: Any = MmapedDict
    if not source.exists():
        return
    found = list(figures.read_all_values_from_file(str(source)))
    whole = target.with_name("whole.unfinished")
    with suppress(FileNotFoundError):
        whole.unlink()
    if target.exists():
        shutil.copyfile(target, whole)
    else:
        with whole.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, _ROOM[source.name.partition("_")[0]])
    counted = figures(str(whole))
    for key, value, _moment, _place in found:
        counted.write_value(key, counted.read_value(key)[0] + value, 0.0)
    counted.close()
    # Who is killed here leaves the old file, or the new one and a source that counts twice
    # until the next start; nobody else reads meanwhile.
    os.replace(whole, target)
    source.unlink()


def _remove_old(place: Path) -> None:
    """Remove the folders of servers that are gone: nobody holds them."""
    for path in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if path.stat().st_uid != os.getuid():
                continue
            with (path / _ALIVE).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
