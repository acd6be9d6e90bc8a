"""Authors, their sessions on the server, and the counters that slow guessing down."""

from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from blogapp.extensions import Base, Timestamp


class Role(StrEnum):
    """What an author may do, most first."""

    OWNER = "owner"
    EDITOR = "editor"
    AUTHOR = "author"
    CONTRIBUTOR = "contributor"


class Author(Base):
    """A person whose name stands over posts; with an e-mail address, one who can sign in."""

    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(200))
    slug_key: Mapped[str] = mapped_column(String(600), unique=True)
    bio: Mapped[str] = mapped_column(Text, default="")
    # Where else they are: labels and whole addresses.
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default="[]")
    # Where theirs lies in the store of media; where it is empty, initials stand in its place.
    picture: Mapped[str] = mapped_column(String(300), default="", server_default="")
    email: Mapped[str | None] = mapped_column(String(320))
    email_key: Mapped[str | None] = mapped_column(String(960), unique=True)
    role: Mapped[Role] = mapped_column(String(20), default=Role.AUTHOR)
    # argon2id, in its own notation; None: this person cannot sign in with a password.
    password_hash: Mapped[str | None] = mapped_column(Text)
    # Whether single letters act on pages under /write (WCAG 2.2, 2.1.4).
    single_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    # What they do not want to be told by mail: names of `blogapp.web.mailing.NOTICES`.
    muted_notices: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    disabled_at: Mapped[Timestamp | None]
    # To the hour: when a session of theirs last asked for something.
    last_seen_at: Mapped[Timestamp | None]
    created_at: Mapped[Timestamp]
    origin: Mapped[str | None] = mapped_column(String(20))

    @validates("slug")
    def _fold_slug(self, _field: str, value: str) -> str:
        self.slug_key = value.casefold()
        return value

    @validates("email")
    def _fold_email(self, _field: str, value: str | None) -> str | None:
        self.email_key = value and value.casefold()
        return value

    @property
    def edits_everything(self) -> bool:
        """Whether the role covers other people's posts."""
        return self.role in (Role.OWNER, Role.EDITOR)


class AuthorSession(Base):
    """One signed-in browser. Deleting the row signs it out, whatever cookie it kept."""

    __tablename__ = "author_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the token in the cookie: a stolen database signs nobody in.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    # How they proved who they are, and the network that they were seen in last.
    method: Mapped[str] = mapped_column(String(20), default="", server_default="")
    address: Mapped[str] = mapped_column(String(50), default="", server_default="")
    created_at: Mapped[Timestamp]
    last_seen_at: Mapped[Timestamp]
    # Without use; and at the latest, however much it is used.
    expires_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp | None]
    # When they last proved it, as dangerous acts demand.
    confirmed_at: Mapped[Timestamp | None]

    author: Mapped[Author] = relationship(lazy="raise")


class SignInLink(Base):
    """A link that works once, for one purpose: to sign in, to create the first owner."""

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20), default="sign-in", server_default="sign-in")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"))
    # The address that becomes theirs when the link that was sent to it is used.
    email: Mapped[str | None] = mapped_column(String(320))
    expires_at: Mapped[Timestamp]
    used_at: Mapped[Timestamp | None]

    author: Mapped[Author | None] = relationship(lazy="raise")


class FailedSignIns(Base):
    """How often signing in failed lately, for one account or one network."""

    __tablename__ = "failed_sign_ins"

    # "account:…" or "network:…", hashed: no list of addresses tried.
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[Timestamp]
