"""Finding the sites under a path, what made each of them, and which of its files may be posts."""

import ast
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from blogapp.importing import front_matter
from blogapp.importing.dating import split_file_name
from blogapp.importing.errors import BrokenFrontMatter, NoSite

_BEFORE_YAML = re.compile(r"\A(?:[ \t]*(?:#.*)?\n)*---[ \t]*\n")
MARKDOWN = {".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx"}
OTHER_MARKUP = {".rst", ".adoc", ".asciidoc", ".org", ".textile", ".ipynb"}
POST_FOLDERS = {"_posts", "_drafts", "blog", "blogs", "posts", "post", "articles", "news"}
DRAFT_FOLDERS = {"_drafts", "drafts"}
# Built sites, themes and tools: none of it was written as a post.
_SKIPPED_FOLDERS = {"_site", "_includes", "_layouts", "_sass", "_data", "_licence", "layouts"}
_SKIPPED_FOLDERS |= {"archetypes", "themes", "templates", "i18n", "node_modules", "vendor"}
_SKIPPED_FOLDERS |= {"output", "dist", "build", "__pycache__"}
_SKIPPED_FILES = {"sources.md", "expectations.json", "_manifest.json"}
_SITE_FILES = re.compile(
    r"_config\.ya?ml|(?:hugo|config)\.(?:toml|ya?ml|json)|pelicanconf\.py|astro\.config\.\w+"
    r"|\.eleventy\.c?js|eleventy\.config\.[cm]?js"
)
_SITE_FOLDERS = ["_posts", "content", "src/content", "src/blog", "src/posts", "src/pages"]
_SITE_FOLDERS += ["docs/_posts", "docs/content"]
_ABOUT_THE_TREE = re.compile(
    r"(?:readme|licen[cs]e|copying|notice|changelog|contributing|code_of_conduct|security)(?:\.\w+)?",
    re.I,
)
_LANGUAGES = (  # ISO 639-1
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy"
    " da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu"
    " hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb"
    " lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om"
    " or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw"
    " ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]([A-Za-z]{2}|[A-Z][a-z]{3}))?")
_WEB = re.compile(r"https?://[^\s/]")
_PEEK = 4000


class Kind(StrEnum):
    """What builds a site; decides how its files are read."""

    JEKYLL = "jekyll"
    HUGO = "hugo"
    PELICAN = "pelican"
    ASTRO = "astro"
    ELEVENTY = "eleventy"
    DATED = "dated"  # unknown, with dates in the names of its files
    FRONTED = "fronted"  # unknown, with front matter
    PLAIN = "plain"  # notes without front matter


@dataclass(frozen=True)
class SourceSite:
    """A folder that is one site, and what was found out about it."""

    name: str
    root: Path
    kind: Kind
    files: tuple[PurePosixPath, ...]  # Markdown, relative to the root
    others: tuple[PurePosixPath, ...] = ()  # texts in other notations, left out
    zone: ZoneInfo | None = None  # from the site's own settings
    permalink: str | None = None  # the same
    language: str = ""
    languages: frozenset[str] = frozenset()  # folders and suffixes that are languages
    has_post_folder: bool = False
    dated_names: bool = False
    folders: dict[PurePosixPath, frozenset[str]] = field(default_factory=dict)
    base_url: str = ""  # where it was on the web, without a slash at the end

    @property
    def prefix(self) -> str:
        """The path under which the site stood: ``/blog``; empty where it had a host."""
        return unquote(urlsplit(self.base_url).path).rstrip("/")


def find_sites(path: Path) -> list[SourceSite]:
    """Return the sites at ``path``: itself, or the folders below it that hold posts.

    Raises `NoSite` when there is no Markdown at all.
    """
    roots = list(_find_roots(path))
    sites = [survey(root, files, others) for root, files, others in roots]
    if not any(site.files for site in sites):
        raise NoSite(f"{path} holds no Markdown files")
    return [site for site in sites if site.files or site.others]


def is_language(name: str) -> bool:
    """Tell whether a folder's name or a suffix reads as a language: ``fr``, ``zh-CN``.

    >>> is_language("zh-CN"), is_language("fly"), is_language("go")
    (True, False, False)
    """
    found = _LANGUAGE.fullmatch(name)
    return found is not None and found[1] in _LANGUAGES.split()


def is_about_the_tree(stem: str) -> bool:
    """Tell whether a file's name says that it describes the folder: ``README``, ``LICENSE``.

    >>> is_about_the_tree("README"), is_about_the_tree("readmes-matter")
    (True, False)
    """
    return _ABOUT_THE_TREE.fullmatch(stem) is not None


Found = tuple[Path, tuple[PurePosixPath, ...], tuple[PurePosixPath, ...]]


