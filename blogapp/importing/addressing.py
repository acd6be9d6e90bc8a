"""The addresses a post had on the site it comes from, so that they can lead to it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from blogapp.importing.surveying import Kind, SourceSite
from blogapp.posts.redirecting import spelled

LONGEST = 1000
_STYLES = {  # Jekyll's names for patterns
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
_PREFIXES = [
    ("src", "content", "docs"),
    ("src", "content"),
    ("src", "pages"),
    ("src",),
    ("content",),
]
_TOKEN = re.compile(r":(output_ext|[a-z_]*[a-z])|\{(date:(%-?[YmdHMSjy])|[a-z]+)\}")


def given_addresses(aliases: Iterable[str], folder: PurePosixPath) -> list[str]:
    """Return aliases as paths of this blog; ``folder`` is what a relative one is relative to.

    >>> given_addresses(["/old/", "older.html", "https://a.example/x y"], PurePosixPath("/blog"))
    ['/old', '/blog/older.html', '/x y']
    >>> given_addresses(["/?p=7", "/a/?utm_source=b"], PurePosixPath("/"))
    ['/?p=7', '/a']
    """
    paths = (_tidy(alias, folder) for alias in aliases)
    return list(dict.fromkeys(path for path in paths if path))


def published_path(
    site: SourceSite,
    file: PurePosixPath,
    *,
    slug: str,
    local: datetime | None,
    categories: tuple[str, ...],
    language: str,
    pattern: str | None = None,
) -> str:
    """Return where the site published ``file``, by its pattern or by what its kind does alone.

    ``local`` is the post's date on the site's own clock; without one a pattern that
    needs it gives nothing.
    """
    pattern = pattern or site.permalink
    if pattern is None and site.kind in {Kind.JEKYLL, Kind.PELICAN}:
        pattern = "date" if site.kind is Kind.JEKYLL else "/{slug}.html"
    if pattern:
        return _fill(_STYLES.get(pattern, pattern), slug, local, categories, file)
    if site.kind in {Kind.DATED, Kind.PLAIN}:
        return ""
    path = str(folder_address(site, file) / slug)
    if language and language not in file.parts and language in site.languages:
        path = f"/{language}{path}"
    return f"{path}/"


def built_addresses(site: SourceSite, path: str) -> list[str]:
    """Return the addresses that a published path was asked for by."""
    found = _tidy(path, PurePosixPath("/")) if path else ""
    if not found:
        return []
    # Hugo writes its addresses in lower case, links to them do not.
    return list(dict.fromkeys([found, found.lower()])) if site.kind is Kind.HUGO else [found]


def linked_addresses(site: SourceSite, file: PurePosixPath) -> list[str]:
    """Return the addresses under which Pelican's links between files name ``file``.

    ``{filename}/dev/a.md`` counts from the content folder, ``{filename}a.md`` from the
    linking file, which stands under /posts here.
    """
    if site.kind is not Kind.PELICAN:
        return []
    parts = file.parts[1:] if file.parts[:1] == ("content",) else file.parts
    return list(dict.fromkeys([str(PurePosixPath("/", *parts)), f"/posts/{file.name}"]))


def folder_address(site: SourceSite, file: PurePosixPath) -> PurePosixPath:
    """Return the address of the folder that holds a page, as sites without patterns have it."""
    parts = file.parent.parts[:-1] if file.stem.split(".")[0] == "index" else file.parent.parts
    for prefix in _PREFIXES:
        if parts[: len(prefix)] == prefix:
            parts = parts[len(prefix) :]
            break
    if parts and parts[0] in site.languages and parts[0] in {"en", site.language}:
        parts = parts[1:]
    return PurePosixPath("/", *parts)


def _fill(
    pattern: str,
    slug: str,
    local: datetime | None,
    categories: tuple[str, ...],
    file: PurePosixPath,
) -> str:
    values: dict[str, Callable[[datetime], str]] = {
        "year": lambda day: f"{day.year:04}",
        "month": lambda day: f"{day.month:02}",
        "day": lambda day: f"{day.day:02}",
        "i_month": lambda day: str(day.month),
        "i_day": lambda day: str(day.day),
        "short_year": lambda day: f"{day.year % 100:02}",
        "y_day": lambda day: f"{day.timetuple().tm_yday:03}",
        "hour": lambda day: f"{day.hour:02}",
        "minute": lambda day: f"{day.minute:02}",
        "second": lambda day: f"{day.second:02}",
    }
    constants = {
        "categories": "/".join(name.lower().replace(" ", "-") for name in categories),
        "category": categories[0] if categories else "",
        "section": file.parts[1] if len(file.parts) > 2 else "",
        "output_ext": ".html",
    }
    constants |= dict.fromkeys(
        ("title", "slug", "name", "filename", "slugorfilename", "contentbasename"), slug
    )
    known = True

    def value(found: re.Match[str]) -> str:
        nonlocal known
        if found[3] and local:
            return local.strftime(found[3])
        name = found[1] or found[2]
        if name in values and local:
            return values[name](local)
        known = known and name in constants
        return constants.get(name, "")

    path = re.sub("/+", "/", "/" + _TOKEN.sub(value, pattern))
    return path if known else ""


def _tidy(address: str, folder: PurePosixPath) -> str:
    try:
        parts = urlsplit(address.strip())
        path = unquote(parts.path)
    except ValueError:
        return ""
    if parts.query and path.startswith("/") and (named := spelled(address)):
        return named
    if not path.startswith("/"):
        path = f"{folder}/{path}" if path else ""
    path = re.sub("/+", "/", path).removesuffix("/index.html").rstrip("/")
    if any(ord(character) < 32 for character in path) or "/../" in f"{path}/":
        return ""
    return path if path and len(path) <= LONGEST else ""
