"""Settings of the machine, read from the environment once, at startup.

What belongs to the blog (title, layout, time zone) is in the database instead.
"""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from blogapp.accounts.directory.errors import BadDirectory
from blogapp.accounts.directory.settings import Directory
from blogapp.mailing.errors import BadMailServer
from blogapp.mailing.servers import MailServer
from blogapp.media.stores.addresses import NO_KEYS, SCHEME, BadAddress, BucketAddress, Keys
from blogapp.outgoing.purging import BadHook, Hook
from blogapp.sharing.addresses import BadRedisAddress, checked
from blogapp.sizing import count_workers
from blogapp.telemetry.secrets import secrets_of
from blogapp.upgrading.releases import default_instance

DEFAULT_INSTANCE = default_instance()
MEGABYTE = 1_000_000
SHORTEST_SECRET = 32

Network = IPv4Network | IPv6Network


class BadSetting(Exception):
    """A setting holds a value that cannot be used; the message says which and why."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


@dataclass(frozen=True)
class Config:
    """Every setting, typed. Names in capitals are what Flask and views read."""

    INSTANCE: Path = DEFAULT_INSTANCE
    SECRET_KEY: str = field(default="", repr=False)
    SQLALCHEMY_DATABASE_URI: str = field(default="sqlite://", repr=False)
    # Where files lie, and with a bucket only what each machine makes again of them.
    MEDIA_FOLDER: Path = DEFAULT_INSTANCE / "media"
    BUCKET: BucketAddress | None = None
    BUCKET_KEYS: Keys = NO_KEYS
    # What opens the other bucket while files move from one to another.
    OTHER_KEYS: Keys = NO_KEYS
    # How readers get what is in a bucket: "through" the blog, by "signed" addresses, or at one.
    MEDIA_SERVING: str = "through"
    PUBLIC_URL: str = "http://127.0.0.1:8000"
    TRUSTED_PROXIES: int | tuple[Network, ...] = 0
    ACCESS_LOG: bool = True
    # How lines of the log are written, and what they tell of readers.
    LOG: str = "console"
    LOG_ADDRESSES: str = "none"
    LOG_AGENTS: bool = False
    # Who may read /metrics: machines of these networks, or who shows this token; nobody else.
    METRICS_ALLOW: tuple[Network, ...] = ()
    METRICS_TOKEN: str = field(default="", repr=False)
    # Who does the jobs: "embedded" in a process that serves pages, or those "apart".
    JOBS: str = "embedded"
    KEEP_MB: int = 32
    # gunicorn's threads in each worker, and how many pages for strangers each makes at once.
    THREADS: int = 32
    MAKING: int = 4
    PAGE_STORE: Path | None = None
    FETCH_ALLOW: tuple[Network, ...] = ()
    IMPORT_MB: int = 2000
    # Where mail is handed over; None: the blog writes to nobody.
    MAIL: MailServer | None = None
    # Who is told what caches in front of the blog have to let go of; None: there are none.
    PURGE: Hook | None = None
    # The Redis that workers share; empty: they share the database alone.
    REDIS_URL: str = field(default="", repr=False)
    # The OpenID provider that knows the people; None: they are known here alone.
    DIRECTORY: Directory | None = None
    LOCAL_PASSWORDS: bool = True
    # Who hears that the blog is reached by https alone (RFC 6797): a key of `_TRANSPORT`.
    HSTS_FOR: str = "host"
    SECURITY_CONTACT: tuple[str, ...] = ()
    # Whether pages are made for a place that only serves files.
    FROZEN: bool = False
    HOST: str = "127.0.0.1"
    PORT: int = 8000
    WORKERS: int = 2

    TESTING: bool = False
    WTF_CSRF_ENABLED: bool = True
    WTF_CSRF_TIME_LIMIT: int | None = None
    # Pages whose addresses open something send no Referer with their forms.
    WTF_CSRF_SSL_STRICT: bool = False
    # A form holds a body of at most a megabyte, which form encoding can triple.
    MAX_CONTENT_LENGTH: int = 24 * MEGABYTE
    MAX_FORM_MEMORY_SIZE: int = 4 * MEGABYTE

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Return the settings that ``BLOG_…`` variables and the instance folder give.

        Raises `BadSetting` for the first value that cannot be used. Makes the
        instance folder, and a secret key in it when none was given.
        """
        read = _Reader(environ)
        instance = Path(read.text("BLOG_INSTANCE") or DEFAULT_INSTANCE).resolve()
        _make_folder(instance)
        host = read.text("BLOG_HOST") or "127.0.0.1"
        port = read.number("BLOG_PORT", default=8000, least=1, most=65535)
        directory = _directory(read)
        public = _public_url(read.text("BLOG_PUBLIC_URL"), host, port)
        media = read.text("BLOG_MEDIA_URL")
        bucket = _bucket(media, read)
        return cls(
            INSTANCE=instance,
            SECRET_KEY=_secret(read.text("BLOG_SECRET_KEY")) or _kept_secret(instance),
            SQLALCHEMY_DATABASE_URI=_database_url(read.text("BLOG_DATABASE_URL"), instance),
            MEDIA_FOLDER=_media_folder(media, instance),
            BUCKET=bucket,
            BUCKET_KEYS=_bucket_keys(read, "BLOG_S3_ACCESS_KEY", "BLOG_S3_SECRET_KEY"),
            OTHER_KEYS=_bucket_keys(read, "BLOG_S3_OTHER_ACCESS_KEY", "BLOG_S3_OTHER_SECRET_KEY"),
            MEDIA_SERVING=_media_serving(read.text("BLOG_MEDIA_SERVING"), bucket, public),
            PUBLIC_URL=public,
            TRUSTED_PROXIES=_trusted_proxies(read.text("BLOG_TRUSTED_PROXIES")),
            ACCESS_LOG=read.flag("BLOG_ACCESS_LOG", default=True),
            LOG=read.one_of("BLOG_LOG", _LOGS),
            LOG_ADDRESSES=read.one_of("BLOG_LOG_ADDRESSES", _ADDRESSES),
            LOG_AGENTS=read.flag("BLOG_LOG_AGENTS", default=False),
            METRICS_ALLOW=_networks("BLOG_METRICS_ALLOW", read.text("BLOG_METRICS_ALLOW")),
            METRICS_TOKEN=_metrics_token(read.text("BLOG_METRICS_TOKEN")),
            JOBS=read.one_of("BLOG_JOBS", _JOBS),
            KEEP_MB=read.number("BLOG_KEEP_MB", default=32, least=0, most=100_000),
            THREADS=read.number("BLOG_THREADS", default=32, least=1, most=1000),
            MAKING=read.number("BLOG_MAKING", default=4, least=1, most=1000),
            PAGE_STORE=_page_store(read.text("BLOG_PAGE_STORE")),
            FETCH_ALLOW=_networks("BLOG_FETCH_ALLOW", read.text("BLOG_FETCH_ALLOW")),
            IMPORT_MB=read.number("BLOG_IMPORT_MB", default=2000, least=1, most=1_000_000),
            MAIL=_mail_server(read.text("BLOG_MAIL_URL")),
            PURGE=_hook(read),
            REDIS_URL=_redis_url(read.text("BLOG_REDIS_URL")),
            DIRECTORY=directory,
            LOCAL_PASSWORDS=_local_passwords(read, directory),
            HSTS_FOR=read.one_of("BLOG_HSTS", _TRANSPORT),
            SECURITY_CONTACT=_contacts(read.text("BLOG_SECURITY_CONTACT")),
            HOST=host,
            PORT=port,
            WORKERS=read.number("BLOG_WORKERS", default=count_workers(), least=1, most=256),
        )

    @property
    def _public(self) -> SplitResult:
        return urlsplit(self.PUBLIC_URL)

    @property
    def SECURE(self) -> bool:
        """Whether readers and authors come by https."""
        return self._public.scheme == "https"

    @property
    def HSTS(self) -> str:
        """What every answer says of coming by https alone; empty where there is no https."""
        return _TRANSPORT[self.HSTS_FOR] if self.SECURE else ""

    @property
    def BASE_PATH(self) -> str:
        """The path the blog stands under: empty, or like ``/eng/blog``."""
        return self._public.path.rstrip("/")

    @property
    def TRUSTED_HOSTS(self) -> list[str]:
        """Host names that requests may carry; loopback has many names."""
        host = self._public.hostname or "127.0.0.1"
        loopback = ["localhost", "127.0.0.1", "[::1]"]
        return list(dict.fromkeys([host, *loopback])) if _is_loopback(host) else [host]

    @property
    def MEDIA_ORIGIN(self) -> str:
        """The origin to which addresses of files lead; empty where the blog sends them itself."""
        if self.MEDIA_SERVING == "through" or self.FROZEN or self.BUCKET is None:
            return ""
        if self.MEDIA_SERVING == "signed":
            return self.BUCKET.origin
        parts = urlsplit(self.MEDIA_SERVING)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def IMPORTS_FOLDER(self) -> Path:
        """Where exports of other blogs lie that somebody uploaded."""
        return self.INSTANCE / "imports"

    @property
    def METRICS(self) -> bool:
        """Whether figures are kept, which is when somebody may read them."""
        return bool(self.METRICS_ALLOW or self.METRICS_TOKEN)

    @property
    def SECRETS(self) -> frozenset[str]:
        """What settings hold that must stand in no log."""
        return frozenset(secrets_of(self))

    @property
    def SESSION_COOKIE_NAME(self) -> str:
        return "__Host-session" if self.SECURE else "session"

    @property
    def SESSION_COOKIE_SECURE(self) -> bool:
        return self.SECURE

    @property
    def SESSION_COOKIE_PATH(self) -> str:
        # RFC 6265bis: a cookie named __Host-… has the path "/".
        return "/"

    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    # Else every answer to an author would set it anew: public ones, which caches keep.
    SESSION_REFRESH_EACH_REQUEST: bool = False

    @property
    def SQLALCHEMY_ENGINE_OPTIONS(self) -> dict[str, Any]:
        if self.SQLALCHEMY_DATABASE_URI.startswith("sqlite"):
            return {"hide_parameters": True, "connect_args": {"timeout": 15}}
        kept = min(self.THREADS, 8)
        return {
            # What a failed statement was to write is for no log.
            "hide_parameters": True,
            # Asks at each checkout: a server started anew costs nobody a page.
            "pool_pre_ping": True,
            # What is kept, and what a burst may open besides: its threads, jobs and a few more.
            "pool_size": kept,
            "max_overflow": min(self.THREADS + 8, 32) - kept,
            # Seconds; who finds none within one is told to come again.
            "pool_timeout": 1,
            "pool_use_lifo": True,
            # Half an hour: what stands between may forget a connection that is silent for one.
            "pool_recycle": 1800,
            # Asked for once by each process otherwise, and never used.
            "use_native_hstore": False,
            "connect_args": self._connect_args,
        }

    @property
    def _connect_args(self) -> dict[str, Any]:
        """What libpq is told, where the address does not say otherwise (libpq, 34.1.2)."""
        given = make_url(self.SQLALCHEMY_DATABASE_URI).query
        args = {
            # Seconds, of which two is the least.
            "connect_timeout": 2,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            # Milliseconds.
            "tcp_user_timeout": 20_000,
            "fallback_application_name": "blog",
        }
        return {name: value for name, value in args.items() if name not in given}


