"""Beginning a post from another one."""

from datetime import datetime

from blogapp.accounts.models import Author
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.writing import Manuscript, new_post, save


def duplicate(post: Post, *, title: str, now: datetime) -> Post:
    """Return a draft with the text, the tags and the images of ``post``, under an own address.

    It is nobody's twin: neither published nor pinned, and without a canonical address
    elsewhere. The post must be loaded as `managing.find_for_writing` loads it.
    """
    draft = new_post(now=now, is_page=post.is_page)
    draft.media = [PostMedia(name=used.name, media=used.media) for used in post.media]
    authors: tuple[Author, ...] = tuple(post.authors)
    manuscript = Manuscript(
        title=title,
        body=post.body,
        summary=post.summary,
        kind=post.kind,
        language=post.language,
        domain=post.domain.name if post.domain else "",
        series=post.series.name if post.series else "",
        tags=tuple(tag.name for tag in post.tags),
        authors=authors,
        extra=dict(post.extra or {}),
    )
    save(draft, manuscript, now=now)
    return draft
