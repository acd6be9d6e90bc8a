"""What looks like a secret in a text: keys, tokens, passwords, addresses of inner networks.

Kinds are told by the form their makers publish: a prefix, an alphabet, a length. What only
looks random is left alone, because digests, ids and hashes do, too; placeholders of
documentation are. Every pattern takes time in proportion to the text.
"""

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from urllib.parse import unquote

from blogapp.text.inner_networks import find_inner_hosts, find_private_addresses
from blogapp.text.token_forms import FORMS, START, STOP

MOST_FOUND = 100
# Bits per character; English words have about 3, random letters and digits 4 and more.
RANDOM = 3.4


class SecretKind(StrEnum):
    """What a secret opens."""

    PRIVATE_KEY = "private-key"
    CLOUD_KEY = "cloud-key"
    FORGE_TOKEN = "forge-token"
    SERVICE_TOKEN = "service-token"
    WEBHOOK = "webhook"
    SESSION_TOKEN = "session-token"
    PASSWORD = "password"
    PRIVATE_ADDRESS = "private-address"
    INNER_HOST = "inner-host"


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that looks secret, and where it stands."""

    kind: SecretKind
    start: int
    end: int
    value: str

    @property
    def digest(self) -> str:
        """32 hexadecimal digits that are the same wherever in a text it stands."""
        said = f"{self.kind} {self.value}".encode("utf-8", "replace")
        return sha256(said).hexdigest()[:32]

    @property
    def masked(self) -> str:
        """The secret as it can be shown: its beginning, which tells it from others."""
        if self.kind in (SecretKind.PRIVATE_ADDRESS, SecretKind.INNER_HOST):
            return self.value
        first = self.value.split("\n", 1)[0]
        if self.kind is SecretKind.PRIVATE_KEY:
            return first
        return f"{first[: min(8, len(first) // 3)]}…"


def find_secrets(text: str) -> list[Secret]:
    """Return what looks secret in ``text``, in its order, each place once; at most 100.

    >>> [secret.kind.value for secret in find_secrets("postgres://app:h8#kQ2vz@db.acme.io/app")]
    ['password']
    >>> find_secrets("postgres://user:password@localhost/app, AKIAIOSFODNN7EXAMPLE, 192.0.2.1")
    []
    """
    found = sorted(_all(text), key=lambda secret: (secret.start, -secret.end))
    kept: list[Secret] = []
    for secret in found:
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
            if len(kept) == MOST_FOUND:
                break
    return kept


_KEY = re.compile(
    r"-----BEGIN ((?:[A-Z0-9]{2,12} ){0,3})PRIVATE KEY(?: BLOCK)?-----"
    r"(?:\\n|[\s>])*((?:[A-Za-z0-9+/=]|\\n|[\s>]){64})"
)
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{60}")
_JWT = re.compile(rf"{START}(eyJ[\w-]{{8,4000}})\.(eyJ[\w-]{{8,8000}})\.([\w-]{{20,2000}}){STOP}")
_IN_ADDRESS = re.compile(
    r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,30}://([^\s:/?#@\"'<>`]{0,100}):([^\s/?#@\"'<>`]{3,200})@"
    r"([^\s/:?#\"'<>`,;)\]]{1,253})"
)
_IN_FRAGMENT = re.compile(
    # A password with "#" or "/" in it, as people paste them.
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql)(?:\+\w+)?://"
    r"([^\s:/@\"'<>`]{0,100}):([^\s@\"'<>`]{3,200})@([^\s/:?#\"'<>`,;)\]]{1,253})"
)
_ASSIGNED = re.compile(
    r"(?:password|passwd|pwd|secret|api_?key|access_?key|token|credentials?|private_?key)"
    r"(?:[_.-][A-Za-z0-9_-]{0,20})?[\"']?[ \t]{0,8}(?::=|=>|=|:)[ \t]{0,8}[\"']?"
    r"([^\s\"'`,;&<>(){}\[\]]{12,200})",
    re.IGNORECASE,
)
_IN_CONNECTION = re.compile(
    r"\b(?:server|data source|host|endpoint)=[^;\n\"'`]{1,200};[^\n\"'`]{0,300}?"
    r"\b(?:password|pwd)=([^;\s\"'`]{4,100})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\bBearer[ ]+([A-Za-z0-9._~+/-]{24,1000}={0,2})")
_BASIC = re.compile(r"\bBasic[ ]+([A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=])")

_PLACEHOLDER = re.compile(
    r"example|sample|dummy|placeholder|redacted|change.?me|insert|replace|secret.?here|your|"
    r"x{4,}|\*{3,}|\.{3}|…|<|\$\{|\{\{|\$\(|%[sd(]|0{6,}|1234567|abcdef|deadbeef|fake|"
    r"not.?a?.?real|todo|passw",
    re.IGNORECASE,
)
_WORDS = """
    password passwd passw0rd pass pwd secret secrets hunter2 admin root user username name guest
    postgres mysql redis mongo minio minioadmin rabbitmq elastic test testing demo hello token
    key foo bar baz qux s3cret s3cr3t p4ssw0rd letmein qwerty 12345 123456 toor me you none null
    true false pa55word correct-horse-battery-staple
