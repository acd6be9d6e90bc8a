"""What upgrades, imports and restores left behind that were cut short."""

from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from blogapp.upgrading.releases import Change, find_home, running_folder

# What `restore` puts together, and what a backup is called until it is whole.
_LEFT = (".restoring", "backups/.unfinished-*", ".unfinished-*", ".rehearsing-*")


def check(app: Flask) -> Iterator[tuple[str, str]]:
    """Look for what was begun and not brought to its end."""
    instance = Path(app.instance_path)
    for pattern in _LEFT:
        for path in instance.glob(pattern):
            yield "warning", f"{path} was left by something that was cut short: remove it"
    home = find_home()
    if home is None:
        return
    serving = home.serving()
    if serving != running_folder().resolve():
        yield "warning", f"this is not the version that serves, which is {serving}"
    for path in home.unfinished():
        yield "warning", f"{path} was not installed to its end: the next upgrade removes it"
    change = Change.read(home)
    if change and not change.is_done:
        said = f"the upgrade to {change.version_after} was cut short"
        yield "warning", f"{said}: blogapp upgrade {change.version_after}, or --undo"
    elif serving:
        yield "ok", f"versions: {serving.name} serves from {home.path}"
