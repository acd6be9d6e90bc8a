"""What proves, beside or instead of a password, who somebody is."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blogapp.accounts.models import Author
from blogapp.extensions import Base, Timestamp


class CodeApp(Base):
    """An app that shows a person codes of six digits (TOTP, RFC 6238): at most one each."""

    __tablename__ = "code_apps"

    author_id: Mapped[int] = mapped_column(
        ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # Sealed: whoever finds the database alone makes no codes with it.
    secret: Mapped[str] = mapped_column(Text)
    # The step of time whose code was taken last: no earlier one is taken again.
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Timestamp]
    last_used_at: Mapped[Timestamp | None]


class RecoveryCode(Base):
    """A code for the day the phone is lost. It works once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    # argon2id under a salt that the codes made at one time share: one try costs one hash.
    salt: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Timestamp]
    used_at: Mapped[Timestamp | None]


class PasskeyUser(Base):
    """What passkeys call a person: random, so that it says nothing (WebAuthn level 3, 14.6.1)."""

    __tablename__ = "passkey_users"

    author_id: Mapped[int] = mapped_column(
        ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    handle: Mapped[str] = mapped_column(String(88), unique=True)


class Passkey(Base):
    """A key pair whose private half a person's device keeps (WebAuthn level 3)."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    # At most 1,023 bytes (WebAuthn level 3, 6.5.2), in base64url.
    credential_id: Mapped[str] = mapped_column(String(1364), unique=True)
    # In COSE's notation (RFC 9052).
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    # The make of the device, as far as it says; zeros where it does not.
    aaguid: Mapped[str] = mapped_column(String(36))
    # How browsers reach it ("internal", "hybrid", "usb" …), apart by spaces.
    transports: Mapped[str] = mapped_column(String(200))
    # Whether it may be copied to other devices of its owner, and whether it has been.
    may_be_backed_up: Mapped[bool]
    is_backed_up: Mapped[bool]
    created_at: Mapped[Timestamp]
    last_used_at: Mapped[Timestamp | None]

    author: Mapped[Author] = relationship(lazy="raise")
