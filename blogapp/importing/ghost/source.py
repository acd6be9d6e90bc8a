"""A Ghost site as a source: its exports, what lies beside them, and what of it is kept."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import unquote

from blogapp.importing.errors import NoSite
from blogapp.importing.exports import Export, grouped, unpack
from blogapp.importing.ghost.database import Database, Fields, key, read_database
from blogapp.importing.ghost.detours import NAMES, read_permalink, read_redirects
from blogapp.importing.ghost.members import members_list
from blogapp.importing.ghost.posts import URL, Reading, item_path, read_row, tag_name
from blogapp.importing.sources import AsideList, Item, NameKind, SourceAuthor, SourceName
from blogapp.importing.values import Row
from blogapp.text.slugs import slugify

_NO_PLACE = {
    "users": ("profile_image", "cover_image", "location", "facebook", "twitter"),
    "tags": ("feature_image", "meta_title", "meta_description", "og_image", "twitter_image"),
}
_PEOPLE_OR_TAGS = {"users": "authors", "tags": "tags"}
_MEDIA = re.compile(r"(?:^|/)content/(images|media|files)/([^?#]+)")
# Sizes and formats that Ghost made of a picture: "size/w600/format/webp/".
_MADE = re.compile(r"^(?:size/w\d+(?:h\d+)?/|format/\w+/)+")
_DATED = re.compile(r"(?:\.ghost)?[.-]\d{4}-\d{2}-\d{2}.*$")
_LONGEST = 200
_NOT_EXPORTS = re.compile(r"(?:^|/)(?:themes|images|media|files|node_modules|locales)/")


@dataclass(kw_only=True)
class GhostSource(Export):
    databases: list[Database]
    permalink: str = "/{slug}/"
    # Where old paths led, by old path; and those that led to a post or a tag, by its slug.
    redirects: dict[str, str] = field(default_factory=dict)
    detours: dict[str, list[str]] = field(default_factory=dict)
    tag_detours: dict[str, list[str]] = field(default_factory=dict)
    member_tables: list[Path] = field(default_factory=list)
    # What the report calls posts, which are told apart by numbers.
    _shown: dict[str, str] = field(default_factory=dict)

    def count(self) -> int:
        return sum(database.post_count for database in self.databases)

    def items(self) -> Iterator[Item]:
        seen: set[str] = set()
        for database in self.databases:
            reading = Reading(database, self.name, self.base_url, self.permalink, self.detours)
            for row in database.posts():
                path = item_path(row)
                if path in seen:
                    self.lose(path, f"stands in {database.path.name} again; the newest counts")
                    continue
                seen.add(path)
                if slug := key(row, "slug"):
                    self._shown[path] = f"{path.partition('/')[0]}/{slug}"
                yield Item(path, partial(read_row, row, reading))

    def authors(self) -> Iterator[SourceAuthor]:
        for row in self._all("users"):
            user = Row(row)
            if name := user.words("name", "slug"):
                about = [user.text("bio"), user.text("website")]
                slug = user.text("slug")
                yield SourceAuthor(
                    name=name,
                    slug=slug,
                    email=user.text("email"),
                    bio="\n\n".join(filter(None, about)),
                    addresses=_addresses("author", slug) if slug else (),
                )

    def names(self) -> Iterator[SourceName]:
        for row in self._all("tags"):
            name, slug = tag_name(row), Row(row).text("slug")
            if not name or name.startswith("#"):
                continue
            slug = slug or slugify(name, "tag")
            yield SourceName(
                kind=NameKind.TAG,
                name=name,
                slug=slug,
                description=Row(row).text("description"),
                addresses=(*_addresses("tag", slug), *self.tag_detours.get(slug, ())),
            )

    def moved(self) -> Mapping[str, str]:
        moved = {"/rss/": "/rss.xml", "/feed/": "/rss.xml", "/page/*": "/"}
        return moved | self.redirects

    def lists(self) -> Iterator[AsideList]:
        if found := members_list(self.databases, self.member_tables):
            yield found

    def shown(self, path: str) -> str:
        return self._shown.get(path, path)

    def find_file(self, address: str) -> Path | None:
        found = _MEDIA.search(address.removeprefix(URL))
        if not found:
            return None
        name = _MADE.sub("", found[2])
        for root in self._content_folders:
            folder, path = root / found[1], root / found[1] / unquote(name)
            if self.is_inside(path) and path.resolve().is_relative_to(folder.resolve()):
                return path.resolve()
        return None

    def is_inside(self, path: Path) -> bool:
        # Beside a lone file there may lie the site's content folder.
        root = self.root.parent if self.root.is_file() else self.root
        try:
            return path.is_file() and path.resolve().is_relative_to(root)
        except (OSError, ValueError):
            return False

    @cached_property
    def _content_folders(self) -> list[Path]:
        if self.root.is_file():
            return [self.root.parent / "content"]
        inner = [path for depth in ("*/content", "*/*/content") for path in self.root.glob(depth)]
        return [self.root / "content", self.root, *sorted(inner)]

    def _all(self, table: str) -> Iterator[Fields]:
        """Yield the rows of a table in all exports; of one id the newest."""
        seen: set[str] = set()
        for database in self.databases:
            for id, row in database.tables[table].items():
                if id not in seen:
                    seen.add(id)
                    yield row


def _addresses(kind: str, slug: str) -> tuple[str, ...]:
    """Return where the page of a tag or an author was, its feed, and its further pages."""
    return f"/{kind}/{slug}/", f"/{kind}/{slug}/rss/", f"/{kind}/{slug}/*"


def open_ghost(path: Path, *, zone: tzinfo, name: str = "", base_url: str = "") -> GhostSource:
    """Return the Ghost site at ``path``: a JSON file, or a folder or ZIP that holds some.

    Raises `NoSite` with what is wrong with it.
    """
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = GhostSource(name=name, base_url=base_url, root=root, zone=zone, databases=[])
        _find_exports(source, path)
        _find_rest(source)
        source.name = name or _called(source, path)
        source.opened = stack.pop_all()
        return source


def _called(source: GhostSource, path: Path) -> str:
    """Return what the site calls itself, else the file's name without its date."""
    titles = (database.settings.get("title", "") for database in source.databases)
    title = next((" ".join(title.split())[:_LONGEST] for title in titles if title.strip()), "")
    return title or _DATED.sub("", path.stem) or path.stem


