"""An export of WordPress as a source of posts, with the uploads that lie beside it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from blogapp.importing.errors import NoSite
from blogapp.importing.exports import Export, unpack
from blogapp.importing.reading import Problem, SourcePost
from blogapp.importing.sources import AsideList, Item, SourceAuthor, SourceName
from blogapp.importing.wordpress.entries import Entry
from blogapp.importing.wordpress.indexing import Index, read_entries, read_index
from blogapp.importing.wordpress.naming import Names
from blogapp.importing.wordpress.posts import path_of, read_item
from blogapp.text.slugs import slugify

_USER_COLUMNS = ("id", "login", "email", "display_name", "first_name", "last_name")
_UPLOADS = ("wp-content/uploads", "uploads")


def open_wordpress(
    path: Path, *, zone: ZoneInfo, name: str = "", base_url: str = ""
) -> "WordPressSource":
    """Return the site exported at ``path``: a WXR file, a ZIP, or a folder that holds any.

    Dates that name no zone are read in ``zone``. Raises `NoSite` with what is wrong.
    """
    with ExitStack() as stack:
        root = unpack(path, stack)
        files = _find_files(root)
        if not files:
            raise NoSite("holds no export of WordPress (a file that ends in .xml)")
        index = read_index(files)
        index.base_url = base_url.rstrip("/") or index.base_url
        title = urlsplit(index.base_url).netloc + index.base_path
        source = WordPressSource(
            name=name or title or path.stem,
            base_url=index.base_url,
            root=root,
            zone=zone,
            index=index,
            xml_files=files,
            beside=path.resolve().parent if root.is_file() else root,
        )
        source.problems += [Problem(file, line, what) for file, line, what in index.notes]
        source.opened = stack.pop_all()
    return source


@dataclass(kw_only=True)
class WordPressSource(Export):
    """A site that WordPress exported."""

    index: Index
    xml_files: list[Path]
    beside: Path  # where a folder of uploads may lie

    def __post_init__(self) -> None:
        self.names_here = Names(self.index)

    def count(self) -> int:
        return sum(self.index.kinds.values())

    def items(self) -> Iterator[Item]:
        seen: set[str] = set()
        for file in self.xml_files:
            for entry in read_entries(file):
                path = path_of(entry)
                if path in seen:
                    path = f"{path}-line-{entry.line}"
                seen.add(path)
                yield Item(path, partial(self._read, entry, path))

    def authors(self) -> Iterable[SourceAuthor]:
        """Yield who wrote something; the others are only in the list of users."""
        base = self.index.base_path
        for login in sorted(self.index.writers - {""}):
            user = self.index.users.get(login)
            slug = slugify(login, fallback="author")
            numbered = [f"{base}/?author={user.id}"] if user and user.id else []
            yield SourceAuthor(
                name=user.name if user else login,
                slug=slug,
                email=user.email if user else "",
                addresses=(
                    f"{base}/author/{slug}",
                    f"{base}/author/{slug}/feed",
                    f"{base}/author/{slug}/page/*",
                    *numbered,
                ),
            )

    def names(self) -> Iterable[SourceName]:
        return self.names_here.all()

    def moved(self) -> Mapping[str, str]:
        base = self.index.base_path
        moved = {
            f"{base}/feed": "/rss.xml",
            f"{base}/feed/rss2": "/rss.xml",
            f"{base}/feed/rss": "/rss.xml",
            f"{base}/feed/rdf": "/rss.xml",
            f"{base}/feed/atom": "/feed.xml",
            f"{base}/rss": "/rss.xml",
            f"{base}/atom": "/feed.xml",
            f"{base}/feed/json": "/feed.json",
            f"{base}/?feed=rss2": "/rss.xml",
            f"{base}/?feed=rss": "/rss.xml",
            f"{base}/?feed=atom": "/feed.xml",
            f"{base}/comments/feed": "/rss.xml",
            # As WordPress called its feeds at first, and leads on from to this day.
            f"{base}/wp-rss.php": "/rss.xml",
            f"{base}/wp-rss2.php": "/rss.xml",
            f"{base}/wp-rdf.php": "/rss.xml",
            f"{base}/wp-feed.php": "/rss.xml",
            f"{base}/wp-atom.php": "/feed.xml",
            f"{base}/wp-sitemap.xml": "/sitemap.xml",
            f"{base}/sitemap_index.xml": "/sitemap.xml",
            f"{base}/page/*": "/",
            f"{base}/category/uncategorized": "/",
            f"{base}/category/uncategorized/feed": "/rss.xml",
            f"{base}/category/uncategorized/page/*": "/",
        }
        if base:
            moved[base] = "/"
        for day in sorted(self.index.days):
            month = f"/archive/{day.year}/{day.month}"
            moved[f"{base}/{day:%Y}"] = f"/archive/{day.year}"
            moved[f"{base}/{day:%Y/%m}"] = month
            moved[f"{base}/{day:%Y/%m/%d}"] = month
            moved[f"{base}/?m={day:%Y%m}"] = month
        return moved

    def lists(self) -> Iterable[AsideList]:
        rows = tuple(
            (user.id, user.login, user.email, user.name, user.first_name, user.last_name)
            for user in self.index.users.values()
        )
        return [AsideList(name="wordpress-users", columns=_USER_COLUMNS, rows=rows)] if rows else []

    def find_file(self, address: str) -> Path | None:
        """Return the upload for an address, from a folder of uploads beside the export."""
        try:
            path = unquote(urlsplit(address).path)
        except ValueError:
            return None
        _, found, name = path.partition("/wp-content/uploads/")
        if not found:
            name = path.lstrip("/")
        for folder in self._uploads():
            file = folder / name
            if name and _is_inside(file, folder):
                return file
        return None

    def _uploads(self) -> list[Path]:
        places = [self.beside / name for name in _UPLOADS]
        if not self.root.is_file():
            places += [folder / name for folder in _folders(self.root) for name in _UPLOADS]
            places += [self.root, *_folders(self.root)]
        return [place for place in dict.fromkeys(places) if place.is_dir()]

    def _read(self, entry: Entry, path: str) -> SourcePost:
        return read_item(entry, path, self.index, self.names_here, zone=self.zone, site=self.name)


def _find_files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    found = [path for path in root.glob("*.xml") if path.is_file()]
    for folder in _folders(root):
        found += [path for path in folder.glob("*.xml") if path.is_file()]
    return sorted(path for path in found if _is_inside(path, root) and _is_wxr(path))


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())


def _is_wxr(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(20_000)
    return b"wordpress" in beginning.lower() or b"<wp:" in beginning


def _is_inside(file: Path, folder: Path) -> bool:
    try:
        return file.is_file() and file.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False
