"""The parts of a site that a post may lie in: what becomes its domain when it names none."""

from functools import lru_cache
from pathlib import Path, PurePosixPath

from blogapp.importing import front_matter
from blogapp.importing.errors import BrokenFrontMatter, Unreadable
from blogapp.importing.fields import Fields
from blogapp.importing.opening import read_text
from blogapp.importing.surveying import DRAFT_FOLDERS, POST_FOLDERS, Kind, SourceSite


def section_name(site: SourceSite, file: PurePosixPath) -> str:
    """Return the name of the part of the site that ``file`` lies in; empty without parts."""
    folders = [part for part in file.parent.parts if part not in site.languages]
    if is_bundle(file) or folders[-1:] == [file.stem]:
        folders = folders[:-1]
    if site.kind is Kind.JEKYLL or DRAFT_FOLDERS & set(folders):
        return ""
    top = next((i for i, part in enumerate(folders) if part in POST_FOLDERS), None)
    if top is None:
        top = 0 if folders[:1] in (["content"], ["src"]) else -1
    if len(folders) <= top + 1 or folders[top + 1].isdigit():
        return ""
    place = file.parts.index(folders[top + 1])
    section = PurePosixPath(*file.parts[: place + 1])
    return _title(site.root, section) if _sorts_something(site, section) else ""


def is_bundle(file: PurePosixPath) -> bool:
    """Tell whether a post is a folder: ``index.md`` with what belongs to it beside it."""
    return file.stem.split(".")[0] == "index" and len(file.parts) > 1


def _sorts_something(site: SourceSite, section: PurePosixPath) -> bool:
    """Tell whether a folder has a page of its own or a neighbour; loose notes need neither."""
    names = site.folders.get(section, ())
    if site.kind is Kind.PLAIN or any(name.startswith("_index.") for name in names):
        return True
    depth = len(section.parts)
    beside = {folder.parts[:depth] for folder in site.folders if len(folder.parts) >= depth}
    return sum(parts[:-1] == section.parent.parts for parts in beside) > 1


@lru_cache(maxsize=256)
def _title(root: Path, folder: PurePosixPath) -> str:
    """Return the title in a section's own file, else its folder's name."""
    for name in ("_index.md", "_index.en.md"):
        path = root / folder / name
        if path.is_file():
            try:
                title = Fields(front_matter.split(read_text(path))[0]).text("title")
            except (BrokenFrontMatter, Unreadable):
                title = ""
            if title:
                return title
    return folder.name.replace("_", " ")