def _find_roots(path: Path) -> Iterator[Found]:
    children = sorted(child for child in path.iterdir() if _is_content_folder(child))
    has_posts = any(_is_post(entry) for entry in path.iterdir())
    if has_posts or _is_site(path) or not any(_holds_sites(child) for child in children):
        yield path, *_list_files(path)
        return
    for child in children:
        yield from _find_roots(child)


def _is_content_folder(path: Path) -> bool:
    name = path.name
    hidden = name.startswith(".") or name in _SKIPPED_FOLDERS
    return path.is_dir() and not path.is_symlink() and not hidden


def _is_post(path: Path) -> bool:
    is_text = path.suffix.lower() in MARKDOWN and path.is_file()
    return is_text and path.name.lower() not in _SKIPPED_FILES and not is_about_the_tree(path.stem)


def _is_site(path: Path) -> bool:
    """Tell whether a folder is laid out as generators want it; loose notes are not."""
    names = (entry.name for entry in path.iterdir())
    return any(_SITE_FILES.fullmatch(name) for name in names) or any(
        (path / folder).is_dir() for folder in _SITE_FOLDERS
    )


def _holds_sites(path: Path) -> bool:
    # A folder of folders of sites is as deep as people go.
    return _is_site(path) or any(
        _is_site(child) for child in path.iterdir() if _is_content_folder(child)
    )


def _list_files(root: Path) -> tuple[tuple[PurePosixPath, ...], tuple[PurePosixPath, ...]]:
    markdown, others = [], []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_content_folder(Path(folder, name)))
        below = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in sorted(names):
            suffix = PurePosixPath(name).suffix.lower()
            if name.lower() in _SKIPPED_FILES or name.startswith("."):
                continue
            if suffix in MARKDOWN:
                markdown.append(below / name)
            elif suffix in OTHER_MARKUP:
                others.append(below / name)
    return tuple(markdown), tuple(others)


def survey(
    root: Path, files: tuple[PurePosixPath, ...], others: tuple[PurePosixPath, ...] = ()
) -> SourceSite:
    """Return what is known about the site at ``root`` before its files are read."""
    root = root.resolve()
    settings = _settings(root)
    forms = [_form(root / file) for file in files]
    kind = _kind(root, files, forms)
    names = [split_file_name(_bare_name(file))[0] for file in files]
    dated = sum(name is not None for name in names) * 2 > len(files)
    if kind is Kind.FRONTED and dated:
        kind = Kind.DATED
    return SourceSite(
        name=root.name[:200],
        root=root,
        kind=kind,
        files=files,
        others=others,
        zone=_zone(settings),
        permalink=_permalink(settings),
        language=str(settings.get("defaultcontentlanguage") or settings.get("lang") or ""),
        languages=_languages(kind, files),
        has_post_folder=kind is not Kind.PLAIN
        and any(POST_FOLDERS & set(file.parts[:-1]) for file in files),
        dated_names=dated or kind in {Kind.JEKYLL, Kind.PELICAN},
        folders=_folders(files),
        base_url=_base_url(settings) or _scripted_base_url(root, kind),
    )


def _bare_name(file: PurePosixPath) -> str:
    return file.parent.name if file.stem == "index" else file.stem


def _form(path: Path) -> str:
    """Return the form of a file's front matter by its first lines."""
    if not path.is_file():
        return "none"
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            start = file.read(_PEEK)
        if start.lstrip().startswith("---"):
            return "yaml"
        return front_matter.split(start)[0].form
    except BrokenFrontMatter:
        return "toml" if start.lstrip().startswith("+++") else "json"
    except OSError:
        return "none"


def _kind(root: Path, files: tuple[PurePosixPath, ...], forms: list[str]) -> Kind:
    names = {entry.name for entry in root.iterdir()}
    folders = {part for file in files for part in file.parts[:-1]}
    sections = any(file.name.startswith("_index.") for file in files)

    def named(*starts: str) -> bool:
        return any(name.startswith(starts) for name in names)

    if "_posts" in folders or "_config.yml" in names:
        return Kind.JEKYLL
    if "pelicanconf.py" in names or "meta" in forms:
        return Kind.PELICAN
    if named("astro.config.") or any(file.parts[:2] == ("src", "content") for file in files):
        return Kind.ASTRO
    if named(".eleventy.", "eleventy.config."):
        return Kind.ELEVENTY
    if named("hugo."):
        return Kind.HUGO
    if "content" in names and (sections or "toml" in forms or named("config.")):
        return Kind.HUGO
    return Kind.PLAIN if forms.count("none") * 2 > len(forms) else Kind.FRONTED


