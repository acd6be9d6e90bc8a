"""The blog's own settings: one row."""

from zoneinfo import ZoneInfo

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base


class Site(Base):
    """What the owner decides about the blog, edited in the authoring area."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), default="Untitled blog")
    # Over the listing: small words, large words, a few sentences.
    eyebrow: Mapped[str] = mapped_column(String(200), default="")
    heading: Mapped[str] = mapped_column(String(300), default="")
    intro: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    footer_line: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(35), default="en")
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    # In strftime's notation; dates are shown in `time_zone`.
    date_format: Mapped[str] = mapped_column(String(60), default="%-d %b %Y")
    page_size: Mapped[int] = mapped_column(default=12)
    origin: Mapped[str | None] = mapped_column(String(20))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