def _find_exports(source: GhostSource, path: Path) -> None:
    refused: list[NoSite] = []
    for file in source.files(".json"):
        shown = source.relative(file)
        if _NOT_EXPORTS.search(shown) or NAMES.fullmatch(file.name):
            continue
        try:
            database = read_database(file)
        except NoSite as error:
            refused.append(error)
            source.lose(shown, str(error).removeprefix(f"{file.name} "))
            continue
        if database.post_count:
            source.databases.append(database)
        else:
            source.lose(shown, "holds no posts of Ghost's; it was left out")
    if not source.databases and refused:
        raise refused[0]
    if not source.databases:
        raise NoSite(f"{path.name} holds no export of Ghost (JSON with posts)")
    # The newest first: it counts where two hold the same post.
    source.databases.sort(key=lambda database: database.exported_on, reverse=True)


def _find_rest(source: GhostSource) -> None:
    database = source.databases[0]
    source.permalink = database.settings.get("permalinks") or source.permalink
    others: list[str] = []
    files = source.root.rglob("*") if source.root.is_dir() else []
    for file in sorted(path for path in files if source.is_inside(path)):
        shown = source.relative(file)
        if NAMES.fullmatch(file.name):
            found, notes = read_redirects(file, source.base_url)
            source.redirects |= found
            for note in notes:
                source.lose(shown, note)
        elif file.name in ("routes.yaml", "routes.yml"):
            permalink, note = read_permalink(file)
            source.permalink = permalink or source.permalink
            if note:
                source.lose(shown, note)
        elif file.suffix.lower() == ".csv" and "member" in file.name.lower():
            source.member_tables += [file] if source.is_sound_table(file) else []
        elif file.suffix.lower() != ".json" and not _MEDIA.search(f"/{shown}"):
            others.append(shown)
    for place, count in grouped(others):
        what = "is no post" if count == 1 else f"{count} files that are no posts"
        source.lose(place, f"{what}; left out")
    _settle_redirects(source)
    _note_losses(source, database)


def _settle_redirects(source: GhostSource) -> None:
    """Sort redirects by the post or tag they lead to, so that they lead to its new address."""
    slugs = set().union(*(database.slugs for database in source.databases))
    tags = {Row(row).text("slug") for row in source._all("tags")}
    circles: list[str] = []
    for old, new in source.redirects.items():
        seen = {old.rstrip("/")}
        while (further := _further(source.redirects, new)) and new.rstrip("/") not in seen:
            seen.add(new.rstrip("/"))
            new = further
        if further:
            circles.append(old)
        parts = re.split(r"[?#]", new)[0].strip("/").split("/")
        if parts[0] == "tag" and parts[-1] in tags:
            source.tag_detours.setdefault(parts[-1], []).append(old)
        elif parts[0] not in ("tag", "author") and parts[-1] in slugs - {""}:
            source.detours.setdefault(parts[-1], []).append(old)
    led = [*source.detours.values(), *source.tag_detours.values()]
    for old in {path for paths in [*led, circles] for path in paths}:
        del source.redirects[old]
    for old in circles:
        source.lose("redirects", f"{old} leads in a circle; it was left out")


def _further(redirects: dict[str, str], path: str) -> str:
    return redirects.get(path) or redirects.get(f"{path}/") or redirects.get(path.rstrip("/"), "")


def _note_losses(source: GhostSource, database: Database) -> None:
    file = source.relative(database.path)
    for table, columns in _NO_PLACE.items():
        rows = database.tables[table].values()
        if count := sum(any(row.get(column) for column in columns) for row in rows):
            what = _PEOPLE_OR_TAGS[table]
            source.lose(
                file, f"pictures and texts for other services of {count} {what} were left out"
            )
    if count := len(database.settings):
        source.lose(file, f"the settings of the site ({count}) were left out")
    if database.others:
        told = ", ".join(f"{name} ({count})" for name, count in sorted(database.others.items()))
        source.lose(file, f"tables that have no place here were left out: {told}")
    for name in ("codeinjection_head", "codeinjection_foot", "ghost_head", "ghost_foot"):
        if database.settings.get(name):
            source.lose(file, f"code for every page ({name}) was refused; it is never run here")
    for row in database.tables["tags"].values():
        if key(row, "codeinjection_head") or key(row, "codeinjection_foot"):
            source.lose(file, f"code for the pages of the tag “{tag_name(row)}” was refused")
