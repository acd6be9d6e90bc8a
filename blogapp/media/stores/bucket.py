"""Files in a bucket of an S3-compatible store.

Whatever becomes of the store, nobody waits for it long: each request has its time, and after one
that failed nobody asks for some seconds.
"""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from blogapp.media.stores import SHELF, Entry, StoreAway
from blogapp.media.stores.addresses import NO_KEYS, BucketAddress, Keys
from blogapp.media.stores.breaking import Breaker
from blogapp.media.stores.kinds import headers_of
from blogapp.telemetry.metrics import count, level

# Bytes that one request asks for: a reader's network may be slow, the store's time is short.
PIECE = 1 << 20
# Bytes past which a file is sent in parts, each within its time; S3 takes none smaller.
PART = 5 << 20
# Requests at once for those who only read: the other threads of a worker wait for no store.
MOST_READING = 12
_PATIENCE = 1.0  # seconds until one of those is free
_CONNECTING = timedelta(seconds=2)

# What it is called in figures.
ENGINE = "media"

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


class Times(NamedTuple):
    """Seconds that a request may take, and how often one that failed is sent again."""

    seconds: float
    retries: int


READING = Times(5.0, 1)
WRITING = Times(20.0, 2)
# Of who sees whether one that was away is back: somebody's picture waits for it.
_TRYING = Times(2.0, 0)