def _languages(kind: Kind, files: tuple[PurePosixPath, ...]) -> frozenset[str]:
    """Return folder names and suffixes that are languages in this site.

    ``en``, a region or a sibling language is what tells ``fr`` from a topic of two letters.
    """
    if kind is Kind.PLAIN:
        return frozenset()
    twins = Counter(file.parent / file.name.split(".")[0] for file in files)
    found = {
        suffix
        for file in files
        if is_language(suffix := PurePosixPath(file.stem).suffix[1:])
        and twins[file.parent / file.name.split(".")[0]] > 1
    }
    siblings: dict[PurePosixPath, set[str]] = {}
    for file in files:
        for folder in file.parents:
            if is_language(folder.name):
                siblings.setdefault(folder.parent, set()).add(folder.name)
    for names in siblings.values():
        if len(names) > 1 or any(name == "en" or len(name) > 2 for name in names):
            found |= names
    return frozenset(found)


def _folders(files: tuple[PurePosixPath, ...]) -> dict[PurePosixPath, frozenset[str]]:
    found: dict[PurePosixPath, set[str]] = {}
    for file in files:
        found.setdefault(file.parent, set()).add(file.name)
    return {folder: frozenset(names) for folder, names in found.items()}


# The site's own settings


def _settings(root: Path) -> dict[str, Any]:
    """Return the few settings read here, under lower-case names; {} where there are none."""
    readers = {
        "_config.yml": _yaml_settings,
        "docs/_config.yml": _yaml_settings,
        "pelicanconf.py": _python_settings,
    }
    for stem in ("hugo", "config", "config/_default/hugo", "config/_default/config"):
        for suffix in ("yaml", "yml"):
            readers[f"{stem}.{suffix}"] = _yaml_settings
        for suffix in ("toml", "json"):
            readers[f"{stem}.{suffix}"] = _fenced_settings
    for name, read in readers.items():
        path = root / name
        if path.is_file() and path.stat().st_size < 1_000_000:
            try:
                return {str(key).lower(): value for key, value in read(path).items()}
            except (OSError, UnicodeDecodeError, SyntaxError, ValueError):
                return {}
            except (BrokenFrontMatter, RecursionError, MemoryError):
                return {}
    return {}


def _yaml_settings(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8-sig")
    # What is bounded there is bounded here: a few references may stand for millions of values.
    return front_matter.split(f"---\n{_BEFORE_YAML.sub('', text)}\n---\n")[0].values


def _fenced_settings(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8-sig")
    fenced = f"+++\n{text}\n+++\n" if path.suffix == ".toml" else text
    return front_matter.split(fenced)[0].values


def _python_settings(path: Path) -> dict[str, Any]:
    """Return what a Python file assigns as plain values; it is never run."""
    found = {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = statement.value.value
    return found


def _zone(settings: dict[str, Any]) -> ZoneInfo | None:
    try:
        return ZoneInfo(str(settings["timezone"]))
    except (KeyError, ValueError, OSError):
        return None


def _base_url(settings: dict[str, Any]) -> str:
    """Return where a site says that it stands: Jekyll in two settings, Hugo and Pelican in one."""
    named = (str(settings.get(key) or "").strip() for key in ("url", "baseurl", "siteurl"))
    url = next((text for text in named if _WEB.match(text)), "")
    below = str(settings.get("baseurl") or "")
    if url and below.startswith("/"):
        url = f"{url.rstrip('/')}/{below.strip('/')}"
    return url.rstrip("/")


def _scripted_base_url(root: Path, kind: Kind) -> str:
    """Return what Astro's settings or Eleventy's data say; they are looked at, never run."""
    if kind is Kind.ASTRO:
        paths, key = sorted(root.glob("astro.config.*")), "site"
    elif kind is Kind.ELEVENTY:
        folders = (root / "_data", root / "src/_data")
        paths = [path for folder in folders for path in sorted(folder.glob("*.js*"))]
        key = "url"
    else:
        return ""
    pattern = re.compile(rf"\b{key}[\"']?\s*:\s*[\"'`](https?://[^\"'`\s]+)")
    for path in paths[:20]:
        try:
            if path.is_file() and path.stat().st_size < 100_000:
                found = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
                if found:
                    return found[1].rstrip("/")
        except OSError:
            continue
    return ""


def _permalink(settings: dict[str, Any]) -> str | None:
    pattern = settings.get("permalink") or settings.get("article_url")
    if isinstance(by_section := settings.get("permalinks"), dict):
        pages = by_section.get("page")
        by_section = pages if isinstance(pages, dict) else by_section
        pattern = next((by_section[name] for name in POST_FOLDERS if name in by_section), None)
    return pattern if isinstance(pattern, str) and pattern else None
