"""Files in the media store, by what they contain."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class Media(Base):
    """One stored file. Its address holds its hash, so it never changes."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    # Where it lies in the store and under /media/: "<16 hex digits>/<name>".
    key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    width: Mapped[int | None]  # pixels
    height: Mapped[int | None]
    alt: Mapped[str] = mapped_column(Text, default="")
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    created_at: Mapped[Timestamp]
    origin: Mapped[str | None] = mapped_column(String(20))
