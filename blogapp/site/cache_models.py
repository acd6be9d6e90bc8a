"""What caches in front of the blog have to let go of."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class CacheChange(Base):
    """Something that readers are shown has changed; triggers write it with the change.

    ``key`` names what changed, as `blogapp.posts.purging` reads it. ``seen_at`` is when a
    process first saw the row: by then the change was committed.
    """

    __tablename__ = "cache_changes"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), index=True)
    seen_at: Mapped[Timestamp | None]


class CacheMark(Base):
    """How far caches are told: nothing is noted for them before there is such a row."""

    __tablename__ = "cache_marks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(100))
