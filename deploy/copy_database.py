"""Copy the SQLite database and the media while the blog runs: copy_database.py FOLDER [KEEP]

The database is copied by SQLite's own backup, which sees one moment of it however busy it is
(copying the file with `cp` does not), then checked. Media never change once written, so only
new ones are copied; cards and icons, which the blog paints again at need, are not. The newest
KEEP copies stay (14 unless told otherwise).
"""

import os
import shutil
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

PAINTED_AGAIN = {"cards", "icons"}


def main(folder: Path, keep: int) -> None:
    instance = Path(os.environ.get("BLOG_INSTANCE") or "instance")
    folder.mkdir(parents=True, exist_ok=True)
    made = copy_database(instance / "blog.sqlite", folder)
    new = copy_media(instance / "media", folder / "media")
    for old in sorted(folder.glob("blog-*.sqlite"))[:-keep]:
        old.unlink()
    print(f"{made} ({made.stat().st_size} bytes), {new} new media files")


def copy_database(database: Path, folder: Path) -> Path:
    """Return the finished copy. Raises SystemExit when there is nothing, or it is damaged."""
    if not database.is_file():
        sys.exit(f"copy_database: {database} is not there; is BLOG_INSTANCE right?")
    target = folder / f"blog-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite"
    unfinished = target.with_suffix(".unfinished")
    source = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    copy = sqlite3.connect(unfinished)
    source.backup(copy)
    copy.execute("PRAGMA journal_mode=DELETE")
    (found,) = copy.execute("PRAGMA integrity_check").fetchone()
    copy.close()
    source.close()
    if found != "ok":
        sys.exit(f"copy_database: the copy {unfinished} is damaged: {found}")
    unfinished.rename(target)
    return target


def copy_media(source: Path, target: Path) -> int:
    """Copy what is not there yet; return how many files that were."""
    new = [
        path
        for path in source.rglob("*")
        if path.relative_to(source).parts[0] not in PAINTED_AGAIN
        and path.is_file()
        and not (target / path.relative_to(source)).exists()
    ]
    for path in new:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return len(new)


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 14)
