"""When the last good backup was made: a line in the instance folder, for the doctor."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from blogapp.media.stores.folder import write_file

if TYPE_CHECKING:
    # What makes backups brings psycopg along, which a start on SQLite has no use for.
    from blogapp.backups.backing_up import Made

NAME = "last-backup.json"
# A night may be missed, not two.
OVERDUE = timedelta(days=2)


@dataclass(frozen=True)
class LastBackup:
    """A backup that was whole when it was made."""

    made_at: datetime
    path: Path
    size: int  # bytes

    def is_overdue(self, now: datetime) -> bool:
        return now - self.made_at > OVERDUE


def remember(made: "Made", instance: Path) -> None:
    """Note that a backup was made."""
    about = {
        "made_at": made.manifest.made_at.isoformat(),
        "path": str(made.path.resolve()),
        "bytes": made.size,
    }
    write_file(instance / NAME, json.dumps(about).encode())


def last_backup(instance: Path) -> LastBackup | None:
    """Return the last backup that was made from here; None where there was none."""
    try:
        about = json.loads((instance / NAME).read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(about["made_at"])
        return LastBackup(made_at, Path(about["path"]), int(about["bytes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
