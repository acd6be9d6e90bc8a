"""Which file became which post, so that a second import changes only what changed."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.extensions import Base, Timestamp
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