"""
_COMMON = frozenset(_WORDS.split())
_DOCUMENTED = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|test|invalid)$", re.IGNORECASE
)
_SAMPLE_SUBJECTS = {"1234567890", "joe", "john doe", "jane doe", "user", "alice", "bob", "test"}


def _all(text: str) -> Iterator[Secret]:
    for form in FORMS:
        if any(hint in text for hint in form.hints):
            for found in form.pattern.finditer(text):
                if not is_placeholder(found[0]):
                    yield Secret(SecretKind(form.kind), found.start(), found.end(), found[0])
    for find in (_keys, _web_tokens, _in_addresses, _assigned, _headers):
        yield from find(text)
    for start, end in find_private_addresses(text):
        yield Secret(SecretKind.PRIVATE_ADDRESS, start, end, text[start:end])
    for start, end in find_inner_hosts(text):
        yield Secret(SecretKind.INNER_HOST, start, end, text[start:end])


def is_placeholder(value: str) -> bool:
    """Tell whether a value stands for a secret instead of being one.

    >>> is_placeholder("YOUR_TOKEN"), is_placeholder("ghp_" + 36 * "x"), is_placeholder("q8Zr2w")
    (True, True, False)
    """
    bare = value.strip("\"'")
    if _PLACEHOLDER.search(bare) or bare.casefold() in _COMMON:
        return True
    # What is hidden by one sign is hidden: "aaaaaaaaaaaa", "------".
    return len(bare) >= 8 and len(set(bare[-20:])) < 5


def _keys(text: str) -> Iterator[Secret]:
    if "PRIVATE KEY" not in text:
        return
    for found in _KEY.finditer(text):
        if _KEY_LINE.search(re.sub(r"\\n|[\s>]", "", found[2])) and not is_placeholder(found[2]):
            yield Secret(SecretKind.PRIVATE_KEY, found.start(), found.end(), found[0])


def _web_tokens(text: str) -> Iterator[Secret]:
    """Signed tokens (RFC 7519), told by what they decode to; those of documentation left out."""
    if ".eyJ" not in text:
        return
    for found in _JWT.finditer(text):
        head, claims = _decoded(found[1]), _decoded(found[2])
        if "alg" not in head or str(head["alg"]).lower() == "none":
            continue
        said = {str(claims.get(name, "")).casefold() for name in ("sub", "name", "iss")}
        if not said & _SAMPLE_SUBJECTS:
            yield Secret(SecretKind.SESSION_TOKEN, found.start(), found.end(), found[0])


def _decoded(part: str) -> dict[str, object]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _in_addresses(text: str) -> Iterator[Secret]:
    if "://" not in text:
        return
    for pattern in (_IN_ADDRESS, _IN_FRAGMENT):
        for found in pattern.finditer(text):
            user, password, host = found[1], unquote(found[2]), found[3]
            is_word = password.casefold() == user.casefold() or password.startswith("$")
            if not (is_word or is_placeholder(password) or _DOCUMENTED.search(host)):
                yield Secret(SecretKind.PASSWORD, found.start(2), found.end(2), found[2])


def _assigned(text: str) -> Iterator[Secret]:
    for found in _ASSIGNED.finditer(text):
        value = found[1].rstrip(".")
        if _is_random(value) and not is_placeholder(value):
            yield Secret(SecretKind.PASSWORD, found.start(1), found.start(1) + len(value), value)
    for found in _IN_CONNECTION.finditer(text):
        if not is_placeholder(found[1]) and found[1][0] not in "$%{":
            yield Secret(SecretKind.PASSWORD, found.start(1), found.end(1), found[1])


def _headers(text: str) -> Iterator[Secret]:
    for found in _BEARER.finditer(text):
        if _is_random(found[1]) and not found[1].startswith("eyJ") and not is_placeholder(found[1]):
            yield Secret(SecretKind.SESSION_TOKEN, found.start(1), found.end(1), found[1])
    for found in _BASIC.finditer(text):
        user, colon, password = _plain(found[1]).partition(":")
        is_text = colon and f"{user}{password}".isprintable() and len(password) >= 4
        # "open sesame" is the password of RFC 7617.
        if is_text and password != "open sesame" and not is_placeholder(password):
            yield Secret(SecretKind.PASSWORD, found.start(1), found.end(1), found[1])


def _plain(encoded: str) -> str:
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except ValueError:
        return ""


# What assigns a value to a name that says "secret" and is code all the same.
_CODE = re.compile(
    r"[A-Za-z_]\w*(?:(?:\.|::|->|/)[A-Za-z_]\w*)+|[a-z]+(?:[_-][a-z]+)+|[A-Za-z]+|\S*[()$*]\S*"
    r"|[a-z]*(?:[A-Z]{1,3}[a-z]+\d{0,2}){2,}"
)
# As long as the secret half of a cloud's key pair, whose slashes make it look like a path.
_PACKED = re.compile(r"[A-Za-z0-9+/]{40}")
_MUCH_MORE_RANDOM = 4.2
_SORTS: tuple[Callable[[str], bool], ...] = (str.islower, str.isupper, str.isdigit)


def _is_random(value: str) -> bool:
    """Tell whether nobody would have thought of this value: digits among letters, few repeated."""
    sorts = sum(any(map(sort, value)) for sort in _SORTS)
    if sorts == 3 and _PACKED.fullmatch(value) and _entropy(value) >= _MUCH_MORE_RANDOM:
        return True
    if len(value) < 12 or _CODE.fullmatch(value) or value.startswith(("http", "/", "./", "arn:")):
        return False
    return sorts >= 2 and any(map(str.isdigit, value)) and _entropy(value) >= RANDOM


def _entropy(value: str) -> float:
    """Return Shannon's entropy of a value in bits per character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
