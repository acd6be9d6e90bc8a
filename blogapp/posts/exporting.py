"""Posts as files: Markdown under front matter, as an importer reads it again."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Post
from blogapp.posts.rights import may_edit

BATCH = 50
# Written in C where it was built so; ten times as fast.
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Compact(list[Any]):
    """A list that YAML writes in one line."""


class _Dumper(_DUMPER):  # type: ignore[misc]
    """Writes each value out where it stands, however often it is there."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _write_text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _write_compact(dumper: Any, items: Compact) -> Any:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(Compact, _write_compact)


def write_archive(file: IO[bytes], ids: Sequence[int], *, author: Author) -> int:
    """Write those of the posts that ``author`` may edit into a ZIP; return how many they are.

    Each is a file named after its slug; static pages lie in ``pages/``. Images are not in it.
    """
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for post in _load(ids):
            if not may_edit(author, post):
                continue
            folder = "pages/" if post.is_page else ""
            # The slug is as unique on disks that ignore case.
            archive.writestr(f"{folder}{post.slug_key}.md", as_markdown(post))
            count += 1
    return count


def as_markdown(post: Post) -> str:
    """Return the body under front matter in YAML; what is empty is left out."""
    filled = without_empty({**(post.extra or {}), **front_matter(post)})
    return f"---\n{to_yaml(filled)}---\n\n{post.body}"


def to_yaml(value: Any) -> str:
    """Return YAML that says ``value``, the names in its order, texts of several lines as such."""
    written: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2_000_000_000
    )
    return written


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what says something: no None, False, empty text or empty list."""
    return {
        name: value
        for name, value in values.items()
        if not (value is None or value is False or value in ("", [], {}))
    }


def front_matter(post: Any) -> dict[str, Any]:
    """Return what generators and importers read of a post, by the names they know.

    ``post`` is a `Post`, or whatever answers by the same names.
    """
    return {
        "title": post.title,
        "slug": post.slug,
        "date": post.published_at and post.published_at.isoformat(),
        "updated": post.updated_at and post.updated_at.isoformat(),
        "draft": post.published_at is None,
        "authors": [author.name for author in post.authors],
        "tags": [tag.name for tag in post.tags],
        "domain": post.domain and post.domain.name,
        "series": post.series and post.series.name,
        "part": post.series_position,
        "kind": post.kind,
        "summary": post.summary,
        "language": post.language,
        "canonical": post.canonical_url,
        "pinned": post.pinned,
        "unlisted": post.unlisted,
    }


def _load(ids: Sequence[int]) -> Iterator[Post]:
    for start in range(0, len(ids), BATCH):
        query = (
            select(Post)
            .where(Post.id.in_(ids[start : start + BATCH]))
            .options(
                undefer(Post.body),
                undefer(Post.extra),
                joinedload(Post.domain),
                joinedload(Post.series),
                selectinload(Post.tags),
                selectinload(Post.bylines),
                selectinload(Post.authors),
            )
            .order_by(Post.id)
        )
        for post in db.session.scalars(query):
            yield post
            db.session.expunge(post)
