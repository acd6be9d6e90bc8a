"""From the version that serves to another one, and back to it.

Everything before the link `current` is turned can be repeated and leaves the old version alone.
The migration only adds, so that the old version serves on while it is made and afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from packaging.version import Version
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from blogapp.backups.rotating import name_of, read_manifest
from blogapp.extensions import UTCDateTime
from blogapp.migrations import current_revision, oldest_served
from blogapp.upgrading.errors import NeedsRestart, UpgradeError
from blogapp.upgrading.masters import Master, hand_over
from blogapp.upgrading.pages import choose, fetch
from blogapp.upgrading.rehearsing import Blog, plain, run
from blogapp.upgrading.releases import PROGRAM, Change, Home

Told = Callable[[str], None]
# What is counted before it would be lost, by what says when it came or changed.
_WRITTEN = {
    "posts": "saved_at",
    "revisions": "created_at",
    "comments": "created_at",
    "media": "created_at",
}


def demand_newer(version: str, than: str) -> None:
    """Raise `UpgradeError` for a version that is older than another."""
    if Version(version) < Version(than):
        raise UpgradeError(f"{version} is older than {than}: blogapp upgrade --undo")


@dataclass(frozen=True)
class Upgrade:
    """A blog, where its versions lie, and what time it is."""

    blog: Blog
    home: Home
    now: datetime

    def back_up(self, old: Path, folder: Path) -> Path:
        """Make a backup with the version in ``old``, which reads it again; return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / name_of(self.now)
        run(old, ["backup", str(target)], plain(self.blog.environment))
        return target

    def begin(self, old: Path, new: Path, versions: tuple[str, str], backup: Path) -> Change:
        """Write down what is about to be done; what an attempt before wrote down stays."""
        there = Change.read(self.home)
        if there and not there.is_done and there.after == str(new) and there.before != str(new):
            return there
        change = Change(
            before=str(old),
            after=str(new),
            version_before=versions[0],
            version_after=versions[1],
            step_before=self.step(),
            backup=str(backup),
            made_at=self.now.isoformat(),
        )
        change.write(self.home)
        return change

    def migrate(self, new: Path) -> None:
        """Bring the database to the schema of the version in ``new``, while the old one serves."""
        run(new, ["init"], plain(self.blog.environment))

    def switch(self, change: Change) -> Sequence[Master]:
        """Let the new version serve, and the old one again where it does not; return who serves.

        Raises `UpgradeError` when the old one is back, and `NeedsRestart`.
        """
        self.home.switch(Path(change.after))
        try:
            serving = hand_over(self.blog.instance, Path(change.after), self._demand_well)
        except NeedsRestart:
            replace(change, is_done=True).write(self.home)
            raise
        except UpgradeError as error:
            self._go_back(Path(change.before))
            said = f"{error}; {change.version_before} serves again, and the database stays as it is"
            raise UpgradeError(said) from error
        replace(change, is_done=True).write(self.home)
        return serving

    def is_served_by(self, change: Change) -> bool:
        """Whether the version before can serve the database as it is now."""
        oldest = oldest_served(self.blog.engine)
        return bool(oldest and oldest <= change.step_before)

    def written_since(self, change: Change) -> Mapping[str, int]:
        """Return how many of what was written since the backup of an upgrade was made."""
        moment = read_manifest(Path(change.backup)).made_at
        counts = {}
        with self.blog.engine.connect() as connection:
            for table, column in _WRITTEN.items():
                asked = f"SELECT count(*) FROM {table} WHERE {column} > :moment"  # nosec B608
                query = text(asked).bindparams(bindparam("moment", moment, UTCDateTime))
                try:
                    with connection.begin_nested():
                        counts[table] = int(connection.scalar(query) or 0)
                except DBAPIError:  # a table of another version
                    continue
        return {table: count for table, count in counts.items() if count}

    def keep_words(self, change: Change, folder: Path) -> Path:
        """Write the whole blog as it is now into an archive anybody can read; return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"before-undo-{self.now:%Y%m%dT%H%M%SZ}.zip"
        run(self._present(change), ["export", str(target)], plain(self.blog.environment))
        return target

    def restore(self, change: Change) -> None:
        """Make the database what it was when the upgrade began."""
        present = self._present(change)
        with_ = present if self.is_served_by(change) else Path(change.before)
        run(with_, ["restore", change.backup], plain(self.blog.environment))

    def go_back(self, change: Change) -> Sequence[Master]:
        """Let the version before serve again. Raises `NeedsRestart`."""
        before = Path(change.before)
        self.home.switch(before)
        try:
            return hand_over(self.blog.instance, before, self._demand_well)
        finally:
            (self.home.path / ".upgrade.json").unlink(missing_ok=True)

    def step(self) -> str:
        """Return the step of the database; nothing of an empty one."""
        with self.blog.engine.connect() as connection:
            return current_revision(connection) or ""

    def _present(self, change: Change) -> Path:
        after = Path(change.after)
        return after if (after / PROGRAM).is_file() else Path(change.before)

    def _go_back(self, before: Path) -> None:
        self.home.switch(before)
        hand_over(self.blog.instance, before, lambda _address: None)

    def _demand_well(self, address: str) -> None:
        for path in ["/readyz", *choose(self.blog.engine, now=self.now)[:8]]:
            status = fetch(address, path, self.blog.public).status
            if status >= 500 or (path == "/readyz" and status != 200):
                raise UpgradeError(f"{path} answers {status}")
