"""How a post's text calls its files, and what to write to show one."""

from pathlib import PurePosixPath

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.rendering import rebuild
from blogapp.web.filters import current_site


def attach(post: Post, media: Media) -> str:
    """Let the post's text call ``media`` by a name; return the name.

    A text that waits for a file of that name shows it at once.
    """
    names = {used.name: used.media_id for used in post.media}
    if known := next((name for name, id in names.items() if id == media.id), None):
        return known
    path = PurePosixPath(media.key)
    name, number = path.name, 2
    while name in names:
        name, number = f"{path.stem}-{number}{path.suffix}", number + 1
    db.session.add(PostMedia(post_id=post.id, name=name, media_id=media.id))
    db.session.flush()
    if name in post.body:
        rebuild(post.id, current_site().zone)
    return name


def markdown_for(
    media: Media, name: str, *, alt: str | None = None, caption: str = "", credit: str = ""
) -> str:
    """Return what shows an image with its caption, or leads to a file.

    What is not given is what the library says of it.
    """
    if not media.content_type.startswith("image/"):
        return f"[{_escaped(media.name)}]({name})"
    said = media.alt if alt is None else alt
    title = _title(caption or media.caption, credit or media.credit)
    return f"![{_escaped(said)}]({name}{title})"


def _title(caption: str, credit: str) -> str:
    """Return the caption as Markdown has it behind an address; who made it stands at its end."""
    words = f"{caption} ({credit})" if caption and credit else caption or credit
    if not words:
        return ""
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    return f' "{quoted}"'


def _escaped(text: str) -> str:
    return text.translate({ord(c): f"\\{c}" for c in "[]\\"})
