"""The store of the blog's files, as its settings name it."""

from flask import Flask, current_app

from blogapp.media import keeping
from blogapp.media.errors import MediaError
from blogapp.media.stores import Store, StoreAway
from blogapp.media.stores.opening import open_store
from blogapp.web.readiness import Finding, Readiness, State

# Why a file is not kept, to be said beside the field that brought it.
REFUSED = (MediaError, StoreAway)
_SHELF = "nearby"
# A key that no file has.
_NOTHING = f"{16 * '0'}/nothing"


def init_app(app: Flask) -> None:
    config = app.config
    store = open_store(config["MEDIA_FOLDER"], config["BUCKET"], config["BUCKET_KEYS"])
    app.extensions["media"] = store
    readiness: Readiness = app.extensions["readiness"]
    readiness.add("media", lambda: check_store(store), when_late=State.DEGRADED)


def media_store(app: Flask | None = None) -> Store:
    """Return where the files of this blog, or of ``app``, lie."""
    store: Store = (app or current_app).extensions["media"]
    return store


def check_store(store: Store) -> Finding:
    """Whether files can be had; pages are shown without them."""
    try:
        store.size(_NOTHING)
    except StoreAway:
        return Finding(State.DEGRADED, "does not answer: pages are shown, some files are not")
    except OSError:
        return Finding(State.DEGRADED, "cannot be read: pages are shown, files are not")
    return Finding(State.OK)


def nearby(key: str) -> bytes:
    """Return the one file that other pictures are made of, which each machine has a copy of.

    Raises what a store does.
    """
    store = media_store()
    if store.path(key):
        return store.read(key)
    folder = current_app.config["MEDIA_FOLDER"]
    return keeping.keep(folder, f"{_SHELF}/logo/{key.replace('/', '-')}", lambda: store.read(key))
