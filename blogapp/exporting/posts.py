"""Posts and pages in whatever state: front matter that generators know, and the text as it is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from blogapp.accounts.models import Author
from blogapp.exporting import documents
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.file_names import post_path
from blogapp.exporting.files import File, Here
from blogapp.exporting.snapshots import batches, by_bytes
from blogapp.media.models import Media
from blogapp.posts.exporting import Compact, front_matter, without_empty
from blogapp.posts.models import Domain, Post, PostAuthor, PostMedia, Series, Tag, post_tags

BATCH = 50
_DERIVED = "made anew of the text"
SHAPE = Shape(
    table_of(Post),
    left_out={
        "id": "a number of this database",
        "slug_key": "made from the slug",
        "published_month": "made from the date",
        **dict.fromkeys(
            ("html", "text", "excerpt", "minutes", "words", "code_lines", "figures"), _DERIVED
        ),
        **dict.fromkeys(("headings", "drawings", "renderer_version"), _DERIVED),
    },
    names={
        "published_at": "date",
        "updated_at": "updated",
        "created_at": "created",
        "saved_at": "saved",
        "withdrawn_at": "withdrawn",
        "deleted_at": "deleted",
        "canonical_url": "canonical",
        "series_position": "part",
    },
    references={
        "is_page": "the folder it lies in",
        "body": "what stands under the front matter",
        "domain_id": "domain",
        "series_id": "series",
        "cover_id": "cover",
    },
)
BYLINES = Shape(
    table_of(PostAuthor),
    left_out={"position": "the order of the names"},
    references={"post_id": "the file", "author_id": "by"},
)
TAGS = Shape(post_tags, references={"post_id": "the file", "tag_id": "tags"})
MEDIA = Shape(
    table_of(PostMedia),
    references={"post_id": "the file", "media_id": "media"},
)
_posts = table_of(Post)


class Page(NamedTuple):
    """A post as its file says it, with the folder and name that are part of that."""

    path: str
    head: dict[str, Any]
    body: str


def write(here: Here) -> Iterator[File]:
    """Yield a file for each post and page."""
    order = by_bytes(here.connection, _posts.c.slug_key)
    ids = select(_posts.c.id).order_by(_posts.c.is_page, order)
    for batch in batches(here.connection, ids, BATCH):
        for page in pages(here, batch):
            yield File(page.path, [documents.page(page.head, page.body)])


def pages(here: Here, ids: Sequence[int]) -> Iterator[Page]:
    """Yield posts as their files say them, in the order of the ids."""
    rows = {row.id: row for row in here.connection.execute(_query(ids))}
    tags, bylines, media = _tags(here, ids), _bylines(here, ids), _media(here, ids)
    for row in (rows[id] for id in ids):
        head = _head(row, tags[row.id], bylines[row.id], media[row.id])
        path = post_path(
            row.slug,
            is_page=row.is_page,
            published=row.published_at,
            withdrawn=row.withdrawn_at,
            deleted=row.deleted_at,
        )
        yield Page(path, head, row.body)


def _query(ids: Sequence[int]) -> Select[Any]:
    earlier, same = _posts.alias(), _posts.alias()
    rank = select(func.count()).where(
        earlier.c.published_at == _posts.c.published_at, earlier.c.id <= _posts.c.id
    )
    at_once = select(func.count()).where(same.c.published_at == _posts.c.published_at)
    return (
        select(
            *(_posts.c[name] for name in ("id", "is_page", "body")),
            *SHAPE.columns,
            table_of(Domain).c.name.label("domain"),
            table_of(Series).c.name.label("series"),
            table_of(Media).c.key.label("cover"),
            rank.correlate(_posts).scalar_subquery().label("rank"),
            at_once.correlate(_posts).scalar_subquery().label("at_once"),
        )
        .select_from(_posts)
        .outerjoin(table_of(Domain), table_of(Domain).c.id == _posts.c.domain_id)
        .outerjoin(table_of(Series), table_of(Series).c.id == _posts.c.series_id)
        .outerjoin(table_of(Media), table_of(Media).c.id == _posts.c.cover_id)
        .where(_posts.c.id.in_(ids))
    )


def _tags(here: Here, ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = (
        select(post_tags.c.post_id, table_of(Tag).c.name, table_of(Tag).c.name_key)
        .join(table_of(Tag), table_of(Tag).c.id == post_tags.c.tag_id)
        .where(post_tags.c.post_id.in_(ids))
    )
    found = defaultdict(list)
    for row in sorted(here.connection.execute(query), key=lambda row: row.name_key):
        found[row.post_id].append(row.name)
    return found


def _bylines(here: Here, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    authors, bylines = table_of(Author), table_of(PostAuthor)
    query = (
        select(bylines.c.post_id, bylines.c.position, authors.c.name, authors.c.slug)
        .join(authors, authors.c.id == bylines.c.author_id)
        .where(bylines.c.post_id.in_(ids))
    )
    found = defaultdict(list)
    rows = here.connection.execute(query)
    for row in sorted(rows, key=lambda row: (row.position, row.slug)):
        found[row.post_id].append(row)
    return found


def _media(here: Here, ids: Sequence[int]) -> Mapping[int, list[dict[str, str]]]:
    media, used = table_of(Media), table_of(PostMedia)
    query = (
        select(used.c.post_id, used.c.name, media.c.key)
        .join(media, media.c.id == used.c.media_id)
        .where(used.c.post_id.in_(ids))
    )
    found = defaultdict(list)
    for row in sorted(here.connection.execute(query), key=lambda row: row.name):
        found[row.post_id].append({"name": row.name, "file": f"media/{row.key}"})
    return found


def _head(
    row: Any, tags: Sequence[str], bylines: Sequence[Any], media: Sequence[dict[str, str]]
) -> dict[str, Any]:
    known = {column.name: getattr(row, column.name) for column in SHAPE.columns}
    post = SimpleNamespace(
        **known,
        domain=_named(row.domain),
        series=_named(row.series),
        tags=[_named(name) for name in tags],
        authors=bylines,
    )
    head = without_empty(front_matter(post))
    if row.is_page:
        # Where Jekyll and where Hugo put it: where it is here.
        address = "/about" if row.slug.casefold() == "about" else f"/pages/{row.slug}"
        head |= {"permalink": address, "url": address}
    said = {"by": [byline.slug for byline in bylines], **SHAPE.say(row)}
    said |= {"cover": row.cover and f"/media/{row.cover}", "media": media}
    # Posts of one moment stand in lists in this order.
    said["rank"] = row.rank if row.at_once > 1 else None
    # What is long stands last.
    said["extra"] = said.pop("extra", None)
    said["sections"] = Compact(said.pop("sections", None) or ())
    return head | without_empty({name: said[name] for name in said if name not in head})


def _named(name: str | None) -> Any:
    return name and SimpleNamespace(name=name)