_JOBS = {"embedded": "", "apart": ""}
_YEAR = "max-age=31536000"
_TRANSPORT = {
    "host": _YEAR,
    "subdomains": f"{_YEAR}; includeSubDomains",
    "preload": f"{_YEAR}; includeSubDomains; preload",
    "off": "",
}


class _Reader:
    """Reads one variable at a time, from its ``_FILE`` twin when that is set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str) -> str:
        path = self.environ.get(f"{name}_FILE")
        if not path:
            return self.environ.get(name, "").strip()
        if self.environ.get(name):
            raise BadSetting(name, f"set it or {name}_FILE, not both")
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{name}_FILE", f"cannot be read ({error})") from error
        if not text:
            raise BadSetting(f"{name}_FILE", f"{path} is empty")
        return text

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        text = self.text(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise BadSetting(name, f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    def one_of(self, name: str, choices: Mapping[str, str]) -> str:
        """Return a key of ``choices``: the first one where nothing is set."""
        text = self.text(name).lower() or next(iter(choices))
        if text not in choices:
            raise BadSetting(name, f"{text!r} is none of {', '.join(choices)}")
        return text

    def flag(self, name: str, *, default: bool) -> bool:
        text = self.text(name).lower()
        if text in {"", "0", "1", "no", "yes", "false", "true", "off", "on"}:
            return text in {"1", "yes", "true", "on"} if text else default
        raise BadSetting(name, f"{text!r} is neither 1 nor 0")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting("BLOG_INSTANCE", f"cannot be made ({error})") from error


def _secret(text: str) -> str:
    if text and len(text) < SHORTEST_SECRET:
        raise BadSetting("BLOG_SECRET_KEY", f"is shorter than {SHORTEST_SECRET} characters")
    return text


def _kept_secret(instance: Path) -> str:
    """Return the secret kept in the instance; make it first if there is none."""
    path = instance / "secret_key"
    try:
        if not path.exists():
            _keep_new_secret(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("BLOG_INSTANCE", f"{path} cannot be used ({error})") from error
    if len(secret) < SHORTEST_SECRET:
        raise BadSetting("BLOG_SECRET_KEY", f"{path} holds no key; remove it and start again")
    return secret


def _keep_new_secret(path: Path) -> None:
    """Write a secret to ``path``, whole or not at all, and never over another one."""
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=".") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        # A link refuses to overwrite: of two processes starting at once, one succeeds.
        with suppress(FileExistsError):
            os.link(file.name, path)


def _database_url(text: str, instance: Path) -> str:
    if not text:
        return f"sqlite:///{instance / 'blog.sqlite'}"
    if text.startswith("postgres://"):
        text = text.replace("postgres://", "postgresql://", 1)
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadSetting("BLOG_DATABASE_URL", "is not a database address") from error
    if url.drivername not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise BadSetting("BLOG_DATABASE_URL", "must begin with sqlite:/// or postgresql://")
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        raise BadSetting("BLOG_DATABASE_URL", "names no file, and memory is not shared by workers")
    return text


def _media_folder(text: str, instance: Path) -> Path:
    if not text or text.startswith(SCHEME):
        return instance / "media"
    if "://" in text and not text.startswith("file://"):
        raise BadSetting("BLOG_MEDIA_URL", f"{text!r} is neither a folder nor like s3://bucket")
    return Path(text.removeprefix("file://")).resolve()


def _bucket(text: str, read: _Reader) -> BucketAddress | None:
    if not text.startswith(SCHEME):
        return None
    region = read.text("AWS_REGION") or read.text("AWS_DEFAULT_REGION")
    endpoint = read.text("AWS_ENDPOINT_URL_S3") or read.text("AWS_ENDPOINT_URL")
    try:
        return BucketAddress.parse(text, endpoint=endpoint, region=region)
    except BadAddress as error:
        raise BadSetting("BLOG_MEDIA_URL", str(error)) from error


def _bucket_keys(read: _Reader, access: str, secret: str) -> Keys:
    keys = Keys(read.text(access), read.text(secret))
    if bool(keys.access) != bool(keys.secret):
        raise BadSetting(secret if keys.access else access, "is missing: the two keys go together")
    return keys


def _media_serving(text: str, bucket: BucketAddress | None, public: str) -> str:
    name, said = "BLOG_MEDIA_SERVING", text.rstrip("/") or "through"
    if said == "through":
        return said
    if bucket is None:
        raise BadSetting(name, "is for files in a bucket, and BLOG_MEDIA_URL names none")
    if said == "signed":
        return said
    try:
        parts = urlsplit(said)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    except ValueError:
        is_usable = False
    if not is_usable or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", said):
        problem = f"{text!r} is neither through nor signed nor like https://files.example.com"
        raise BadSetting(name, problem)
    if public.startswith("https:") and parts.scheme == "http":
        raise BadSetting(name, f"{text!r} is http, which pages that come by https do not show")
    return said


_LOGS = {"console": "", "json": ""}
_ADDRESSES = {"none": "", "network": "", "full": ""}


def _metrics_token(text: str) -> str:
    if text and len(text) < SHORTEST_SECRET:
        raise BadSetting("BLOG_METRICS_TOKEN", f"is shorter than {SHORTEST_SECRET} characters")
    return text


def _page_store(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text)
    if not folder.is_absolute():
        raise BadSetting("BLOG_PAGE_STORE", f"{text!r} is not a whole path, as /var/cache/blog")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting("BLOG_PAGE_STORE", f"cannot be made ({error})") from error
    return folder


def _networks(name: str, text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",")) if text else ()
    except ValueError as error:
        raise BadSetting(name, f"{text!r} is no list of networks, as 10.0.0.0/8") from error


def _contacts(text: str) -> tuple[str, ...]:
    """Return addresses to write to as RFC 9116 has them; a bare mailbox is one by mail."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    contacts = [f"mailto:{each}" if _MAILBOX.fullmatch(each) else each for each in found]
    for contact in contacts:
        if not re.fullmatch(r"(?:mailto:[^@]+@|https://|tel:\+?)[!-~]+", contact):
            problem = f"{contact!r} is not like security@example.com or https://example.com/report"
            raise BadSetting("BLOG_SECURITY_CONTACT", problem)
    return tuple(contacts)