class Bucket:
    """A store in a bucket. Its connections belong to the process that opened them."""

    def __init__(
        self,
        address: BucketAddress,
        keys: Keys = NO_KEYS,
        *,
        reading: Times = READING,
        writing: Times = WRITING,
    ) -> None:
        self.where, self.keys = address, keys
        self.breaker = Breaker()
        self._times = {"reading": reading, "writing": writing, "trying": _TRYING}
        self._clients: dict[tuple[int, str], S3Store] = {}
        self._turns = threading.BoundedSemaphore(MOST_READING)

    @property
    def address(self) -> str:
        return str(self.where)

    @property
    def can_be_forked(self) -> bool:
        # What talks to it has threads, which stay behind.
        return not self._clients

    def path(self, key: str) -> Path | None:
        return None

    def open(self, key: str) -> "_OpenObject":
        if (size := self.size(key)) is None:
            raise FileNotFoundError(key)
        return _OpenObject(self, key, size)

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        if length == 0:
            return b""
        if length is None:
            client = self._client("writing")
            return self._ask(lambda: obstore.get(client, key).bytes().to_bytes())
        client = self._client("trying" if self.breaker.is_open else "reading")
        with self._turn():
            data = self._ask(
                lambda: obstore.get_range(client, key, start=start, length=length).to_bytes()
            )
        if len(data) != length:
            raise StoreAway(f"{key} is shorter in {self.where.bucket} than it should be")
        return data

    def size(self, key: str) -> int | None:
        client = self._client("reading")
        try:
            return int(self._ask(lambda: obstore.head(client, key))["size"])
        except FileNotFoundError:
            return None

    def write(self, key: str, data: bytes) -> None:
        self._put(key, data)

    def take(self, key: str, path: Path, *, is_synced: bool = True) -> None:
        self._put(key, path)
        path.unlink()

    def delete(self, key: str) -> None:
        client = self._client("writing")
        try:
            self._ask(lambda: obstore.delete(client, key))
        except FileNotFoundError:  # some stores say so
            return

    def list(self, shelf: str = "") -> Iterator[Entry]:
        client = self._client("writing")
        stream = self._ask(lambda: obstore.list(client, prefix=shelf or None, chunk_size=1000))
        batches = iter(stream)
        while batch := self._ask(lambda: next(batches, None)):
            for found in batch:
                if SHELF.fullmatch(found["path"].partition("/")[0]):
                    yield Entry(found["path"], found["size"], found["last_modified"])

    @contextmanager
    def at_hand(self, key: str) -> Iterator[Path]:
        with self.scratch() as folder, self.open(key) as source:
            path = folder / Path(key).name
            with path.open("wb") as file:
                while piece := source.read(PART):
                    file.write(piece)
            yield path

    def sign(self, key: str, valid: timedelta) -> str:
        client = self._client("reading")
        try:
            return str(obstore.sign(client, "GET", key, valid))
        except (BaseError, OSError, ValueError) as error:
            raise StoreAway(_reason(error)) from error

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="blogapp-") as place:
            yield Path(place)

    def _put(self, key: str, content: bytes | Path) -> None:
        client = self._client("writing")
        attributes: Any = headers_of(key)
        self._ask(
            lambda: obstore.put(
                client, key, content, attributes=attributes, chunk_size=PART, max_concurrency=4
            )
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait a moment until few enough are asking: others have no store to wait for."""
        if not self._turns.acquire(timeout=_PATIENCE):
            raise StoreAway(f"{self.where.bucket} answers too slowly")
        try:
            yield
        finally:
            self._turns.release()

    def _ask(self, ask: Callable[[], _Answer]) -> _Answer:
        """Return what the store answers. Raises `StoreAway` at once while it is left alone."""
        if not self.breaker.may_ask():
            raise StoreAway(f"{self.where.bucket} did not answer just now: {self.breaker.reason}")
        try:
            answer = ask()
        except FileNotFoundError as error:
            self._note_answer()
            raise FileNotFoundError(str(error)[:300]) from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            # It answers, and at once.
            self._note_answer()
            raise StoreAway(f"{self.where.bucket} lets nobody in: {_reason(error)}") from error
        except (BaseError, OSError, ValueError) as error:
            reason = _reason(error)
            count("engine_failures_total", engine=ENGINE)
            level("engine_resting", 1, engine=ENGINE)
            if self.breaker.note_failure(reason):
                _log.warning("%s does not answer: %s", self.address, reason)
            raise StoreAway(f"{self.where.bucket} does not answer: {reason}") from error
        self._note_answer()
        return answer

    def _note_answer(self) -> None:
        if self.breaker.is_open:
            _log.warning("%s answers again", self.address)
            level("engine_resting", 0, engine=ENGINE)
        self.breaker.note_success()

    def _client(self, kind: str) -> S3Store:
        name = os.getpid(), kind
        if name not in self._clients:
            self._clients[name] = _client(self.where, self.keys, self._times[kind])
        return self._clients[name]


class _OpenObject:
    """An object that is read in pieces, each with a request of its own."""

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        self.bucket, self.key, self.size, self.at = bucket, key, size, 0
        self.rest = b""

    def read(self, size: int, /) -> bytes:
        if not self.rest:
            length = min(max(size, PIECE), PART, self.size - self.at)
            self.rest = self.bucket.read(self.key, self.at, length)
            self.at += length
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece

    def close(self) -> None:
        self.rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()


def _client(address: BucketAddress, keys: Keys, times: Times) -> S3Store:
    config: dict[str, Any] = {
        "virtual_hosted_style_request": not address.path_style,
        # One at a time, which every store knows.
        "disable_bulk_delete": True,
    }
    if address.endpoint:
        # Either, for one in the environment would win over the other.
        config |= dict.fromkeys(("endpoint", "aws_endpoint_url_s3"), address.origin)
    if address.region:
        config["region"] = address.region
    if keys.access:
        config |= {"access_key_id": keys.access, "secret_access_key": keys.secret}
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        config=config,  # type: ignore[arg-type]
        client_options={
            "connect_timeout": _CONNECTING,
            "timeout": timedelta(seconds=times.seconds),
            "allow_http": address.endpoint.startswith("http:"),
        },
        retry_config={
            "max_retries": times.retries,
            "retry_timeout": timedelta(seconds=times.seconds / 2),
            "backoff": {
                "init_backoff": timedelta(milliseconds=50),
                "max_backoff": timedelta(seconds=1),
                "base": 2,
            },
        },
    )


def _reason(error: Exception) -> str:
    """Return the first line of what went wrong, which is the one for people."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]
