"""How settings name a bucket: ``s3://bucket/prefix?endpoint=…&region=…&path_style=…``."""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

SCHEME = "s3://"
# What every S3-compatible store takes (Amazon S3, "Bucket naming rules").
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[A-Za-z0-9-]{1,40}")
_SAFE = "-_.~/"
_KNOWN = {"endpoint", "region", "path_style"}


class BadAddress(Exception):
    """The text names no bucket; the message says why."""


@dataclass(frozen=True)
class Keys:
    """What opens a bucket; where empty, what the machine's environment offers does."""

    access: str = ""
    secret: str = field(default="", repr=False)


NO_KEYS = Keys()


@dataclass(frozen=True)
class BucketAddress:
    """A bucket, and where in it the files lie."""

    bucket: str
    prefix: str = ""
    # Scheme, host and port of a store that is not Amazon's; empty for theirs.
    endpoint: str = ""
    region: str = ""
    # Whether the bucket stands in the path rather than in the host's name.
    path_style: bool = False

    @classmethod
    def parse(cls, text: str, *, endpoint: str = "", region: str = "") -> Self:
        """Return what an address names, with the machine's ways where it names none itself.

        Raises `BadAddress`.

        >>> BucketAddress.parse("s3://files/blog?endpoint=http://127.0.0.1:9000").path_style
        True
        """
        try:
            parts = urlsplit(text)
            given = dict(parse_qsl(parts.query, keep_blank_values=True))
        except ValueError as error:
            raise BadAddress(str(error)) from error
        if parts.scheme != "s3" or parts.username or parts.port:
            raise BadAddress("it is not like s3://bucket/prefix; keys have settings of their own")
        if not _BUCKET.fullmatch(parts.netloc):
            raise BadAddress(f"{parts.netloc!r} is no name of a bucket")
        if unknown := sorted(given.keys() - _KNOWN):
            raise BadAddress(f"{unknown[0]!r} is none of {', '.join(sorted(_KNOWN))}")
        prefix = parts.path.strip("/")
        if not all(re.fullmatch(r"[A-Za-z0-9._-]+", part) for part in prefix.split("/") if prefix):
            raise BadAddress(f"{prefix!r} is no prefix: letters, digits, . _ - and / alone")
        endpoint = _endpoint(given.get("endpoint", endpoint))
        region = given.get("region", region)
        if region and not _REGION.fullmatch(region):
            raise BadAddress(f"{region!r} is no region")
        return cls(parts.netloc, prefix, endpoint, region, _is_in_path(given, endpoint))

    def __str__(self) -> str:
        said = {"endpoint": self.endpoint, "region": self.region}
        if self.path_style != bool(self.endpoint):
            said["path_style"] = str(int(self.path_style))
        query = urlencode({name: text for name, text in said.items() if text}, safe=":/")
        path = f"/{self.prefix}" if self.prefix else ""
        return f"{SCHEME}{self.bucket}{path}{'?' if query else ''}{query}"

    @property
    def origin(self) -> str:
        """Scheme, host and port that addresses of its files begin with."""
        server = self.endpoint or f"https://s3.{self.region or 'us-east-1'}.amazonaws.com"
        if self.path_style:
            return server
        scheme, _, host = server.partition("://")
        return f"{scheme}://{self.bucket}.{host}"

    @property
    def root(self) -> str:
        """The address of the bucket itself."""
        return f"{self.origin}/{self.bucket if self.path_style else ''}"

    def address_of(self, key: str) -> str:
        """Return where a file is for whoever needs no key."""
        path = quote("/".join(filter(None, (self.prefix, key))), safe=_SAFE)
        return f"{self.root.rstrip('/')}/{path}"


def _endpoint(text: str) -> str:
    parts = urlsplit(text)
    is_usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    if text and (not is_usable or parts.path.strip("/") or parts.query or parts.fragment):
        raise BadAddress(f"endpoint: {text!r} is not like https://s3.example.com")
    return text.rstrip("/")


def _is_in_path(given: dict[str, str], endpoint: str) -> bool:
    said = given.get("path_style", "").lower()
    if said not in {"", "0", "1", "no", "yes", "false", "true"}:
        raise BadAddress(f"path_style: {said!r} is neither 1 nor 0")
    return said in {"1", "yes", "true"} if said else bool(endpoint)
