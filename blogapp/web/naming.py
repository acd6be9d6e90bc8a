"""The files under /static/ and the names that say what is in them.

A name holds a hash of the content, so that an answer may be kept for ever (RFC 8246). Modules
and stylesheets load each other by such names too: no page mixes the files of two versions.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from posixpath import dirname, normpath, relpath
from urllib.parse import quote, unquote

from blogapp.text.sheets import readdressed
from blogapp.web.kinds import is_compressible, kind_of

# Bytes: what is larger is sent from the disk, and as it is.
_LARGEST, _LARGEST_TEXT = 1_000_000, 5_000_000
# Read by the server alone, or by whoever makes a bundle anew.
PRIVATE = ("vendor/*.json", "vendor/*.src.js", "vendor/katex-*.js", "vendor/fonts/*.ttf")
_MODULES = {".js", ".mjs"}
_DIGITS = 12
_NAMED = re.compile(rf"(.+)\.([0-9a-f]{{{_DIGITS}}})((?:\.[^./]+)?)")
# ECMA-262, 16.2: a module's own words for others, and the call that loads one later.
_IMPORT = re.compile(r"""(\b(?:from|import)\s*\(?\s*)(["'])(\.{1,2}/[^"'\s?#]+)\2""")


@dataclass(frozen=True, slots=True, eq=False)
class Asset:
    """A file as it is sent; a large one is read from ``path`` when it is."""

    name: str
    digest: str
    content: bytes
    path: Path | None = None
    changed: int | None = None  # seconds since 1970; None where nobody can say

    @property
    def hashed(self) -> str:
        """Return its name with what tells its content from any other's."""
        return hashed_name(self.name, self.digest)


def hashed_name(name: str, digest: str) -> str:
    """Return a name with a hash in it.

    >>> hashed_name("css/page.css", "0123456789ab")
    'css/page.0123456789ab.css'
    """
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))


def parted(hashed: str) -> tuple[str, str] | None:
    """Return the name and the hash that a hashed name holds; None when it holds none.

    >>> parted("css/page.0123456789ab.css"), parted("css/page.css")
    (('css/page.css', '0123456789ab'), None)
    """
    found = _NAMED.fullmatch(hashed)
    return (f"{found[1]}{found[3]}", found[2]) if found else None


def list_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and place of every file in ``folder`` that anybody may ask for."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            full = path.relative_to(folder).as_posix()
            if not (name.startswith(".") or any(fnmatch(full, each) for each in PRIVATE)):
                yield full, path


def read_assets(
    files: Mapping[str, Path], shorten: Callable[[str, str], str] | None = None
) -> dict[str, Asset]:
    """Return the files by their names, with the links between them made to hashed names.

    ``shorten(name, text)`` gives the text of a script or a stylesheet as it is to be sent.
    """
    reading = _Reading(files, shorten)
    return {name: reading.asset(name) for name in files}


def make_asset(name: str, text: str, others: Mapping[str, Asset]) -> Asset:
    """Return a file that is not on the disk; it may link to the ``others``, seen from its name."""

    def hashed(target: str) -> str | None:
        return others[target].hashed if target in others else None

    content = _linked(name, text, hashed).encode()
    return Asset(name, _digest(content), content)


def is_whole(asset: Asset) -> bool:
    """Whether a file holds what its hash promises."""
    return asset.digest == _digest(asset.content)


class _Reading:
    """Reads each file once; what one links to is read before it is given a name."""

    def __init__(
        self, files: Mapping[str, Path], shorten: Callable[[str, str], str] | None
    ) -> None:
        self.files, self.shorten = files, shorten
        self.text, self.targets = cache(self._text), cache(self._targets)
        self.asset, self.digest = cache(self._asset), cache(self._digest)

    def _asset(self, name: str) -> Asset:
        path = self.files[name]
        stat = path.stat()
        if self.is_large(name):
            return Asset(name, self.digest(name), b"", path, int(stat.st_mtime))
        changed = max(int(self.files[each].stat().st_mtime) for each in self._reach(name))
        return Asset(name, self.digest(name), self._content(name), None, changed)

    def is_large(self, name: str) -> bool:
        most = _LARGEST_TEXT if is_compressible(kind_of(name)) else _LARGEST
        return self.files[name].stat().st_size > most

    def _text(self, name: str) -> str | None:
        """What may link to others; None for anything else."""
        path = self.files[name]
        is_ours = path.suffix in {*_MODULES, ".css"} and not name.startswith("vendor/")
        if not is_ours or self.is_large(name):
            return None
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None
        return self.shorten(name, text) if self.shorten else text

    def _targets(self, name: str) -> frozenset[str]:
        found: set[str] = set()

        def note(target: str) -> None:
            if target in self.files:
                found.add(target)

        if text := self.text(name):
            _linked(name, text, note)
        return frozenset(found)

    def _reach(self, name: str) -> frozenset[str]:
        """The file and all that is loaded because of it."""
        found, waiting = {name}, [name]
        while waiting:
            fresh = self.targets(waiting.pop()) - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def _digest(self, name: str) -> str:
        path = self.files[name]
        if self.is_large(name):
            with path.open("rb") as file:
                return file_digest(file, "sha256").hexdigest()[:_DIGITS]
        if any(name in self._reach(target) for target in self.targets(name)):
            # In a circle no name is known before the others: theirs is made of all they hold.
            texts = [f"{each}\0{self.text(each)}" for each in sorted(self._reach(name))]
            return _digest("\0".join([name, *texts]).encode())
        return _digest(self._content(name))

    def _content(self, name: str) -> bytes:
        text = self.text(name)
        if text is None:
            return self.files[name].read_bytes()

        def hashed(target: str) -> str | None:
            return hashed_name(target, self.digest(target)) if target in self.files else None

        return _linked(name, text, hashed).encode()


def _linked(name: str, text: str, hashed: Callable[[str], str | None]) -> str:
    """The text with every relative link to a file that ``hashed`` knows made to what it says."""
    here = dirname(name)

    def address(held: str) -> str:
        path, rest = re.fullmatch(r"([^?#]*)(.*)", held, re.DOTALL).groups()  # type: ignore[union-attr]
        if not path or path.startswith("/") or ":" in path:
            return held
        target = hashed(normpath(f"{here}/{unquote(path)}").lstrip("/"))
        return f"{quote(relpath(target, here or '.'))}{rest}" if target else held

    def imported(found: re.Match[str]) -> str:
        given = address(found[3])
        given = given if given == found[3] or given.startswith(".") else f"./{given}"
        return f"{found[1]}{found[2]}{given}{found[2]}"

    if PurePosixPath(name).suffix in _MODULES:
        return _IMPORT.sub(imported, text)
    return readdressed(text, address) if name.endswith(".css") and "url(" in text else text


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGITS]
