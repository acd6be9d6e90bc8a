"""Where a file of the library is used: in texts, in working copies, as a cover, a logo, a face."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import selectinload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.revision_models import Revision
from blogapp.site.models import Site

# Of 16 hexadecimal digits and the slash behind them: where a file's address begins.
_FOLDER_LENGTH = 17


class UseKind(StrEnum):
    TEXT = "text"
    DRAFT = "draft"
    COVER = "cover"
    LOGO = "logo"
    PICTURE = "picture"
    REVISION = "revision"

    @property
    def holds(self) -> bool:
        """Whether the file has to stay for it; a text of earlier days does without."""
        return self is not UseKind.REVISION


@dataclass(frozen=True)
class Use:
    """One place that shows a file; ``post`` is None where that is the whole blog.

    Its bylines are loaded.
    """

    kind: UseKind
    post: Post | None = None


def find_uses(media_ids: Iterable[int]) -> Mapping[int, Sequence[Use]]:
    """Return where each file is used, by id, those in the trash too.

    A working copy is told of where the post itself does not show the file, a revision where
    neither does. Files that nothing uses are left out.
    """
    ids = [*dict.fromkeys(media_ids)]
    found: dict[int, dict[tuple[bool, int], Use]] = {}
    for kind, query in _queries(ids):
        for media_id, post in db.session.execute(query):
            # A post's cover is a use beside that in its text.
            key = (kind is UseKind.COVER, post.id)
            found.setdefault(media_id, {}).setdefault(key, Use(kind, post))
    uses = {media_id: [*each.values()] for media_id, each in found.items()}
    for media_id in db.session.scalars(select(Site.logo_id).where(Site.logo_id.in_(ids))):
        if media_id:
            uses.setdefault(media_id, []).append(Use(UseKind.LOGO))
    faces = select(Media.id).join(Author, Author.picture == Media.key).where(Media.id.in_(ids))
    for media_id in db.session.scalars(faces):
        uses.setdefault(media_id, []).append(Use(UseKind.PICTURE))
    return uses


def is_unused() -> ColumnElement[bool]:
    """The condition that neither posts nor working copies show a file, as far as names tell."""
    named = (
        select(PostMedia.media_id)
        .join(Post)
        .outerjoin(Draft, Draft.post_id == Post.id)
        .where(
            PostMedia.media_id == Media.id,
            or_(_names(Post.body), _names(func.coalesce(Draft.body, ""))),
        )
    )
    return and_(
        ~named.exists(),
        ~exists().where(Post.cover_id == Media.id),
        ~exists().where(Site.logo_id == Media.id),
        ~exists().where(Author.picture == Media.key),
    )


def _queries(ids: Sequence[int]) -> Sequence[tuple[UseKind, Select[Any, Any]]]:
    attached = select(PostMedia.media_id, Post).join(Post).where(PostMedia.media_id.in_(ids))
    folder = literal("/media/") + func.substr(Media.key, 1, _FOLDER_LENGTH)
    addressed = select(Media.id, Post).where(Media.id.in_(ids))
    covered = select(Post.cover_id, Post).where(Post.cover_id.in_(ids))
    in_draft = _names(Draft.body)
    queries = [
        (UseKind.TEXT, attached.where(_names(Post.body))),
        (UseKind.TEXT, addressed.join(Post, _holds(Post.body, folder))),
        (UseKind.COVER, covered),
        (UseKind.DRAFT, attached.join(Draft, Draft.post_id == Post.id).where(in_draft)),
        (
            UseKind.DRAFT,
            addressed.join(Draft, _holds(Draft.body, folder)).join(Post, Post.id == Draft.post_id),
        ),
        (
            UseKind.REVISION,
            attached.where(
                exists().where(Revision.post_id == Post.id, _names(Revision.body)),
            ),
        ),
    ]
    options = selectinload(Post.bylines)
    return [(kind, query.order_by(Post.id).options(options)) for kind, query in queries]


def _names(body: Any) -> ColumnElement[bool]:
    """Whether a text may hold the name of a file that its post has.

    One that can be spelled in several ways (with spaces, in other scripts) is taken to be held.
    """
    odd = PostMedia.name.regexp_match("[^A-Za-z0-9._/-]")
    return or_(case((odd, body != ""), else_=False), _holds(body, PostMedia.name))


def _holds(body: Any, text: Any) -> ColumnElement[bool]:
    # Both databases replace, and each looks for a text by a function of another name.
    found: ColumnElement[bool] = func.replace(body, text, "") != body
    return found
