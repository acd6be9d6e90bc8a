"""What there is under /static/: our files, the theme's, and those made while the blog runs.

An address of another version of the blog finds its very file in the instance folder if that is
still there, else the present one, which is then asked for again each time.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from posixpath import normpath

from flask import Flask, g, has_request_context
from werkzeug.http import http_date

from blogapp.site.theme import Theme
from blogapp.web.assets import minified
from blogapp.web.compressing import Shelf, may_shrink
from blogapp.web.filling import Filling
from blogapp.web.headers import PLAIN_POLICY, carried
from blogapp.web.kinds import content_type, kind_of
from blogapp.web.naming import Asset, is_whole, list_files, make_asset, parted, read_assets
from blogapp.web.packing import FOR_EVER, FOR_NOW, Packed, Stored
from blogapp.web.theming import current_theme

# Makes a text anew that another process made: by its name; None for a name of nothing.
Maker = Callable[[str], str | None]

FOLDER = "static"
_MOST_MADE = 200


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """All files, as they were read."""

    by_name: Mapping[str, Asset]
    by_hashed: Mapping[str, Asset]
    fingerprint: str


class Statics:
    """The files of one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.folder = Path(app.static_folder or FOLDER)
        # What is being worked on is not kept, nor is what a test asks for in passing.
        self.is_kept = not (app.debug or app.testing)
        self.shelf = Shelf(Path(app.instance_path) / FOLDER, self.fill)
        self.filling = Filling(self.shelf, self.all)
        # By the whole path of a request, with the base path and without.
        self.files: dict[str, Packed | Stored] = {}
        self.makers: dict[str, Maker] = {}
        self._made: dict[str, Asset] = {}
        self._texts: dict[tuple[str, str, str], Asset] = {}
        self._lock = threading.Lock()

    def asset(self, name: str) -> Asset:
        """Return a file by its name. Raises `FileNotFoundError`."""
        try:
            return self._table().by_name[name]
        except KeyError:
            raise FileNotFoundError(f"static/{name}") from None

    def all(self) -> list[Asset]:
        """Return every file; those made so far, which pages ask for, come first."""
        return [*self._made.copy().values(), *self._table().by_name.values()]

    @property
    def fingerprint(self) -> str:
        """What changes whenever any of the files does."""
        return self._table().fingerprint

    def made(self, name: str, text: str) -> Asset:
        """Return the file of this name and text; written to the folder the first time."""
        table = self._table()
        key = (name, text, table.fingerprint)
        if (asset := self._texts.get(key)) is None:
            asset = make_asset(name, text, table.by_name)
            self._remember(asset)
            if len(self._texts) >= _MOST_MADE:
                self._texts.clear()
            self._texts[key] = asset
            if self.is_kept:
                self.filling.put(asset)
        return asset

    def find(self, path: str) -> tuple[Asset, bool] | None:
        """Return what a path below /static/ means, and whether it means just that for ever."""
        if not _is_plain(path):
            return None
        table = self._table()
        if asset := table.by_hashed.get(path) or self._made.get(path) or self._find_kept(path):
            return asset, True
        name = (parted(path) or (path, ""))[0]
        asset = table.by_name.get(path) or table.by_name.get(name) or self._make(name)
        return (asset, asset.hashed == path) if asset else None

    def load(self) -> None:
        """Have every file in memory, ready to send; before a fork, that memory is shared."""
        if self.app.debug or self.files:
            return
        for asset in self._table().by_name.values():
            self._offer(asset.name, self.ready(asset, is_final=False))
            self._offer(asset.hashed, self.ready(asset, is_final=True))

    def fill(self) -> None:
        """Have the folder filled in the background."""
        if self.is_kept:
            self.filling.start()

    def ready(self, asset: Asset, *, is_final: bool) -> Packed | Stored:
        """Return the application that sends this file."""
        cache_control = FOR_EVER if is_final else FOR_NOW
        headers = [("Content-Type", content_type(asset.name)), ("Cache-Control", cache_control)]
        if asset.changed is not None:
            headers.append(("Last-Modified", http_date(asset.changed)))
        headers += [*carried(self.app.config), ("Content-Security-Policy", PLAIN_POLICY)]
        if asset.path is not None:
            return Stored(asset.path, asset.digest, headers)
        best = partial(self.shelf.read_compressed, asset)
        shrinks = may_shrink(kind_of(asset.name), len(asset.content))
        return Packed(asset.content, asset.digest, headers, shrinks=shrinks, best=best)

    def _table(self) -> _Table:
        theme: Theme = self.app.extensions["theme"]
        if not self.app.debug:
            return _read(self.folder, theme, "")
        if not has_request_context():
            return _read(self.folder, theme, _state(self.folder))
        if "static_files" not in g:
            g.static_files = _read(self.folder, current_theme(), _state(self.folder))
        table: _Table = g.static_files
        return table

    def _find_kept(self, path: str) -> Asset | None:
        """What another process has made, or another version of the blog had."""
        named = parted(path)
        content = self.shelf.read(path) if named else None
        if not named or content is None:
            return None
        asset = Asset(*named, content)
        if not is_whole(asset):
            return None
        self._remember(asset)
        return asset

    def _make(self, name: str) -> Asset | None:
        for start, make in self.makers.items():
            if name.startswith(start) and (text := make(name)) is not None:
                return self.made(name, text)
        return None

    def _remember(self, asset: Asset) -> None:
        with self._lock:
            self._made[asset.hashed] = asset
            self._offer(asset.hashed, self.ready(asset, is_final=True))
            while len(self._made) > _MOST_MADE:
                oldest = next(iter(self._made))
                del self._made[oldest]
                for path in self._paths(oldest):
                    self.files.pop(path, None)

    def _offer(self, name: str, file: Packed | Stored) -> None:
        # What is being worked on is read each time.
        if not self.app.debug:
            self.files.update(dict.fromkeys(self._paths(name), file))

    def _paths(self, name: str) -> list[str]:
        # PEP 3333: the bytes of a path, each as a character.
        path = f"{self.app.static_url_path}/{name}".encode().decode("latin-1")
        return [path, self.app.config["BASE_PATH"] + path]


@lru_cache(maxsize=4)
def _read(folder: Path, theme: Theme, state: str) -> _Table:
    """The table of these files; ``state`` changes with them while they are being worked on."""
    files = {**dict(list_files(folder)), **theme.static}

    def shortened(name: str, text: str) -> str:
        is_ours = not state and name not in theme.static
        return minified(text) if is_ours and name.endswith(".css") else text

    by_name = read_assets(files, shortened)
    by_hashed = {asset.hashed: asset for asset in by_name.values()}
    fingerprint = sha256("\n".join(sorted(by_hashed)).encode()).hexdigest()[:20]
    return _Table(by_name, by_hashed, fingerprint)


def _state(folder: Path) -> str:
    stats = ((name, path.stat()) for name, path in list_files(folder))
    return "".join(f"{name}\0{stat.st_mtime_ns}\0{stat.st_size}\n" for name, stat in stats)


def _is_plain(path: str) -> bool:
    """Whether a path leads nowhere but down, and to nothing that is hidden."""
    is_normal = normpath(path) == path and "\\" not in path and "\0" not in path
    return is_normal and not any(part.startswith(".") for part in path.split("/"))
