"""Uploads and reports where machines share a bucket: any of them goes on with an import.

The machine that took an upload hands it on; whoever works at it has a copy for that time. Keys
hold the token of the run, which nobody can guess and no page shows.
"""

import logging
import os
from contextlib import suppress
from dataclasses import dataclass

from blogapp.importing.arriving import Place, demand_room
from blogapp.media.stores import Store, StoreAway

_PIECE = 1 << 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Depot:
    """Where uploads wait for whoever takes them in: in a bucket, else where they arrived."""

    store: Store

    @property
    def is_shared(self) -> bool:
        return self.store.path("any") is None

    def hand_on(self, place: Place) -> None:
        """Let any machine go on with an upload that has arrived here. Raises `StoreAway`."""
        if self.is_shared:
            self.store.take(_key(place, place.upload.name), place.upload)
            place.remove()

    def fetch(self, place: Place) -> bool:
        """Have the upload here, with its report so far; return whether there is one.

        Raises `StoreAway` and `NoRoom`.
        """
        if place.upload.exists():
            return True
        if not self.is_shared:
            return False
        try:
            self.fetch_report(place, is_preview=False)
            self._fetch(place, place.upload.name)
        except FileNotFoundError:
            return False
        return True

    def fetch_report(self, place: Place, *, is_preview: bool) -> None:
        """Have a report here as it was when its run was left; there may be none.

        Raises `StoreAway`.
        """
        if self.is_shared and not place.upload.exists():
            with suppress(FileNotFoundError):
                self._fetch(place, place.report(is_preview=is_preview).name)

    def hand_back(self, place: Place) -> None:
        """Let every machine show the reports; keep nothing here."""
        if not self.is_shared:
            return
        try:
            for is_preview in (True, False):
                report = place.report(is_preview=is_preview)
                if report.exists():
                    self.store.take(_key(place, report.name), report)
        except OSError as error:
            # What was taken in is there; it is only not told line by line elsewhere.
            _log.warning("the report of an import stays on this machine: %s", error)
            return
        place.remove()

    def tidy(self, place: Place) -> None:
        """Drop everything but the report of what was taken in."""
        place.tidy()
        if self.is_shared:
            try:
                self._delete(place, place.upload.name)
                self._delete(place, place.report(is_preview=True).name)
            except StoreAway as error:
                _log.warning("an upload that is taken in stays in the bucket: %s", error)

    def remove(self, place: Place) -> None:
        """Drop everything. Raises `StoreAway`."""
        if self.is_shared:
            self._delete(place, place.upload.name)
            for is_preview in (True, False):
                self._delete(place, place.report(is_preview=is_preview).name)
        place.remove()

    def _fetch(self, place: Place, name: str) -> None:
        with self.store.open(_key(place, name)) as source:
            demand_room(place.folder.parent, source.size)
            place.folder.mkdir(mode=0o700, exist_ok=True)
            arriving = place.folder / f"{name}.new"
            with arriving.open("wb") as file:
                while piece := source.read(_PIECE):
                    file.write(piece)
            os.replace(arriving, place.folder / name)

    def _delete(self, place: Place, name: str) -> None:
        self.store.delete(_key(place, name))


def _key(place: Place, name: str) -> str:
    """Unlike those of files: whoever looks for files without a row leaves these alone."""
    return f"imports/{place.folder.name}/{name}"