_MAILBOX = re.compile(r"[^@:/\s]+@[^@:/\s]+\.[^@:/\s]+")


def _mail_server(text: str) -> MailServer | None:
    try:
        return MailServer.parse(text) if text else None
    except BadMailServer as error:
        raise BadSetting("BLOG_MAIL_URL", str(error)) from error


def _hook(read: _Reader) -> Hook | None:
    try:
        return Hook.read(read.text)
    except BadHook as error:
        raise BadSetting(error.setting, str(error)) from error


def _redis_url(text: str) -> str:
    try:
        return checked(text) if text else ""
    except BadRedisAddress as error:
        raise BadSetting("BLOG_REDIS_URL", str(error)) from error


def _directory(read: _Reader) -> Directory | None:
    try:
        return Directory.read(read.text)
    except BadDirectory as error:
        raise BadSetting(error.setting, str(error)) from error


def _local_passwords(read: _Reader, directory: Directory | None) -> bool:
    name = "BLOG_LOCAL_PASSWORDS"
    are_used = read.flag(name, default=True)
    if not are_used and directory is None:
        raise BadSetting(name, "without BLOG_OIDC_ISSUER nobody could sign in")
    return are_used


def _public_url(text: str, host: str, port: int) -> str:
    if not text:
        shown = f"[{host}]" if ":" in host else host
        return f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else shown}:{port}"  # nosec B104
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # brackets that do not match, a port past 65535
        is_usable = False
    if not is_usable or not re.fullmatch(r"[!-~]+", text):
        raise BadSetting("BLOG_PUBLIC_URL", f"{text!r} is not like https://example.com/blog")
    if parts.query or parts.fragment or parts.username:
        raise BadSetting("BLOG_PUBLIC_URL", f"{text!r} holds more than scheme, host and path")
    return text.rstrip("/")


def _trusted_proxies(text: str) -> int | tuple[Network, ...]:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",")) if text else 0
    except ValueError as error:
        problem = "is neither a number of proxies nor a list of their addresses"
        raise BadSetting("BLOG_TRUSTED_PROXIES", f"{text!r} {problem}") from error


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host == "::1" or host.startswith("127.")
