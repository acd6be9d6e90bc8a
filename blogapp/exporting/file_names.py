"""What the files of an export are called: names that every disk keeps apart."""

import hashlib
import unicodedata
from datetime import UTC, datetime

MANIFEST = "export.sha256"
LONGEST = 150  # bytes: a date, a number and an ending stand beside it
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_RESERVED |= {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}


def file_name(slug: str) -> str:
    """Return a file's or folder's name for a slug, without ending; in small letters.

    It is the slug, unless some disk or generator could not keep it: then a number tells
    it from others.

    >>> file_name("Kafka_2.0"), file_name("con"), file_name("_x.")
    ('kafka_2.0', 'con-6b12bbaae7', 'x-6cc1713f49')
    """
    key = slug.casefold()
    plain = unicodedata.normalize("NFKC", key).casefold()
    stem = plain.encode()[:LONGEST].decode(errors="ignore").strip("._-#~")
    if stem == key and stem.split(".")[0] not in _RESERVED:
        return key
    return f"{stem or 'post'}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def post_folder(
    *, is_page: bool, published: datetime | None, withdrawn: object, deleted: object
) -> str:
    """Return where a post lies: its state, as far as no clock is needed to tell it."""
    state = "posts" if published else "drafts"
    state = "trash" if deleted else "withdrawn" if withdrawn else state
    if is_page:
        return "pages" if state == "posts" else f"_pages/{state}"
    return f"_{state}"


def post_path(
    slug: str, *, is_page: bool, published: datetime | None, withdrawn: object, deleted: object
) -> str:
    """Return the path of a post's file."""
    folder = post_folder(is_page=is_page, published=published, withdrawn=withdrawn, deleted=deleted)
    name = file_name(slug)
    if folder == "_posts" and published:
        # Jekyll knows posts by such names (https://jekyllrb.com/docs/posts/).
        name = f"{published.astimezone(UTC):%Y-%m-%d}-{name}"
    return f"{folder}/{name}.md"


def reference(slug: str, *, is_page: bool) -> str:
    """Return how other files name a post.

    >>> reference("wal", is_page=False), reference("about", is_page=True)
    ('posts/wal', 'pages/about')
    """
    return f"{'pages' if is_page else 'posts'}/{slug}"
