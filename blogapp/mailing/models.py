"""What is on its way, and how much somebody got lately."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blogapp.extensions import Base, Timestamp


class Channel(StrEnum):
    """By which way a message goes."""

    MAIL = "mail"
    CHAT = "chat"


class Message(Base):
    """One message to one recipient, gone when it is sent."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_recipient", "recipient"),
        Index("ix_messages_given_up_at", "given_up_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(String(10))
    # An e-mail address; nothing for the chat, whose address is a setting.
    recipient: Mapped[str] = mapped_column(String(320), default="")
    # The template it was made of, or the step that the chat is told of.
    name: Mapped[str] = mapped_column(String(60))
    # Sealed: a link in it must not be read in the database, or in a copy of it.
    content: Mapped[str] = mapped_column(Text)
    # The same at each attempt (RFC 5322, 3.6.4), so that a mailbox may drop the second of two.
    message_id: Mapped[str] = mapped_column(String(300), default="")
    # Whether it may wait and be put together with others to the same person.
    is_notice: Mapped[bool] = mapped_column(default=False)
    is_held: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    given_up_at: Mapped[Timestamp | None]

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class MessageCount(Base):
    """How many messages somebody was sent within an hour."""

    __tablename__ = "message_counts"

    # SHA-256 of the address: it stays when the messages are gone.
    recipient_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour: Mapped[Timestamp] = mapped_column(primary_key=True)
    count: Mapped[int]
