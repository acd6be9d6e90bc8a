"""Beginning a post from another one."""

from datetime import datetime

from blogapp.accounts.models import Author
from blogapp.posts.content import content_of
from blogapp.posts.draft_models import EntryKind
from blogapp.posts.drafting import working_copy, write_content
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.writing import Manuscript, new_post, save

_OF_ONE_POST = ("slug", "pinned", "unlisted", "canonical_url", "series_position")


def duplicate(post: Post, *, title: str, author_id: int, now: datetime) -> Post:
    """Return a draft with the text, the tags and the images of ``post``, under an own address.

    It is neither published nor pinned, and has no canonical address elsewhere. What was typed
    in the post and is not saved is typed in the copy. The post must be loaded as
    `managing.find_for_writing` loads it.
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
    typed = working_copy(post)
    if typed != content_of(post):
        own = typed.changed({"title": title, **dict.fromkeys(_OF_ONE_POST, "")})
        write_content(draft, own, kind=EntryKind.TYPED, author_id=author_id, now=now)
    return draft
