"""Files in the media store, by what they contain."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class Media(Base):
    """One stored file. Its address holds its hash, so it never changes."""

    __tablename__ = "media"
    __table_args__ = (
        Index("ix_media_replaced_by_id", "replaced_by_id"),
        Index("ix_media_uploaded_by_id", "uploaded_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    # Where it lies in the store and under /media/: "<16 hex digits>/<name>".
    key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    width: Mapped[int | None]  # pixels
    height: Mapped[int | None]
    # What to write where it is put into a text; the text itself says it to readers.
    alt: Mapped[str] = mapped_column(Text, default="")
    caption: Mapped[str] = mapped_column(Text, default="", server_default="")
    credit: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Somebody said that it needs no words.
    is_decorative: Mapped[bool] = mapped_column(default=False, server_default=false())
    # One of a picture that stands still; None until somebody has looked.
    frames: Mapped[int | None]
    # The smaller versions that are made, by name; 0 bytes where the file itself is smaller.
    variants: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    # What the upload said beside its picture ("gps", "author" …); none of it is kept.
    metadata_found: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    created_at: Mapped[Timestamp]
    # Whoever asks for this one is sent to that one.
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    # Not to be found any more, and gone for good some days later.
    deleted_at: Mapped[Timestamp | None]
    origin: Mapped[str | None] = mapped_column(String(20))
