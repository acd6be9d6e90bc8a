"""Finding the files that a post refers to in the tree it comes from."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path, PurePosixPath

from blogapp.importing.reading import SourcePost
from blogapp.importing.surveying import SourceSite
from blogapp.text.file_types import FILE_TYPES
from blogapp.text.references import file_path, is_outside
from blogapp.text.templating import resolve

LONGEST_NAME = 500
PICTURES = {".png", ".jpg", ".jpeg", ".jpe", ".gif", ".webp", ".avif", ".svg"}
KEPT = PICTURES | FILE_TYPES.keys()
# Where generators look for what an address beginning with a slash names.
_ROOTS = ("static", "public", "content", "assets", "src", "src/assets", "docs", "source", "")
_ALIASES = (("@/", "src/"), ("~/", "src/"))

CODE = re.compile(
    r"^([ \t>]*)(`{3,}|~{3,}).*?(?:^[ \t>]*\2[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(`+)(?!`)[^\n]{0,2000}?(?<!`)\3(?!`)",
    re.MULTILINE | re.DOTALL,
)
_LIQUID = r"\{\{[^{}\n]*\}\}[^\s()<>]*"
_TARGET = rf"\(\s*(?:<([^<>\n]+)>|({_LIQUID}|(?:[^\s()<>]|\([^\s()<>]*\))+))"
PICTURE = re.compile(rf"!\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]{_TARGET}")
LINK = re.compile(rf"\]{_TARGET}")
DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*(?:<([^<>\n]+)>|(\S+))", re.MULTILINE)
ELEMENT = re.compile(r"<(img|source|video|audio|a)\b([^<>]*)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![\w-])(?:src|href|poster)\s*=\s*(?:\"(\{\{[^{}]*\}\}[^\"]*|[^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
_SHORTCODE = re.compile(r"\{\{[<%][^{}]*?\b(?:src|image)\s*=\s*\"([^\"{}]+)\"")


@dataclass(frozen=True)
class Reference:
    """A place in a body that names a file."""

    name: str  # as the body has it
    line: int  # in the source file
    is_picture: bool


@dataclass(frozen=True)
class Gathered:
    """The files a post refers to, by the names it uses; and the pictures nobody has."""

    files: dict[str, Path]
    cover: Path | None
    missing: tuple[Reference, ...]
    # For a body that is rewritten: ids in the media store by names, those names by the
    # addresses that the body has, and pictures of the web that are still out there.
    stored: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    cover_id: int | None = None
    outside: tuple[str, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()


def gather(site: SourceSite, post: SourcePost) -> Gathered:
    """Return the files in the site's tree that ``post`` refers to. Reads no file."""
    files: dict[str, Path] = {}
    missing: dict[str, Reference] = {}
    for reference in references(post.body, first_line=post.body_line):
        if reference.name in files or len(reference.name) > LONGEST_NAME:
            continue
        if found := find_file(site, post.path, reference.name):
            files[reference.name] = found
        elif reference.is_picture:
            missing.setdefault(reference.name, reference)
    for name in post.resources:
        if found := find_file(site, post.path, name):
            files.setdefault(name, found)
    covers = (find_file(site, post.path, name) for name in post.covers if not is_outside(name))
    pictures = (path for path in covers if path and path.suffix.lower() in PICTURES)
    return Gathered(files, next(pictures, None), tuple(missing.values()))


def references(body: str, *, first_line: int = 1) -> Iterator[Reference]:
    """Yield what a body refers to inside its site, pictures first; code is not looked into."""
    text = CODE.sub(lambda code: "\n" * code[0].count("\n"), body)
    line_ends = [end.start() for end in re.finditer("\n", text)]

    def found(name: str | None, place: int, *, is_picture: bool) -> Iterator[Reference]:
        name = unescape((name or "").strip())
        if name and not is_outside(name):
            line = bisect_left(line_ends, place) + first_line
            yield Reference(name, line, is_picture)

    for match in PICTURE.finditer(text):
        yield from found(match[1] or match[2], match.start(), is_picture=True)
    for element in ELEMENT.finditer(text):
        is_picture = element[1].lower() == "img"
        # Liquid's quotes stand inside the attribute's.
        attributes = text[element.start(2) : element.end(2) + 200]
        for address in _ADDRESS.finditer(attributes.split(">", 1)[0]):
            name = address[1] or address[2] or address[3]
            yield from found(name, element.start(), is_picture=is_picture)
    for match in _SHORTCODE.finditer(text):
        yield from found(match[1], match.start(), is_picture=False)
    for match in LINK.finditer(text):
        yield from found(match[1] or match[2], match.start(), is_picture=False)
    for tag in resolve(body).pictures:
        if not is_outside(tag.text):
            yield Reference(tag.text, tag.line + first_line - 1, is_picture=True)
    for match in DEFINITION.finditer(text):
        name = match[1] or match[2]
        is_picture = PurePosixPath(file_path(name)).suffix.lower() in PICTURES
        yield from found(name, match.start(), is_picture=is_picture)


def find_file(site: SourceSite, file: PurePosixPath, name: str) -> Path | None:
    """Return the file that ``name`` means in the post ``file``; None outside the site's tree."""
    path = file_path(name)
    if PurePosixPath(path).suffix.lower() not in KEPT or "\0" in path:
        return None
    for candidate in _candidates(site.root, file, path):
        try:
            resolved = candidate.resolve()
            # Neither ".." nor a symbolic link may reach what lies beside the site.
            if resolved.is_relative_to(site.root) and resolved.is_file():
                return resolved
        except OSError:
            continue
    return None


def _candidates(root: Path, file: PurePosixPath, path: str) -> Iterator[Path]:
    for alias, folder in _ALIASES:
        if path.startswith(alias):
            yield root / folder / path.removeprefix(alias)
    rooted = path.lstrip("/")
    if not path.startswith("/"):
        yield root / file.parent / path
        # A page at /blog/name/ finds beside itself what lies in a folder of its name.
        yield root / file.parent / file.stem / path
    for above in [PurePosixPath(), *reversed(file.parents[:-1])]:
        for folder in _ROOTS:
            yield root / above / folder / rooted
