"""The blog's own settings: one row."""

from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.extensions import Base
from blogapp.media.models import Media

# What a card in a list may show of a post, in the order in which it stands there.
CARD_FIELDS = (
    *("drawing", "domain", "kind", "minutes", "date", "title", "summary", "author", "tags"),
)
# Who signs stands on the post; most blogs have one author.
USUAL_CARD_FIELDS = tuple(name for name in CARD_FIELDS if name != "author")
LAYOUTS = ("cards", "log", "minimal")
# What may stand around the posts of a list. The last two belong to the log.
LIST_PARTS = ("timeline", "filters", "layouts", "years", "overview")
# What a page may load from elsewhere, by the directive of its policy (CSP level 3).
SOURCES = ("script", "style", "img", "font", "frame", "connect")


class Link(TypedDict):
    """An entry of a menu; without an address it is words alone."""

    label: str
    address: str


class Site(Base):
    """What the owner decides about the blog, edited in the authoring area."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), default="Untitled blog")
    # Over the listing: where one is, small words, large words, a few sentences. A hero is
    # up to three lines in place of the heading, set larger.
    breadcrumb: Mapped[list[Link]] = mapped_column(JSON, default=list)
    eyebrow: Mapped[str] = mapped_column(String(200), default="")
    heading: Mapped[str] = mapped_column(String(300), default="")
    hero: Mapped[str] = mapped_column(Text, default="")
    intro: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    footer_line: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(35), default="en")
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    # In strftime's notation, or "usual" in the language; dates are shown in `time_zone`.
    date_format: Mapped[str] = mapped_column(String(60), default="%-d %b %Y")
    page_size: Mapped[int] = mapped_column(default=12)

    logo_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    logo_alt: Mapped[str] = mapped_column(String(300), default="")
    # Whether the name stands beside the logo; a logo that spells it needs none.
    shows_name: Mapped[bool] = mapped_column(default=True)
    # "#RRGGBB"; empty is the house's own blue, or what the light one becomes in the dark.
    accent: Mapped[str] = mapped_column(String(7), default="")
    accent_dark: Mapped[str] = mapped_column(String(7), default="")
    # "house" or "system"; the face of longer texts is "serif" or "sans".
    fonts: Mapped[str] = mapped_column(String(20), default="house")
    prose: Mapped[str] = mapped_column(String(20), default="serif")
    card_fields: Mapped[list[str]] = mapped_column(JSON, default=lambda: [*USUAL_CARD_FIELDS])
    layout: Mapped[str] = mapped_column(String(20), default="cards")
    list_parts: Mapped[list[str]] = mapped_column(JSON, default=lambda: [*LIST_PARTS])
    # What the last preset replaced, by column; empty when there was none.
    before_preset: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Without a list of its own the blog has the house's menu; an empty list is none.
    navigation: Mapped[list[Link] | None] = mapped_column(JSON(none_as_null=True))
    footer_links: Mapped[list[Link]] = mapped_column(JSON, default=list, server_default="[]")
    social_links: Mapped[list[Link]] = mapped_column(JSON, default=list)
    social_icons: Mapped[bool] = mapped_column(default=True)
    # Origins by what may be loaded from them: a name of `SOURCES` each.
    origins: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    head_snippet: Mapped[str] = mapped_column(Text, default="")
    # Where a room is told what happens: a kind of `blogapp.mailing.chats`, its address, sealed,
    # and which steps.
    chat_kind: Mapped[str] = mapped_column(String(20), default="", server_default="")
    chat_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    chat_steps: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    # How long it is remembered who did what.
    audit_days: Mapped[int] = mapped_column(default=365, server_default="365")
    # The least role that must have a second factor; empty is nobody.
    second_factor_for: Mapped[str] = mapped_column(String(20), default="", server_default="")
    # The least role whose posts may bring new tags into the blog.
    tag_makers: Mapped[str] = mapped_column(
        String(20), default="contributor", server_default="contributor"
    )
    origin: Mapped[str | None] = mapped_column(String(20))

    # Joined: the blog's settings are one statement on every page.
    logo: Mapped[Media | None] = relationship(lazy="joined")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def logo_key(self) -> str | None:
        """Where the logo lies in the store and under ``/media/``."""
        return self.logo.key if self.logo else None

    @property
    def loads_from_outside(self) -> bool:
        """Whether readers' browsers may ask anyone but this blog for something."""
        return bool(self.head_snippet) or any(self.origins.values())
