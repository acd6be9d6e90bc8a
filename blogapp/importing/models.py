"""Which file became which post, so that a second import changes only what changed."""

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.extensions import Base, Timestamp
from blogapp.media.models import Media
from blogapp.posts.models import Post


class ImportedFile(Base):
    """A source file and the post it became."""

    __tablename__ = "imported_files"
    __table_args__ = (UniqueConstraint("source", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # The site's folder name, and the file's path inside it.
    source: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(1000))
    # Of what was read, images included: other settings may read the same bytes differently.
    sha256: Mapped[str] = mapped_column(String(64))
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", ondelete="SET NULL"), index=True
    )
    # The post's version when it was written; a higher one now means edited here since.
    post_version: Mapped[int]
    imported_at: Mapped[Timestamp]

    post: Mapped[Post | None] = relationship(lazy="raise")


class ImportedMedia(Base):
    """A picture or file that an import took in, by the address it had."""

    __tablename__ = "imported_media"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the address: addresses are longer than an index takes.
    address_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(Text)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), index=True)

    media: Mapped[Media] = relationship(lazy="raise")


class KeptList(Base):
    """People of a source that have no place here, as a table; for owners, and the way out."""

    __tablename__ = "kept_lists"
    __table_args__ = (UniqueConstraint("source", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    # CSV (RFC 4180) without a header, lines ended by LF.
    rows: Mapped[str] = mapped_column(Text, default="", deferred=True)
    count: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[Timestamp]
