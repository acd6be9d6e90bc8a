"""What pages are made of beside the content: the software, the theme, the blog's address."""

import sysconfig
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from flask import Flask

from blogapp.web.theming import FOLDER as THEME


def build_of(app: Flask) -> str:
    """Return a word that is another one where any file of the software or of the theme is."""
    folders = [Path(app.root_path), Path(app.instance_path) / THEME]
    folders += [Path(folder) for folder in (app.template_folder, app.static_folder) if folder]
    words = [
        app.config["PUBLIC_URL"],
        app.config["MEDIA_ORIGIN"],
        sysconfig.get_path("purelib"),
        *_files(*folders),
    ]
    return blake2b("\0".join(words).encode(), digest_size=16).hexdigest()


def _files(*folders: Path) -> Iterator[str]:
    """Yield what changes when a file does."""
    packages = Path(sysconfig.get_path("purelib"))
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix != ".pyc" and path.is_file():
                yield f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}"
    if packages.is_dir():
        yield str(packages.stat().st_mtime_ns)
