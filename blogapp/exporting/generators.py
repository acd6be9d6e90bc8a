"""What lets Hugo and Jekyll build an export as it stands: their settings and plain templates."""

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any

from sqlalchemy import or_, select

from blogapp.exporting import documents
from blogapp.exporting.columns import table_of
from blogapp.exporting.file_names import MANIFEST
from blogapp.exporting.files import File, Here
from blogapp.exporting.posts import Page, pages
from blogapp.exporting.snapshots import batches, by_bytes
from blogapp.posts.exporting import to_yaml, without_empty
from blogapp.posts.models import Post
from blogapp.site.models import Site
from blogapp.site.reading import default_site

_HOOKS = "_hugo/layouts/_default/_markup"
# Where the templates lie in an export.
_TEMPLATES = {
    "_layouts/default.html": "jekyll-default.html",
    "_layouts/post.html": "jekyll-post.html",
    "index.html": "jekyll-index.html",
    "_hugo/layouts/_default/baseof.html": "hugo-baseof.html",
    "_hugo/layouts/_default/single.html": "hugo-single.html",
    "_hugo/layouts/_default/list.html": "hugo-list.html",
    f"{_HOOKS}/render-image.html": "hugo-render-image.html",
    f"{_HOOKS}/render-link.html": "hugo-render-link.html",
}
# Where Hugo finds content, and what it takes it for.
_MOUNTS = {"_posts": "posts", "_drafts": "posts", "pages": "pages", "_pages/drafts": "pages"}
_INSTEAD = "_hugo/content"
# What stands in `source` of the front matter that Hugo reads in place of a post's own.
_BRIEF = (
    *("title", "slug", "date", "updated", "draft", "authors", "tags", "series", "summary"),
    *("language", "unlisted", "url", "media"),
)
_BATCH = 50
_posts = table_of(Post)


def write(here: Here) -> Iterator[File]:
    """Yield settings and templates of both; with the posts that Hugo would misread, otherwise."""
    site = _site(here)
    yield File("_config.yml", [_jekyll(site)])
    yield File("hugo.toml", _hugo(site, (page.path for page in _misread(here))))
    for path, name in _TEMPLATES.items():
        template = files(__package__) / "templates" / name
        yield File(path, [template.read_bytes()])
    for page in _misread(here):
        path = f"{_INSTEAD}/{_kind(page)}/{page.path.replace('/', '-').lstrip('_')}"
        brief = {name: page.head[name] for name in _BRIEF if name in page.head}
        yield File(path, [documents.page({**brief, "source": page.path}, "")])


def _site(here: Here) -> Any:
    table = table_of(Site)
    found = here.connection.execute(select(table).where(table.c.id == 1)).one_or_none()
    return found or default_site()


def _jekyll(site: Any) -> bytes:
    # Braces in a text are the author's, and not Liquid's (Jekyll 4.0).
    as_post = {"layout": "post", "render_with_liquid": False}
    config = {
        **without_empty({"title": site.title, "description": site.description}),
        "lang": site.language,
        "timezone": site.time_zone,
        "permalink": "/posts/:title",
        "defaults": [
            {"scope": {"path": "", "type": "posts"}, "values": as_post},
            {"scope": {"path": "", "type": "drafts"}, "values": as_post},
            {"scope": {"path": "pages"}, "values": as_post},
        ],
        "exclude": ["hugo.toml", MANIFEST, "public", "resources"],
    }
    return to_yaml(config).encode()


def _hugo(site: Any, left_out: Iterable[str]) -> Iterator[bytes]:
    known = sorted(left_out)
    yield from _lines(
        'baseURL = "/"',
        f"title = {_toml(site.title)}",
        f"languageCode = {_toml(site.language)}",
        f"timeZone = {_toml(site.time_zone)}",
        "disablePathToLower = true",
        "",
        "[permalinks]",
        'posts = "/posts/:slug"',
        'pages = "/pages/:slug"',
        "",
        "[taxonomies]",
        'tag = "tags"',
        'author = "authors"',
        'series = "series"',
        "",
        "[markup.goldmark.renderer]",
        "unsafe = true",
    )
    for source, kind in _MOUNTS.items():
        mine = [path.removeprefix(f"{source}/") for path in known if path.startswith(f"{source}/")]
        yield from _mount(source, f"content/{kind}", mine)
    for kind in sorted({*_MOUNTS.values()}):
        yield from _mount(f"{_INSTEAD}/{kind}", f"content/{kind}")
    yield from _mount("media", "static/media")
    yield from _mount("_hugo/layouts", "layouts")
    yield from _mount("_data", "data")


def _mount(source: str, target: str, left_out: Sequence[str] = ()) -> Iterator[bytes]:
    yield from _lines("", "[[module.mounts]]", f"source = {_toml(source)}")
    yield from _lines(f"target = {_toml(target)}")
    if left_out:
        yield from _lines("# Hugo would run shortcodes in these; it is given their texts instead.")
        yield from _lines("excludeFiles = [", *(f"  {_toml(each)}," for each in left_out), "]")


def _lines(*lines: str) -> Iterator[bytes]:
    for line in lines:
        yield f"{line}\n".encode()


def _toml(text: str) -> str:
    # A string of TOML is one of JSON, but for this letter.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _misread(here: Here) -> Iterator[Page]:
    """Yield the posts whose texts hold what Hugo takes for shortcodes."""
    marks = or_(_posts.c.body.contains("{{<"), _posts.c.body.contains("{{%", autoescape=True))
    order = by_bytes(here.connection, _posts.c.slug_key)
    ids = select(_posts.c.id).where(marks).order_by(_posts.c.is_page, order)
    for batch in batches(here.connection, ids, _BATCH):
        for page in pages(here, batch):
            if page.path.startswith(tuple(f"{folder}/" for folder in _MOUNTS)):
                yield page


def _kind(page: Page) -> str:
    return "pages" if page.path.startswith(("pages/", "_pages/")) else "posts"
