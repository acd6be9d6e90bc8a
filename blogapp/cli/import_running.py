"""The process of one import of the authoring area: `python -m blogapp.cli.import_running ID`.

It ends with the process that started it, because then its pipe ends. It works at a lower priority
than those that serve readers, and one of its kind at a time.
"""

import fcntl
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from blogapp.cli import in_one_line
from blogapp.cli.opening import opened_blog
from blogapp.exporting.restoring import read_back
from blogapp.exporting.trees import is_export
from blogapp.extensions import db
from blogapp.importing.arriving import Place, place_of
from blogapp.importing.errors import ImportingError
from blogapp.importing.following import Following, Stopped
from blogapp.importing.importing import import_source, import_tree
from blogapp.importing.readers import READERS, Reader
from blogapp.importing.recognizing import UNKNOWN, recognize, suffix_of
from blogapp.importing.run_models import ImportRun
from blogapp.importing.sites import EVERY_SITE
from blogapp.importing.unpacking import unpacked
from blogapp.outgoing.fetching import Fetcher
from blogapp.site.reading import get_site
from blogapp.text.slugs import slugify
from blogapp.web.clock import now
from blogapp.web.media_store import media_store

MARKDOWN = "markdown"
_PRIORITY = 10


def main() -> None:
    """Do the run whose number is the one argument."""
    is_stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: is_stopped.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError):
        os.nice(_PRIORITY)
    with opened_blog() as app:
        run = db.session.get(ImportRun, int(sys.argv[1]))
        if run:
            place = place_of(app.config["IMPORTS_FOLDER"], run.token)
            follow(run, place, app.config, is_stopped)


def follow(
    run: ImportRun, place: Place, settings: dict[str, Any], is_stopped: threading.Event
) -> None:
    """Do a run, and leave in its ``place`` what came of it; nothing is raised."""
    job = _Job(run, place, settings)
    db.session.rollback()
    with ExitStack() as held:
        lock = held.enter_context(place.lock.open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        report = place.report(is_preview=job.is_preview)
        if job.is_preview:
            report.unlink(missing_ok=True)
        following = Following(report, place.progress, is_stopped=is_stopped.is_set)
        try:
            job.take_in(following)
            following.end("done")
        except Stopped:
            following.end("stopped")
        except ImportingError as error:
            following.end("failed", _without_paths(str(error), place))
        except (DBAPIError, OSError) as error:
            following.end("failed", _without_paths(in_one_line(error), place))
        except Exception as error:
            logging.getLogger(__name__).exception("an import failed")
            following.end("failed", _without_paths(f"{type(error).__name__}: {error}", place))
        finally:
            db.session.rollback()
            shutil.rmtree(place.workshop, ignore_errors=True)


class _Job:
    """What a run asks for, read once: the session is the import's from then on."""

    def __init__(self, run: ImportRun, place: Place, settings: dict[str, Any]) -> None:
        self.place, self.settings = place, settings
        self.kind, self.asked = run.kind, run.asked_kind
        self.file_name, self.is_preview = run.file_name, run.is_preview
        self.options = dict(run.options)

    def take_in(self, following: Following) -> None:
        shutil.rmtree(self.place.workshop, ignore_errors=True)
        self.place.workshop.mkdir(mode=0o700)
        # Whatever a reader puts into a temporary file goes with the rest of this folder.
        tempfile.tempdir = str(self.place.workshop)
        with unpacked(self._named(), within=self.place.workshop) as path:
            kind = self._decide(path)
            following.recognized(kind)
            self._import(kind, path, following)

    def _named(self) -> Path:
        """Return the upload by a name that says what it is: readers may go by it."""
        # Browsers number what they download twice; a site goes by its folder's name.
        stem = re.sub(r"\s*\(\d+\)$", "", Path(self.file_name).stem)
        stem = slugify(stem, fallback="export")[:60]
        folder = self.place.workshop / "in"
        folder.mkdir()
        named = folder / f"{stem}{_suffix(self.place.upload, self.file_name)}"
        # No symbolic one: readers follow none.
        named.hardlink_to(self.place.upload)
        return named

    def _decide(self, path: Path) -> str:
        if self.kind and (self.options.get("insists") or not self.is_preview):
            return self.kind
        kind = recognize(path) or self.asked
        if not kind:
            raise ImportingError(UNKNOWN)
        return kind

    def _import(self, kind: str, path: Path, following: Following) -> None:
        zone = ZoneInfo(self.options["time_zone"]) if self.options.get("time_zone") else None
        common: dict[str, Any] = {
            "now": now(),
            "store": media_store(),
            "dry_run": self.is_preview,
            "on_start": following.start,
            "on_outcome": following.tell,
        }
        export = _find_export(path)
        if kind == MARKDOWN and export:
            read_back(export, **common)
            return
        common |= {"author": self.options.get("author", ""), "zone": get_site().zone}
        if kind == MARKDOWN:
            self._import_site(path, zone, common)
        elif kind in READERS:
            self._import_with(READERS[kind], path, zone, common)
        else:
            raise ImportingError(f"there is no reader for {kind}")

    def _import_site(self, path: Path, zone: ZoneInfo | None, common: dict[str, Any]) -> None:
        name, base_url = self.options.get("name", ""), self.options.get("base_url", "")
        if path.is_file():
            path, name = path.parent, name or path.stem
        import_tree(
            path,
            source=name,
            zones={EVERY_SITE: zone} if zone else {},
            base_urls={EVERY_SITE: base_url} if base_url else {},
            pages=bool(self.options.get("pages")),
            **common,
        )

    def _import_with(
        self, reader: Reader, path: Path, zone: ZoneInfo | None, common: dict[str, Any]
    ) -> None:
        name, base_url = self.options.get("name", ""), self.options.get("base_url", "")
        fetch = None
        if self.options.get("fetch"):
            fetch = Fetcher(allow=self.settings["FETCH_ALLOW"]).fetch
        zone = zone or common["zone"]
        with reader.open(path, zone=zone, name=name, base_url=base_url) as source:
            import_source(source, fetch=fetch, **common)


def _find_export(path: Path) -> Path | None:
    """Return the folder of an export of this software, which may lie in another one."""
    if path.is_file():
        return None
    inside = list(path.iterdir())
    folders = [path, *inside] if len(inside) == 1 and inside[0].is_dir() else [path]
    return next((folder for folder in folders if is_export(folder)), None)


def _suffix(upload: Path, name: str) -> str:
    return suffix_of(upload) or Path(re.sub(r"[^\w.]", "", name)).suffix[:10]


def _without_paths(words: str, place: Place) -> str:
    """Take out of an error where the upload lies: that is nobody's business."""
    return re.sub(re.escape(str(place.folder)) + r"(?:/[\w./-]*/)?", "", words)


def _end_with_parent() -> None:
    """End this process when its input does, however its parent came to its end."""
    while os.read(0, 1024):
        pass
    os._exit(3)


if __name__ == "__main__":
    main()
