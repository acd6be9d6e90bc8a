"""Telling posts from the other Markdown files of a site."""

from pathlib import PurePosixPath

from blogapp.importing.fields import Fields
from blogapp.importing.surveying import (
    DRAFT_FOLDERS,
    POST_FOLDERS,
    Kind,
    SourceSite,
    is_about_the_tree,
)

_PAGE_LAYOUTS = {"page", "archive", "archives", "search", "home", "index", "redirect"}
_LISTS = {"index", "home", "404", "500", "archive", "archives", "categories", "feed", "search"}
_LISTS |= {"tag", "tags", "category", "sitemap", "blog", "posts"}
_LIST_REASONS = {
    f"is a page: {key} is {name}" for key in ("layout", "type") for name in _PAGE_LAYOUTS - {"page"}
}


def why_not_a_post(site: SourceSite, file: PurePosixPath) -> str:
    """Say why the file's place makes it something else; empty if it may be a post."""
    folders = set(file.parts[:-1])
    stem = file.stem.split(".")[0]
    siblings = site.folders.get(file.parent, frozenset())
    if stem == "_index":
        return "is a section page"
    if file.name.startswith("_"):
        return "its name begins with an underscore: part of a template or a section"
    if is_about_the_tree(file.stem) and not (site.kind is Kind.JEKYLL and "_posts" in folders):
        return "describes the folder"
    if site.kind is Kind.JEKYLL and not folders & ({"_posts"} | DRAFT_FOLDERS):
        return "is a page: it lies outside _posts"
    if site.kind is Kind.PELICAN and "pages" in folders:
        return "is a page: it lies in pages"
    if site.has_post_folder and not folders & (POST_FOLDERS | DRAFT_FOLDERS):
        return "is a page: it lies outside the folders of posts"
    in_sections = any(_sections(site, folder) for folder in site.folders)
    if site.kind is Kind.HUGO and in_sections and not _sections(site, file.parent):
        return "is a page: it lies in no section"
    if stem == "index" and file.parent.name in POST_FOLDERS and len(siblings) > 1:
        return "is a section page"
    if site.kind is Kind.HUGO and stem != "index" and _leaf_bundle(site, file.parent):
        return "belongs to the post index.md beside it"
    return ""


def _sections(site: SourceSite, folder: PurePosixPath) -> tuple[str, ...]:
    """Return the parts of a Hugo folder's path, without content/ and a language."""
    parts = folder.parts
    parts = parts[1:] if parts[:1] == ("content",) else parts
    return tuple(part for part in parts if part not in site.languages)


def _leaf_bundle(site: SourceSite, folder: PurePosixPath) -> bool:
    return any(name.split(".")[0] == "index" for name in site.folders.get(folder, ()))


def why_a_page(site: SourceSite, file: PurePosixPath, given: Fields) -> str:
    """Say why the file's own words make it no post; empty if it is one."""
    for key in ("layout", "type"):
        if (name := given.text(key).lower()) in _PAGE_LAYOUTS and "_posts" not in file.parts:
            return f"is a page: {key} is {name}"
    build = given.value("build")
    if isinstance(build, dict) and {"never", "false"} & {
        str(build.get(key, "")).lower() for key in ("list", "render")
    }:
        return "is not listed by its site"
    if given.form == "none" and site.kind in {Kind.HUGO, Kind.JEKYLL}:
        return "has no front matter, so its site does not publish it"
    return ""


def may_be_a_page(file: PurePosixPath, reason: str) -> bool:
    """Tell whether what is no post, for this reason, is a page of words such as about.md.

    >>> may_be_a_page(PurePosixPath("about.md"), "is a page: it lies outside _posts")
    True
    >>> may_be_a_page(PurePosixPath("tags.md"), "is a page: layout is archive")
    False
    """
    is_list = file.stem.split(".")[0].lower() in _LISTS
    return reason.startswith("is a page") and not is_list and reason not in _LIST_REASONS
