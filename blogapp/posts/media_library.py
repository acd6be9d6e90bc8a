"""The files of the blog, as authors find them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.media_uses import is_unused
from blogapp.posts.models import PostAuthor, PostMedia

PAGE_SIZE = 48
MOST_WORDS = 8
_IS_IMAGE = Media.content_type.startswith("image/")


class Show(StrEnum):
    """Which part of the library is shown."""

    ALL = "all"
    IMAGES = "images"
    FILES = "files"
    NO_ALT = "no-alt"
    UNUSED = "unused"
    MINE = "mine"


@dataclass(frozen=True)
class Library:
    """One page of files, newest first; ``total`` counts all that match."""

    files: Sequence[Media]
    total: int
    page: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))


def list_media(
    author: Author, *, words: str = "", show: Show = Show.ALL, page: int = 1, size: int = PAGE_SIZE
) -> Library:
    """Return the files that ``author`` may see; each of ``words`` occurs in what is said of one."""
    condition = and_(visible_to(author), _says(words), _shown(show, author))
    total = db.session.scalar(select(func.count()).select_from(Media).where(condition)) or 0
    query = select(Media).where(condition).order_by(Media.created_at.desc(), Media.id.desc())
    files = db.session.scalars(query.limit(size).offset((page - 1) * size)).all()
    return Library(files, total, page, size)


def count_media(author: Author) -> Mapping[Show, int]:
    """Return how many files each part of what ``author`` may see holds.

    Which are unused only a look at all texts can tell: those are not counted here.
    """
    shows = [show for show in Show if show is not Show.UNUSED]
    counts = [func.count().filter(_shown(show, author)) for show in shows]
    row = db.session.execute(select(*counts).select_from(Media).where(visible_to(author))).one()
    return dict(zip(shows, row, strict=True))


def find_media(media_id: int) -> Media | None:
    """Return a file of the library, or None; what is deleted is none."""
    return db.session.scalar(select(Media).where(Media.id == media_id, Media.deleted_at.is_(None)))


def find_many(media_ids: Sequence[int]) -> Sequence[Media]:
    """Return those of the files that are there, in the order of their ids."""
    query = select(Media).where(Media.id.in_(media_ids), _is_kept()).order_by(Media.id)
    return db.session.scalars(query).all()


def visible_to(author: Author) -> ColumnElement[bool]:
    """The condition that ``author`` finds a file: their own, and those of posts they sign."""
    if author.edits_everything:
        return _is_kept()
    signed = (
        select(PostMedia.media_id)
        .join(PostAuthor, PostAuthor.post_id == PostMedia.post_id)
        .where(PostMedia.media_id == Media.id, PostAuthor.author_id == author.id)
    )
    return and_(_is_kept(), or_(Media.uploaded_by_id == author.id, signed.exists()))


def sees(author: Author, media: Media) -> bool:
    """Whether ``author`` finds this file; one that was replaced, too."""
    if author.edits_everything or media.uploaded_by_id == author.id:
        return True
    signed = exists().where(
        PostMedia.media_id == media.id,
        PostAuthor.post_id == PostMedia.post_id,
        PostAuthor.author_id == author.id,
    )
    return bool(db.session.scalar(select(signed)))


def _is_kept() -> ColumnElement[bool]:
    return and_(Media.deleted_at.is_(None), Media.replaced_by_id.is_(None))


def _shown(show: Show, author: Author) -> ColumnElement[bool]:
    match show:
        case Show.IMAGES:
            return _IS_IMAGE
        case Show.FILES:
            return ~_IS_IMAGE
        case Show.NO_ALT:
            return and_(_IS_IMAGE, Media.alt == "", Media.is_decorative.is_(False))
        case Show.UNUSED:
            return is_unused()
        case Show.MINE:
            return Media.uploaded_by_id == author.id
    return true()


def _says(words: str) -> ColumnElement[bool]:
    return and_(true(), *(_says_word(word) for word in words.split()[:MOST_WORDS]))


def _says_word(word: str) -> ColumnElement[bool]:
    # SQLite folds the case of ASCII alone: other scripts are looked for as people spell them.
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    texts = (Media.name, Media.key, Media.alt, Media.caption, Media.credit)
    return or_(*(text.icontains(each, autoescape=True) for text in texts for each in spellings))
