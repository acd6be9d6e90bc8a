"""The bucket of the files: whether it answers, takes them, keeps time, and who can look in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from flask import Flask

from blogapp.media.stores import Store, StoreAway
from blogapp.media.stores.addresses import BucketAddress
from blogapp.web.media_store import media_store

# A small file that is there for a moment.
_TRIAL = f"{16 * '0'}/doctor.txt"
_PATIENCE = 3.0  # seconds
# Stores refuse what is signed by a clock a quarter of an hour off.
_SKEW = timedelta(minutes=1)


def check_bucket(app: Flask) -> Iterator[tuple[str, str]]:
    """Look at the bucket that the settings name, where they name one."""
    where: BucketAddress | None = app.config["BUCKET"]
    if where is None:
        return
    yield from _check_clock(where)
    store = media_store(app)
    try:
        store.write(_TRIAL, b"doctor")
        if store.read(_TRIAL, 0, 6) != b"doctor":
            yield "problem", f"{store.address} gives back something else than was written"
        next(store.list(), None)
        yield "ok", f"bucket: {store.address} takes files, gives them back and lists them"
        yield from _check_readers(app, where)
    except (StoreAway, FileNotFoundError) as error:
        yield "problem", f"{error}: check BLOG_MEDIA_URL, the keys, and what they may do"
    finally:
        _clean(store)


def _check_clock(where: BucketAddress) -> Iterator[tuple[str, str]]:
    _status, date = _ask(where.origin)
    if date is None:
        return
    off = abs(datetime.now(UTC) - date)
    if off > _SKEW:
        yield (
            "problem",
            f"this clock and the bucket's are {off.total_seconds():.0f} s apart, and what is "
            "signed by a wrong clock is refused: set the clock",
        )


def _check_readers(app: Flask, where: BucketAddress) -> Iterator[tuple[str, str]]:
    serving: str = app.config["MEDIA_SERVING"]
    if serving not in {"through", "signed"}:
        if _ask(f"{serving}/{_TRIAL}")[0] == 200:
            yield "ok", f"readers get files from {serving}"
        else:
            yield "problem", f"readers cannot get files from {serving}: BLOG_MEDIA_SERVING"
    elif _ask(where.address_of(_TRIAL))[0] == 200:
        yield (
            "warning",
            "the bucket is public: who knows the address of a file has it without the blog, also "
            "after it was deleted here for some days",
        )
    if _ask(f"{where.root}?list-type=2&max-keys=1")[0] == 200:
        said = "anybody can list the bucket, drafts' files among them: allow GetObject alone"
        yield "warning", said


def _ask(address: str) -> tuple[int, datetime | None]:
    """Return what a stranger is answered, and at which time; 0 and None where nothing is."""
    try:
        # http or https, which the settings demand.
        with urlopen(Request(address), timeout=_PATIENCE) as answer:  # nosec B310
            status, headers = answer.status, answer.headers
    except HTTPError as error:
        with error:
            status, headers = error.code, error.headers
    except (URLError, OSError, ValueError):
        return 0, None
    try:
        return status, parsedate_to_datetime(headers["Date"])
    except (TypeError, ValueError):
        return status, None


def _clean(store: Store) -> None:
    try:
        store.delete(_TRIAL)
    except OSError:  # `media check` finds it
        return
