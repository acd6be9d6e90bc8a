"""What readers of other services' exports share: a file or folder, opened and let go of again."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from urllib.parse import urlsplit

from blogapp.importing.errors import NoSite
from blogapp.importing.reading import Problem
from blogapp.importing.sources import Source
from blogapp.importing.tables import table_rows
from blogapp.importing.unpacking import unpacked


@dataclass(kw_only=True)
class Export(Source):
    """An export of some service, unpacked where it was a ZIP."""

    root: Path  # a folder, or the only file
    zone: tzinfo  # of dates that name none
    opened: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        self.opened.close()

    def files(self, *suffixes: str) -> list[Path]:
        """Return the files of these kinds in the export, in a lasting order."""
        if self.root.is_file():
            return [self.root] if self.root.suffix.lower() in suffixes else []
        found = (path for path in self.root.rglob("*") if path.suffix.lower() in suffixes)
        return sorted(path for path in found if self.is_inside(path))

    def relative(self, path: Path) -> str:
        return path.name if path == self.root else path.relative_to(self.root).as_posix()

    def is_inside(self, path: Path) -> bool:
        """Tell whether there is such a file, and no link has led out of the export."""
        try:
            return path.is_file() and path.resolve().is_relative_to(self.root)
        except OSError:
            return False

    def is_sound_table(self, path: Path) -> bool:
        """Tell whether a table can be read to its end; if not, that is noted."""
        try:
            for _row in table_rows(path):
                pass
        except NoSite as error:
            self.lose(self.relative(path), str(error).removeprefix(f"{path.name} "))
            return False
        return True

    def lose(self, path: str, what: str) -> None:
        """Note what the export held and nothing here has a place for."""
        self.problems.append(Problem(path, 1, what))


def unpack(path: Path, stack: ExitStack) -> Path:
    """Return the folder or file that ``path`` holds, kept until ``stack`` is closed.

    Raises `NoSite` with what is wrong with it.
    """
    return stack.enter_context(unpacked(path)).resolve()


def called_by_address(base_url: str, kind: str) -> str:
    """Return a name for an export that the next one of the same site has too.

    The names of the files have dates or numbers in them.

    >>> called_by_address("https://a.example/ada/", "buttondown"), called_by_address("", "medium")
    ('a.example/ada', 'medium')
    """
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path}".strip("/") or kind


def grouped(paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the folders that hold ``paths``, as deep as their second name, with their number.

    >>> list(grouped(["claps/a.html", "claps/b.html", "README.html"]))
    [('README.html', 1), ('claps', 2)]
    """
    counts: dict[str, int] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        place = "/".join(folder.split("/")[:2]) or path
        counts[place] = counts.get(place, 0) + 1
    yield from sorted(counts.items())
