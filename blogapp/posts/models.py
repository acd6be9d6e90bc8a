"""Posts and what sorts them: tags, domains, series; and where they used to live."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from blogapp.accounts.models import Author
from blogapp.extensions import Base, Timestamp
from blogapp.media.models import Media
from blogapp.text.directions import Direction, direction
from blogapp.text.folding import caseless
from blogapp.text.reading import ReadingTime

post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class PostAuthor(Base):
    """Who wrote a post, in the order of its byline."""

    __tablename__ = "post_authors"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class PostMedia(Base):
    """A file under the name by which a post's body refers to it."""

    __tablename__ = "post_media"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(500), primary_key=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"), index=True)

    media: Mapped[Media] = relationship(lazy="raise")


class PostKeyword(Base):
    """A word that a post's text leans on, or a tag; the more telling, the heavier."""

    __tablename__ = "post_keywords"
    __table_args__ = (Index("ix_post_keywords_word", "word", "post_id", "weight"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    weight: Mapped[float]


class RelatedPost(Base):
    """Another post that is near to a post, by tags and words; the nearer, the higher the score."""

    __tablename__ = "related_posts"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    score: Mapped[float]


class Named:
    """Something with a name in people's spelling and a slug in addresses.

    Names and slugs are one when they are equal ignoring case and Unicode's forms: the keys
    say so to the database, whose own idea of case ends at ASCII.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(600), unique=True)
    slug: Mapped[str] = mapped_column(String(200))
    slug_key: Mapped[str] = mapped_column(String(600), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    # "demo" on what the demo blog brought, so that it can go without a trace.
    origin: Mapped[str | None] = mapped_column(String(20))

    @validates("name", "slug")
    def _fold(self, field: str, value: str) -> str:
        setattr(self, f"{field}_key", caseless(value))
        return value


class Tag(Named, Base):
    __tablename__ = "tags"


class TagAlias(Base):
    """Another name of a tag, or an address that leads to it, or both.

    Unique over tags and aliases, ignoring case. What has no tag was the address of one that
    was deleted, and is gone.
    """

    __tablename__ = "tag_aliases"

    id: Mapped[int] = mapped_column(primary_key=True)
    tag_id: Mapped[int | None] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str | None] = mapped_column(String(200))
    name_key: Mapped[str | None] = mapped_column(String(600), unique=True)
    slug: Mapped[str | None] = mapped_column(String(200))
    slug_key: Mapped[str | None] = mapped_column(String(600), unique=True)
    origin: Mapped[str | None] = mapped_column(String(20))

    @validates("name", "slug")
    def _fold(self, field: str, value: str | None) -> str | None:
        setattr(self, f"{field}_key", None if value is None else caseless(value))
        return value


class DistinctTags(Base):
    """Two tags alike in name that somebody said are two; ``tag_id`` is the smaller id."""

    __tablename__ = "distinct_tags"

    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Domain(Named, Base):
    """The part of engineering that a post is about; a post has at most one.

    Those somebody put in order come first, by ``position``; the others follow from A to Z.
    """

    __tablename__ = "domains"

    position: Mapped[int | None]


class Series(Named, Base):
    """Posts that are read in order."""

    __tablename__ = "series"


# Stands in the place of the renderer's version.
NOT_FORMATTED = 0


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    TRASHED = "trashed"


# What stands in the facet index: all that readers may find, now or from a moment on.
_FINDABLE = (
    "published_at IS NOT NULL AND withdrawn_at IS NULL AND deleted_at IS NULL "
    "AND unlisted = {false} AND is_page = {false}"
)


class Post(Base):
    """A piece of writing. A draft until ``published_at`` has come.

    The body is kept as its author wrote it; everything under "derived" is made
    from it by `blogapp.posts.rendering` and can be made again.
    """

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_timeline", "published_at", "id"),
        Index("ix_posts_domain_timeline", "domain_id", "published_at", "id"),
        Index(
            "ix_posts_findable",
            *("published_at", "id", "domain_id", "kind", "series_id", "language"),
            "published_month",
            sqlite_where=text(_FINDABLE.format(false="0")),
            postgresql_where=text(_FINDABLE.format(false="false")),
        ),
        # A page and a post may share a slug: they live at different addresses.
        UniqueConstraint("slug_key", "is_page"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200))
    slug_key: Mapped[str] = mapped_column(String(600))
    # Made from the title at each save until readers know it; else its author gave it.
    slug_follows_title: Mapped[bool] = mapped_column(default=False, server_default=false())
    # A static page: written like a post, and in no listing, feed or search.
    is_page: Mapped[bool] = mapped_column(default=False, server_default=false())
    # What feeds call the entry; it stays when the address changes (RFC 4287, 4.2.6).
    entry_id: Mapped[str] = mapped_column(String(500), unique=True, default=lambda: uuid4().urn)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="", deferred=True)
    # An article, a note, a guide: any short word; empty when it has none.
    kind: Mapped[str] = mapped_column(String(40), default="", index=True)
    language: Mapped[str] = mapped_column(String(35), default="")
    canonical_url: Mapped[str] = mapped_column(Text, default="")
    series_position: Mapped[int | None]
    # Front matter that nothing here reads, kept for the way out.
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)

    domain_id: Mapped[int | None] = mapped_column(ForeignKey("domains.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))

    created_at: Mapped[Timestamp]
    saved_at: Mapped[Timestamp]
    published_at: Mapped[Timestamp | None]
    updated_at: Mapped[Timestamp | None]
    withdrawn_at: Mapped[Timestamp | None]
    deleted_at: Mapped[Timestamp | None]
    unlisted: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Shown over the front page's list, besides its place in it.
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Raised by every save; a form that carries an older one is a second tab.
    version: Mapped[int] = mapped_column(default=1)
    origin: Mapped[str | None] = mapped_column(String(20))

    # Derived.
    published_month: Mapped[int | None] = mapped_column(index=True)  # 202611, in the site's zone
    html: Mapped[str] = mapped_column(Text, default="", deferred=True)
    text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    excerpt: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(default=1)
    words: Mapped[int] = mapped_column(default=0)
    code_lines: Mapped[int] = mapped_column(default=0, server_default="0")
    figures: Mapped[int] = mapped_column(default=0, server_default="0")
    headings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, deferred=True)
    # The sections that readers have seen, and the anchors that lead to each.
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, deferred=True)
    drawings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    renderer_version: Mapped[int] = mapped_column(default=NOT_FORMATTED)

    domain: Mapped[Domain | None] = relationship(lazy="raise")
    series: Mapped[Series | None] = relationship(lazy="raise")
    cover: Mapped[Media | None] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, order_by=Tag.name_key, lazy="raise")
    bylines: Mapped[list[PostAuthor]] = relationship(
        order_by=PostAuthor.position, lazy="raise", cascade="all, delete-orphan"
    )
    authors: Mapped[list[Author]] = relationship(
        secondary=PostAuthor.__table__, order_by=PostAuthor.position, viewonly=True, lazy="raise"
    )
    media: Mapped[list[PostMedia]] = relationship(lazy="raise", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @validates("slug")
    def _fold(self, _field: str, value: str) -> str:
        self.slug_key = value.casefold()
        return value

    @property
    def path(self) -> str:
        """The permalink below the blog's base path, not percent-encoded."""
        return permalink(self.slug, self.is_page)

    @property
    def is_formatted(self) -> bool:
        """Whether the text is rendered; else it costs too much, and is shown as it was typed."""
        return self.renderer_version != NOT_FORMATTED

    @property
    def summary_or_excerpt(self) -> str:
        """What a list shows under the title; may be empty."""
        return self.summary or self.excerpt

    @property
    def reading_time(self) -> ReadingTime:
        """What the minutes consist of."""
        return ReadingTime(self.words, self.code_lines, self.figures)

    @property
    def changed_at(self) -> datetime | None:
        """When readers were last given something new: the later of the two dates they see."""
        return max(filter(None, (self.published_at, self.updated_at)), default=None)

    @property
    def direction(self) -> Direction:
        """Which way the post is written: by its language, else by its first letter."""
        return direction(self.language, f"{self.title} {self.excerpt}")

    def is_public(self, now: datetime) -> bool:
        """Whether the post's address answers; the same rule as `visibility.public`."""
        return self.state(now) is State.PUBLISHED

    def state(self, now: datetime) -> State:
        """Where the post stands in its life at ``now`` (aware UTC)."""
        if self.deleted_at:
            return State.TRASHED
        if self.withdrawn_at:
            return State.WITHDRAWN
        if self.published_at is None:
            return State.DRAFT
        return State.PUBLISHED if self.published_at <= now else State.SCHEDULED

    def publish_at(self, moment: datetime | None, zone: ZoneInfo) -> None:
        """Set when the post becomes public (None: never); ``zone`` is the site's."""
        self.published_at = moment
        self.published_month = month_of(moment, zone)
        if moment:
            self.slug_follows_title = False


def permalink(slug: str, is_page: bool) -> str:
    """Return the path of a post or a page below the blog's base path, not percent-encoded."""
    if not is_page:
        return f"/posts/{slug}"
    return "/about" if slug.casefold() == "about" else f"/pages/{slug}"


# The few that are pinned, found without a look at all the others.
Index(
    "ix_posts_pinned",
    Post.published_at,
    Post.id,
    sqlite_where=Post.pinned,
    postgresql_where=Post.pinned,
)


def month_of(moment: datetime | None, zone: ZoneInfo) -> int | None:
    """Return year and month of ``moment`` in ``zone`` as one number: 202611."""
    if moment is None:
        return None
    local = moment.astimezone(zone)
    return local.year * 100 + local.month


class ContentVersion(Base):
    """What changes whenever readers could be shown something else.

    ``token`` changes with what can be found and under which names, ``page_token`` with all
    that a public page shows. Triggers write new ones in the transaction of the change
    (`blogapp.migrations.triggers`). There is one row, and another for each transaction that
    had to pass a locked one.
    """

    __tablename__ = "content_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(BigInteger)
    page_token: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Redirect(Base):
    """An address that worked once. It leads to a post, to another path, or is gone.

    ``/?p=7`` is an address with what it asked for; ``/old/*`` is all that is below ``/old``.
    """

    __tablename__ = "redirects"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Below the blog's own base path, beginning with "/", without a trailing slash.
    path: Mapped[str] = mapped_column(String(1000), unique=True)
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    target: Mapped[str | None] = mapped_column(Text)
    # Moved for good, or for a while (RFC 9110, 15.4.2 and 15.4.3).
    status: Mapped[int] = mapped_column(default=301, server_default="301")
    # Whether the target may be another host: only where somebody decided that here.
    leads_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    # "renamed", "imported", or "hand".
    came_by: Mapped[str] = mapped_column(String(20), default="renamed", server_default="renamed")
    created_at: Mapped[Timestamp]

    post: Mapped[Post | None] = relationship(lazy="raise")
